package poppo.bridge.state;

/** What goes wrong with one call of a {@link MemoryStateManager}; a {@link FaultPlan} says with which. */
public interface Fault {
    /** Nothing goes wrong. */
    Fault NONE = new Fault() {};

    /** Runs before the effect, outside all locks; what it throws prevents the effect. */
    default void before(Call call) {}

    /** Runs after the effect, outside all locks; what it throws takes the answer's place. */
    default void after(Call call) {}

    /** Whether the effect lands only when the test says so; the caller gets {@link BridgeException.UnknownOutcome}. */
    default boolean isLate() {
        return false;
    }

    /** The store can't be reached; no effect. */
    static Fault unavailable() {
        return before(() -> {
            throw new BridgeException.Unavailable("planned: the store can't be reached");
        });
    }

    /** The call times out after it took effect. */
    static Fault unknownAfterEffect() {
        return after(() -> {
            throw new BridgeException.UnknownOutcome("planned: timed out after the effect", null);
        });
    }

    /** The call times out without ever taking effect. */
    static Fault unknownWithoutEffect() {
        return before(() -> {
            throw new BridgeException.UnknownOutcome("planned: timed out, never arrived", null);
        });
    }

    /**
     * The call times out and is still on the wire: {@link MemoryStateManager#landLateWrites()} lets it arrive, guarded
     * by the version and epoch it was sent with.
     */
    static Fault late() {
        return new Fault() {
            @Override
            public boolean isLate() {
                return true;
            }
        };
    }

    /** Does something before the effect: a race by hook. */
    static Fault before(Runnable action) {
        return new Fault() {
            @Override
            public void before(Call call) {
                action.run();
            }
        };
    }

    /** Does something after the effect and before the answer. */
    static Fault after(Runnable action) {
        return new Fault() {
            @Override
            public void after(Call call) {
                action.run();
            }
        };
    }
}
