package poppo.bridge.faults;

import java.util.Collection;
import java.util.List;

/** Percentiles of times that were measured; {@code -} where there are none. */
final class Percentiles {
    private final List<Long> sorted;

    Percentiles(Collection<Long> nanos) {
        this.sorted = nanos.stream().sorted().toList();
    }

    boolean isEmpty() {
        return sorted.isEmpty();
    }

    int count() {
        return sorted.size();
    }

    /** In milliseconds, by the nearest rank. */
    String millis(double percent) {
        if (sorted.isEmpty()) {
            return "-";
        }
        int rank = (int) Math.ceil(percent / 100 * sorted.size());
        double value = sorted.get(Math.max(0, rank - 1)) / 1e6;
        return value < 10 ? String.format(java.util.Locale.ROOT, "%.1f", value) : Long.toString(Math.round(value));
    }

    /** {@code p50/p99}. */
    String both() {
        return sorted.isEmpty() ? "-" : millis(50) + "/" + millis(99);
    }
}
