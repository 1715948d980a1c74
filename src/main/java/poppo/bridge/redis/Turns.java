package poppo.bridge.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.RecordKey;

/**
 * Lets the threads of this process change a record one after the other. The commit's checks are what keeps them apart;
 * this only spares them conflicts with each other, of which there would be one for every winner.
 */
final class Turns {
    private static final int STRIPES = 256;

    private final ReentrantLock[] locks = new ReentrantLock[STRIPES];
    private final Duration patience;

    Turns(Duration patience) {
        this.patience = patience;
        for (int i = 0; i < STRIPES; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    <T> T take(RecordKey key, Supplier<T> work) {
        ReentrantLock lock = locks[Math.floorMod(key.hashCode(), STRIPES)];
        await(lock, key);
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private void await(ReentrantLock lock, RecordKey key) {
        try {
            if (lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new BridgeException.Unavailable("other operations on " + key + " wait for Redis already; try again");
    }
}
