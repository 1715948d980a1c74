package poppo.bridge.legacy;

/** What a legacy class throws: a lock it did not get, an issue it does not know, text that is not JSON. */
public final class LegacyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LegacyException(String message) {
        super(message);
    }

    LegacyException(String message, Throwable cause) {
        super(message, cause);
    }
}
