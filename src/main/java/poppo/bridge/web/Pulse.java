package poppo.bridge.web;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.Served;

/**
 * The calls to the two stores of one project since they were last {@linkplain #take taken}: how many, and how long they
 * took, whatever came of them. Holds two histograms a store, however long nobody takes. {@link #called} by any thread and
 * without waiting, {@link #take} by one.
 */
final class Pulse implements StoreObserver {
    private static final long LONGEST_MICROS = 60_000_000;

    private final Store file = new Store();
    private final Store redis = new Store();

    private static final class Store {
        private final Recorder micros = new Recorder(LONGEST_MICROS, 2);
        private @Nullable Histogram taken;

        Beat take() {
            taken = micros.getIntervalHistogram(taken);
            return new Beat(taken.getTotalCount(), taken.getValueAtPercentile(50), taken.getValueAtPercentile(99));
        }
    }

    /** How many calls there were, and what half and 99 % of them stayed below; 0 when there were none. */
    record Beat(long calls, long p50Micros, long p99Micros) {}

    @Override
    public void called(String operation, Served store, Outcome outcome, long nanos) {
        of(store).micros.recordValue(Math.min(nanos / 1000, LONGEST_MICROS));
    }

    /** What was called since the last time this was asked. */
    Beat take(Served store) {
        return of(store).take();
    }

    private Store of(Served store) {
        return store == Served.REDIS ? redis : file;
    }
}
