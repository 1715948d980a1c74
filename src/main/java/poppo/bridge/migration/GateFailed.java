package poppo.bridge.migration;

import java.util.List;
import java.util.stream.Collectors;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.state.BridgeException;

/** A phase change was refused by its gates; nothing has changed. */
public final class GateFailed extends BridgeException.Conflict {
    private static final long serialVersionUID = 1L;

    private final transient List<Gate> gates;

    GateFailed(Rollout target, List<Gate> gates) {
        super("gate-failed", "Not moved to " + target + ": " + failed(gates));
        this.gates = List.copyOf(gates);
    }

    private static String failed(List<Gate> gates) {
        return gates.stream()
                .filter(gate -> !gate.passed())
                .map(gate -> gate.name() + " is " + gate.measured() + ", asked is " + gate.bound())
                .collect(Collectors.joining("; "));
    }

    /** All gates that were judged, passed ones too. */
    public List<Gate> gates() {
        return gates;
    }
}
