package poppo.bridge.interleaving;

import java.util.Map;
import java.util.TreeMap;

/** How often what happened: without it a run in which nothing happens would pass for a good one. */
final class Counts {
    private final Map<String, Long> byName = new TreeMap<>();

    void count(String name) {
        add(name, 1);
    }

    synchronized void add(String name, long more) {
        byName.merge(name, more, Long::sum);
    }

    synchronized void addAll(Counts other) {
        other.byName.forEach((name, count) -> byName.merge(name, count, Long::sum));
    }

    synchronized long of(String name) {
        return byName.getOrDefault(name, 0L);
    }

    @Override
    public synchronized String toString() {
        return byName.toString();
    }
}
