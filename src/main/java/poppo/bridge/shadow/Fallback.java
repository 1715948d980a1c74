package poppo.bridge.shadow;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import poppo.bridge.state.BridgeException;

/** What becomes of a call that Redis should have answered and can't. Thread-safe. */
final class Fallback {
    private final Project project;
    private final Breaker breaker;
    private final LongAdder count = new LongAdder();

    Fallback(Project project, Breaker breaker) {
        this.project = project;
        this.breaker = breaker;
    }

    /** Has the files answer instead; throws {@code cause} where they don't have the state. */
    <T> T to(BridgeException cause, Supplier<T> onFiles) {
        if (project.standing().filesBehind()) {
            throw cause;
        }
        count.increment();
        return onFiles.get();
    }

    /** There is no other store to ask. */
    BridgeException refused() {
        String reason = breaker.condition().reason();
        return new BridgeException.Unavailable("Redis has the only copy of the state and can't be used: "
                + (reason == null ? "it is being checked" : reason));
    }

    /** How many calls the files answered instead. */
    long count() {
        return count.sum();
    }
}
