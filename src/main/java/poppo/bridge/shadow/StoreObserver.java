package poppo.bridge.shadow;

import poppo.bridge.state.Served;

/**
 * Is told of every call to a store, for metrics. Called on the caller's thread: be quick, don't throw. Any thread.
 */
@FunctionalInterface
public interface StoreObserver {
    StoreObserver NONE = (operation, store, outcome, nanos) -> {};

    /** Tells both. */
    default StoreObserver and(StoreObserver other) {
        return (operation, store, outcome, nanos) -> {
            called(operation, store, outcome, nanos);
            other.called(operation, store, outcome, nanos);
        };
    }

    /** What came of a call. */
    enum Outcome {
        DONE,
        REFUSED,
        FAILED,
        UNKNOWN
    }

    /**
     * @param operation its name; {@code read}, {@code list} and {@code copy} for what is none
     * @param nanos how long the call took
     */
    void called(String operation, Served store, Outcome outcome, long nanos);
}
