package poppo.bridge.plan;

import java.util.List;
import java.util.Optional;
import poppo.bridge.machine.Resource;

/** The plans that come with the bridge, to be run by their bare names. */
public final class ShippedPlans {
    public static final List<String> NAMES = List.of("standard", "cautious", "single-evening");

    private ShippedPlans() {}

    /** A plan as it is written; empty where none is called so. */
    public static Optional<String> text(String name) {
        return NAMES.contains(name) ? Optional.of(Resource.text(ShippedPlans.class, name + ".yml")) : Optional.empty();
    }
}
