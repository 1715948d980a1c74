package poppo.bridge.cli;

import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.Served;

/** Times the calls to each store, between one {@link #take} and the next. Thread-safe. */
final class DemoTimings implements StoreObserver {
    private static final int DIGITS = 3;

    private final Recorder files = new Recorder(DIGITS);
    private final Recorder redis = new Recorder(DIGITS);
    private final LongAdder operations = new LongAdder();

    @Override
    public void called(String operation, Served store, Outcome outcome, long nanos) {
        (store == Served.FILE ? files : redis).recordValue(nanos);
    }

    /** Counts an operation that a worker was answered. */
    void answered() {
        operations.increment();
    }

    /**
     * What was recorded since the last take.
     *
     * @param operations answered to the workers
     */
    record Taken(long operations, Histogram files, Histogram redis) {
        String quantiles(Served store) {
            Histogram histogram = store == Served.FILE ? files : redis;
            return histogram.getTotalCount() == 0
                    ? "-"
                    : String.format(
                            Locale.ROOT,
                            "%.2f / %.2f",
                            histogram.getValueAtPercentile(50) / 1e6,
                            histogram.getValueAtPercentile(99) / 1e6);
        }
    }

    Taken take() {
        return new Taken(operations.sumThenReset(), files.getIntervalHistogram(), redis.getIntervalHistogram());
    }
}
