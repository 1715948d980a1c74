package poppo.bridge.state;

import java.util.Locale;

/** What a class is called in metrics, journals and recordings: its simple name, as in {@code renew-process}. Thread-safe. */
public final class KebabCase {
    /** Operations ask at each call. */
    private static final ClassValue<String> NAMES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
            return type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
        }
    };

    private KebabCase() {}

    public static String name(Class<?> type) {
        return NAMES.get(type);
    }
}
