package poppo.bridge.bench;

import java.time.Clock;
import poppo.bridge.bench.Meter.Step;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateManager;

/** Threads that check issues out, show that they live, and check them in again: each on issues of its own. */
final class Worker {
    /** So that two threads share no cache line. */
    private static final int APART = 16;

    private static final Stamp.Source STAMPS = new Stamp.Source(Clock.systemUTC());

    private final int issues;
    private final int threads;
    private final long[] last;

    Worker(int issues, int threads) {
        this.issues = issues;
        this.threads = threads;
        this.last = new long[threads * APART];
    }

    /** Another issue of that thread. */
    long next(int thread) {
        last[thread * APART]++;
        return issue(thread);
    }

    /** What {@link #next} gave last. */
    long issue(int thread) {
        return last[thread * APART] % (issues / threads) * threads + thread + 1;
    }

    static String process(int thread) {
        return "worker-" + thread;
    }

    /** The three operations on a store. */
    Step[] cycle(StateManager store) {
        return new Step[] {
            new Step("checkout", thread -> checkout(store, thread)),
            new Step("heartbeat", thread -> execute(store, new Operation.Heartbeat(issue(thread), process(thread)))),
            new Step("checkin", thread -> checkin(store, thread))
        };
    }

    /** Measures the checkouts alone. */
    Step[] checkouts(StateManager store) {
        return new Step[] {
            new Step("", thread -> checkout(store, thread)), new Step(null, thread -> checkin(store, thread))
        };
    }

    private void checkout(StateManager store, int thread) {
        execute(store, new Operation.Checkout(next(thread), process(thread), 1L, "issue", null));
    }

    private void checkin(StateManager store, int thread) {
        execute(store, new Operation.Checkin(issue(thread), process(thread), "completed", null));
    }

    static void execute(StateManager store, Operation operation) {
        if (!store.execute(operation, STAMPS.next()).isDone()) {
            throw new IllegalStateException(operation + " was not done");
        }
    }
}
