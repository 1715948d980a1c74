package poppo.bridge.shadow;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * Compares a share of the reads between the stores, off the caller's path.
 *
 * <p>The share adapts: comparing takes at most a tenth of one thread's time, since after each comparison as much rest
 * follows as nine of its length. When Redis slows down, fewer reads are compared by as much; a read that comes during the
 * rest goes uncompared. A record's lock, which operations wait for, is taken only where the stores seem to differ.
 */
final class ShadowReads implements AutoCloseable {
    private static final int REST = 9;

    private final Project project;
    private final StateManager redis;
    private final Mismatches mismatches;
    private final int percent;
    private final LongSupplier nanoTime;
    private volatile long restUntil;
    /** One at a time: what came behind it would come during the rest. */
    private final AtomicBoolean underWay = new AtomicBoolean();

    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), task -> {
                Thread daemon = new Thread(task, "bridge-shadow-reads");
                daemon.setDaemon(true);
                return daemon;
            });

    ShadowReads(Project project, StateManager redis, Mismatches mismatches, int percent, LongSupplier nanoTime) {
        this.project = project;
        this.redis = redis;
        this.mismatches = mismatches;
        this.percent = percent;
        this.nanoTime = nanoTime;
        this.restUntil = nanoTime.getAsLong();
    }

    /** Passes a read on and has it compared if it is one of the sample. */
    Versioned compared(Versioned read) {
        if (ThreadLocalRandom.current().nextInt(100) < percent && !isResting() && underWay.compareAndSet(false, true)) {
            try {
                thread.execute(() -> takeTurn(read.key()));
            } catch (RejectedExecutionException closed) {
                return read;
            }
        }
        return read;
    }

    /** Whether a read that comes now goes uncompared. */
    boolean isResting() {
        return nanoTime.getAsLong() - restUntil < 0;
    }

    /** Whether nothing is being compared, or about to be. */
    boolean isIdle() {
        return !underWay.get();
    }

    private void takeTurn(RecordKey key) {
        try {
            // The rest may have begun since the read came.
            if (!isResting()) {
                compareAndRest(key);
            }
        } finally {
            underWay.set(false);
        }
    }

    private void compareAndRest(RecordKey key) {
        long start = nanoTime.getAsLong();
        try {
            compare(key);
        } catch (BridgeException e) {
            // Nothing was compared; the breaker has counted the failure.
            return;
        } finally {
            long end = nanoTime.getAsLong();
            restUntil = end + REST * (end - start);
        }
    }

    private void compare(RecordKey key) {
        if (!isComparable(key)) {
            return;
        }
        Comparison.Result atAGlance = compareNow(key);
        if (atAGlance.agrees()) {
            mismatches.record("shadow-read", atAGlance, "");
            return;
        }
        // An operation may have come between the two reads.
        try (RecordLocks.Held held = project.locks.lock(key)) {
            if (isComparable(key)) {
                Comparison.Result result = compareNow(key);
                mismatches.record("shadow-read", result, "unexplained");
                if (!result.agrees()) {
                    project.dirty.mark(key, DirtyRecords.Cause.MISMATCH);
                }
            }
        }
    }

    private boolean isComparable(RecordKey key) {
        return !project.dirty.contains(key) && project.standing().believed();
    }

    private Comparison.Result compareNow(RecordKey key) {
        return Comparison.images(
                key, project.files.read(key).image(), redis.read(key).image());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
