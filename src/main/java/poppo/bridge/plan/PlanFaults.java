package poppo.bridge.plan;

import java.util.List;
import poppo.bridge.state.BridgeException;

/** A text that is no plan; nothing was done with it. */
public final class PlanFaults extends BridgeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Fault> faults;

    PlanFaults(List<Fault> faults) {
        super(message(faults), null);
        this.faults = List.copyOf(faults);
    }

    private static String message(List<Fault> faults) {
        String more = faults.size() == 1 ? "" : ", and " + (faults.size() - 1) + " more: see 'plan lint'";
        return "the plan is not valid: " + faults.get(0) + more;
    }

    /** In the order of their places; at least one. */
    public List<Fault> faults() {
        return faults;
    }
}
