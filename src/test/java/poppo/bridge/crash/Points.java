package poppo.bridge.crash;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The places at which a process can be ended, by name; counts how often each was passed. Thread-safe. */
final class Points {
    static final int HALTED = 99;

    private final @Nullable String target;
    private final int nth;
    private final Map<String, Integer> passed = new TreeMap<>();

    /** @param target where the JVM is halted when it comes there for the {@code nth} time; null: nowhere */
    Points(@Nullable String target, int nth) {
        this.target = target;
        this.nth = nth;
    }

    void pass(String name) {
        if (isHere(name)) {
            // No shutdown hook, no finally: what kill -9 does.
            Runtime.getRuntime().halt(HALTED);
        }
    }

    /** Counts, and says whether this is the place and the time. */
    synchronized boolean isHere(String name) {
        return passed.merge(name, 1, Integer::sum) == nth && name.equals(target);
    }

    synchronized Map<String, Integer> passed() {
        return new TreeMap<>(passed);
    }
}
