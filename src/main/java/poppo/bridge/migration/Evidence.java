package poppo.bridge.migration;

import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.Served;

/**
 * What the calls of the workers to the two stores have shown since the rollout last moved, or since the start: how many of
 * those to Redis failed, and how long the writes took on either side. Kept in memory. Thread-safe.
 */
public final class Evidence implements StoreObserver {
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private volatile Stage stage = new Stage();

    private static final class Stage {
        private final LongAdder calls = new LongAdder();
        private final LongAdder failures = new LongAdder();
        private final Histogram files = new ConcurrentHistogram(LONGEST_NANOS, 2);
        private final Histogram redis = new ConcurrentHistogram(LONGEST_NANOS, 2);

        void called(boolean write, Served store, Outcome outcome, long nanos) {
            if (store == Served.REDIS) {
                calls.increment();
                if (outcome == Outcome.FAILED || outcome == Outcome.UNKNOWN) {
                    failures.increment();
                }
            }
            if (write && outcome == Outcome.DONE) {
                (store == Served.REDIS ? redis : files).recordValue(Math.min(nanos, LONGEST_NANOS));
            }
        }
    }

    @Override
    public void called(String operation, Served store, Outcome outcome, long nanos) {
        boolean write = switch (operation) {
            case "read", "read-all", "list", "copy", "last-seen", "orphans" -> false;
            default -> true;
        };
        stage.called(write, store, outcome, nanos);
    }

    /** Forgets what was: the rollout has moved. */
    void beginStage() {
        stage = new Stage();
    }

    /** How many calls to Redis there were. */
    long calls() {
        return stage.calls.sum();
    }

    /** How many of them failed, or ended with an outcome nobody knew. */
    long failures() {
        return stage.failures.sum();
    }

    /** How many writes both stores have done: those of the one that has fewer. */
    long writes() {
        Stage now = stage;
        return Math.min(now.files.getTotalCount(), now.redis.getTotalCount());
    }

    /** What 99 % of the writes to a store stay below, in milliseconds; 0 when there were none. */
    double p99Millis(Served store) {
        Stage now = stage;
        return (store == Served.REDIS ? now.redis : now.files).getValueAtPercentile(99) / 1e6;
    }
}
