package poppo.bridge.state;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Words from outside that stand for one of a few values. */
public final class Labels {
    private Labels() {}

    /**
     * The value called {@code label}.
     *
     * @param field where the word was given
     * @throws BridgeException.Invalid naming those there are
     */
    public static <T> T find(String field, String label, T[] values, Function<T, String> labelOf) {
        return Arrays.stream(values)
                .filter(value -> labelOf.apply(value).equals(label))
                .findFirst()
                .orElseThrow(() -> new BridgeException.Invalid(
                        field,
                        "'" + label + "' is none of "
                                + Arrays.stream(values).map(labelOf).collect(Collectors.joining(", "))));
    }
}
