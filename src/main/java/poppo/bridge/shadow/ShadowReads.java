package poppo.bridge.shadow;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * Compares a share of the reads with Redis, off the caller's path: on one thread with a short queue, and when that is
 * full a read goes uncompared. Both images are taken under the record's lock, so a write under way is not mistaken for a
 * difference.
 */
final class ShadowReads implements AutoCloseable {
    private static final int QUEUE = 1000;

    private final Project project;
    private final StateManager redis;
    private final Mismatches mismatches;
    private final int percent;
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), task -> {
                Thread daemon = new Thread(task, "bridge-shadow-reads");
                daemon.setDaemon(true);
                return daemon;
            });

    ShadowReads(Project project, StateManager redis, Mismatches mismatches, int percent) {
        this.project = project;
        this.redis = redis;
        this.mismatches = mismatches;
        this.percent = percent;
    }

    /** Passes a read on and has it compared if it is one of the sample. */
    Versioned compared(Versioned read) {
        if (ThreadLocalRandom.current().nextInt(100) < percent) {
            try {
                thread.execute(() -> compare(read.key()));
            } catch (RejectedExecutionException full) {
                return read;
            }
        }
        return read;
    }

    private void compare(RecordKey key) {
        try (RecordLocks.Held held = project.locks.lock(key)) {
            if (project.dirty.contains(key) || !project.standing().believed()) {
                return;
            }
            Comparison.Result result = Comparison.images(
                    key, project.files.read(key).image(), redis.read(key).image());
            mismatches.record("shadow-read", result);
            if (!result.agrees()) {
                project.dirty.mark(key, DirtyRecords.Cause.MISMATCH);
            }
        } catch (BridgeException e) {
            // Nothing was compared; the breaker has counted the failure.
            return;
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
