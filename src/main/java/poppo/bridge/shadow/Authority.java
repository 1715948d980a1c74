package poppo.bridge.shadow;

import poppo.bridge.state.BridgeException;

/** Which store's content counts where the two differ. */
public enum Authority {
    FILE("file"),
    REDIS("redis");

    private final String label;

    Authority(String label) {
        this.label = label;
    }

    /** The name outside and on disk. */
    public String label() {
        return label;
    }

    static Authority of(String label) {
        for (Authority authority : values()) {
            if (authority.label.equals(label)) {
                return authority;
            }
        }
        throw new BridgeException.Corrupt("unknown authority '" + label + "'; expected file or redis");
    }
}
