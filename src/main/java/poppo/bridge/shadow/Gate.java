package poppo.bridge.shadow;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import poppo.bridge.machine.Waits;

/**
 * Lets operations through together, and whoever changes the authority alone. Fair: a change waits only for the operations
 * that were under way when it came, and those that come after it wait for the change.
 */
final class Gate {
    private static final int ALL = Integer.MAX_VALUE;
    private static final long A_MOMENT = Duration.ofMillis(1).toNanos();

    private final Semaphore passes = new Semaphore(ALL, true);
    private final Waits waits;
    private final AtomicInteger[] generations = {new AtomicInteger(), new AtomicInteger()};
    private volatile int generation;

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
        AtomicInteger counted = count();
        return () -> {
            counted.decrementAndGet();
            passes.release();
        };
    }

    /** Counts an operation among those of the present generation, which may end meanwhile. */
    private AtomicInteger count() {
        while (true) {
            int now = generation;
            AtomicInteger inside = generations[now & 1];
            inside.incrementAndGet();
            if (now == generation) {
                return inside;
            }
            inside.decrementAndGet();
        }
    }

    /** Waits for the operations that are under way now, without keeping others out. One caller at a time. */
    void awaitEarlier() {
        AtomicInteger earlier = generations[generation & 1];
        generation = generation + 1;
        waits.until(() -> earlier.get() == 0, () -> {
            while (earlier.get() != 0) {
                LockSupport.parkNanos(A_MOMENT);
            }
        });
    }

    /** Waits for the operations under way, and keeps others out until it is closed. */
    Pass shut() {
        waits.until(() -> passes.tryAcquire(ALL), () -> passes.acquireUninterruptibly(ALL));
        return () -> passes.release(ALL);
    }
}
