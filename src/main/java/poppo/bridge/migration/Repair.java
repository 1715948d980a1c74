package poppo.bridge.migration;

import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Labels;

/** Which store a diff takes for right about the differences it finds, copying them to the other one. */
public enum Repair {
    /** Only report. */
    NONE("none"),
    /** The files are right. */
    FILE("file"),
    /** Redis is right. */
    REDIS("redis"),
    /** The store that has authority over the record is right. */
    AUTHORITY("authority");

    private final String label;

    Repair(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    /** @throws BridgeException.Invalid naming those there are */
    public static Repair of(String label) {
        return Labels.find("repair", label, values(), Repair::label);
    }

    @Override
    public String toString() {
        return label;
    }
}
