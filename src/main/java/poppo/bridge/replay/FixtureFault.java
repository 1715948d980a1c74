package poppo.bridge.replay;

import java.nio.file.Path;
import poppo.bridge.state.BridgeException;

/** A fixture that can't be understood; nothing was done with it. */
public final class FixtureFault extends BridgeException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final String field;

    FixtureFault(Path file, int line, String field, String why) {
        super(file + (line > 0 ? ":" + line : "") + ": " + (field.isEmpty() ? "" : field + ": ") + why, null);
        this.line = line;
        this.field = field;
    }

    /** Counted from 1; 0 where it is the file as a whole. */
    public int line() {
        return line;
    }

    /** With dots between the levels; empty where it is the line as a whole. */
    public String field() {
        return field;
    }
}
