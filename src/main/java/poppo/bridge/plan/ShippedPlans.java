package poppo.bridge.plan;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The plans that come with the bridge, to be run by their bare names. */
public final class ShippedPlans {
    public static final List<String> NAMES = List.of("standard", "cautious", "single-evening");

    private ShippedPlans() {}

    /** A plan as it is written; empty where none is called so. */
    public static Optional<String> text(String name) {
        return NAMES.contains(name) ? Optional.of(load(name + ".yml")) : Optional.empty();
    }

    private static String load(String file) {
        try (InputStream plan = ShippedPlans.class.getResourceAsStream(file)) {
            if (plan == null) {
                throw new IllegalStateException("the build left out the plan " + file);
            }
            return new String(plan.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
