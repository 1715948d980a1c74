package poppo.bridge.migration;

import java.util.Arrays;
import java.util.stream.Collectors;
import poppo.bridge.state.BridgeException;

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
        return Arrays.stream(values())
                .filter(repair -> repair.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new BridgeException.Invalid(
                        "repair",
                        "'" + label + "' is none of "
                                + Arrays.stream(values()).map(Repair::label).collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
        return label;
    }
}
