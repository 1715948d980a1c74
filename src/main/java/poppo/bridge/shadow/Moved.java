package poppo.bridge.shadow;

import java.util.Arrays;
import poppo.bridge.state.BridgeException;

/** Which store has left the image that both last agreed on. */
public enum Moved {
    FILE("file"),
    REDIS("redis"),
    BOTH("both"),
    /** No agreement is known. */
    UNKNOWN("unknown");

    private final String label;

    Moved(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    /** @throws BridgeException.Invalid for another word */
    public static Moved of(String label) {
        return Arrays.stream(values())
                .filter(moved -> moved.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new BridgeException.Invalid("moved", "'" + label + "' is no side that moves"));
    }
}
