package poppo.bridge.interleaving;

/** Ends a thread of a bridge that was killed. An error, since the bridge must not take it for a failure it can handle. */
final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
        super("the bridge was killed", null, false, false);
    }
}
