package poppo.bridge.file;

import com.fasterxml.jackson.core.JsonLocation;
import org.jspecify.annotations.Nullable;

/** Not JSON: cut off, empty, or garbage. Unlike a wrong shape it can't have been meant, so a backup may stand in. */
final class Unparsable extends Exception {
    private static final long serialVersionUID = 1L;

    Unparsable(String reason) {
        super(reason);
    }

    static Unparsable at(@Nullable JsonLocation location, String reason) {
        return location == null
                ? new Unparsable(reason)
                : new Unparsable("line " + location.getLineNr() + ", column " + location.getColumnNr() + ": " + reason);
    }
}
