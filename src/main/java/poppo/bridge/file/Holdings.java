package poppo.bridge.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The issues in processing, by number and by holder. Guarded by its {@link Content}. */
final class Holdings {
    private final TreeMap<Long, Entry.SignOfLife> processing = new TreeMap<>();
    private final Map<String, TreeSet<Long>> byProcess = new HashMap<>();

    /** Notes what an issue says now; null when it isn't in processing. */
    void set(long issue, Entry.@Nullable SignOfLife holding) {
        Entry.SignOfLife before = holding == null ? processing.remove(issue) : processing.put(issue, holding);
        if (before != null && before.processId() != null) {
            letGo(before.processId(), issue);
        }
        if (holding != null && holding.processId() != null) {
            byProcess
                    .computeIfAbsent(holding.processId(), process -> new TreeSet<>())
                    .add(issue);
        }
    }

    private void letGo(String processId, long issue) {
        TreeSet<Long> issues = byProcess.get(processId);
        if (issues != null && issues.remove(issue) && issues.isEmpty()) {
            byProcess.remove(processId);
        }
    }

    List<Long> numbers() {
        return List.copyOf(processing.keySet());
    }

    Map<Long, Entry.SignOfLife> all() {
        return new TreeMap<>(processing);
    }

    List<Long> heldBy(String processId) {
        TreeSet<Long> issues = byProcess.get(processId);
        return issues == null ? List.of() : new ArrayList<>(issues);
    }
}
