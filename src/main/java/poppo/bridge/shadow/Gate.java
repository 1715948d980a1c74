package poppo.bridge.shadow;

import java.util.concurrent.Semaphore;
import poppo.bridge.machine.Waits;

/**
 * Lets operations through together, and whoever changes the authority alone. Fair: a change waits only for the operations
 * that were under way when it came, and those that come after it wait for the change.
 */
final class Gate {
    private static final int ALL = Integer.MAX_VALUE;

    private final Semaphore passes = new Semaphore(ALL, true);
    private final Waits waits;

    Gate(Waits waits) {
        this.waits = waits;
    }

    /** Released by closing it. */
    interface Pass extends AutoCloseable {
        @Override
        void close();
    }

    /** To be taken by every operation; not twice by one thread. */
    Pass enter() {
        waits.until(passes::tryAcquire, passes::acquireUninterruptibly);
        return passes::release;
    }

    /** Waits for the operations under way, and keeps others out until it is closed. */
    Pass shut() {
        waits.until(() -> passes.tryAcquire(ALL), () -> passes.acquireUninterruptibly(ALL));
        return () -> passes.release(ALL);
    }
}
