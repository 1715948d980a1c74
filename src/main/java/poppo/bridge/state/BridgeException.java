package poppo.bridge.state;

import org.jspecify.annotations.Nullable;

/**
 * The root of what the bridge throws. Few kinds, each a subclass here: what a caller does next differs by kind, and
 * every message tells what failed, on what, and what to do. A lost race or a refused operation is never an exception;
 * see {@link Decision.Refused}.
 */
public abstract class BridgeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected BridgeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The store can't take the operation now; it has had no effect. */
    public static class Unavailable extends BridgeException {
        private static final long serialVersionUID = 1L;

        public Unavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        public Unavailable(String message) {
            this(message, null);
        }
    }

    /** The operation was sent and its outcome is not known: it may take effect, or have taken it. */
    public static final class UnknownOutcome extends Unavailable {
        private static final long serialVersionUID = 1L;

        public UnknownOutcome(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The store's authority epoch is missing or another one: it must not be believed, and nothing was written. */
    public static final class Fenced extends Unavailable {
        private static final long serialVersionUID = 1L;

        public Fenced(String message) {
            super(message);
        }
    }

    /** What is stored can't be understood; it was left as it is. */
    public static final class Corrupt extends BridgeException {
        private static final long serialVersionUID = 1L;

        public Corrupt(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        public Corrupt(String message) {
            this(message, null);
        }
    }

    /** What is asked for doesn't fit what is going on; {@link #code()} says how, in the words of spec/http-api.md. */
    public static class Conflict extends BridgeException {
        private static final long serialVersionUID = 1L;

        private final String code;

        public Conflict(String code, String message) {
            super(message, null);
            this.code = code;
        }

        public String code() {
            return code;
        }
    }

    /** A phase change that the plan doesn't allow. */
    public static final class IllegalPhase extends BridgeException {
        private static final long serialVersionUID = 1L;

        public IllegalPhase(String message) {
            super(message, null);
        }
    }

    /** The caller's request is wrong; {@link #field()} says where. */
    public static final class Invalid extends BridgeException {
        private static final long serialVersionUID = 1L;

        private final String field;

        public Invalid(String field, String why) {
            super(field + ": " + why, null);
            this.field = field;
        }

        /** The field, parameter or option that is wrong. */
        public String field() {
            return field;
        }
    }
}
