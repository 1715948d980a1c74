package poppo.bridge.shadow;

import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;
import poppo.bridge.machine.Waits;
import poppo.bridge.state.RecordKey;

/**
 * Orders the operations on one record across both stores: they run one after the other; those on different records run
 * in parallel, but for the rare pair that shares a stripe. Fair, so that a carry-over gets its turn on a busy record.
 */
final class RecordLocks {
    private static final int STRIPES = 1024;

    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

    private final Waits waits;

    RecordLocks(Waits waits) {
        this.waits = waits;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ReentrantLock(true);
        }
    }

    /** Released by closing it. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    Held lock(RecordKey key) {
        ReentrantLock stripe = stripes[stripe(key)];
        waits.lock(stripe);
        return stripe::unlock;
    }

    /** Locks many records at once; always in the order of the stripes, so that two such callers never wait in a ring. */
    Held lockAll(Collection<RecordKey> keys) {
        int[] wanted =
                keys.stream().mapToInt(RecordLocks::stripe).sorted().distinct().toArray();
        for (int stripe : wanted) {
            waits.lock(stripes[stripe]);
        }
        return () -> {
            for (int stripe : wanted) {
                stripes[stripe].unlock();
            }
        };
    }

    /** Whether an operation on the record may be under way. */
    boolean isBusy(RecordKey key) {
        return stripes[stripe(key)].isLocked();
    }

    /** Waits until every operation has ended that was under way when it was called. */
    void awaitOthers() {
        for (ReentrantLock stripe : stripes) {
            if (stripe.isLocked()) {
                waits.lock(stripe);
                stripe.unlock();
            }
        }
    }

    private static int stripe(RecordKey key) {
        int hash = key.hashCode();
        return (hash ^ (hash >>> 16)) & (STRIPES - 1);
    }
}
