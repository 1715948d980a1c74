package poppo.bridge.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Comparison;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/** What a diff has found so far; all of it goes through a checkpoint. Not thread-safe. */
final class DiffTally {
    private final Map<StateCollection, Count> counts = new EnumMap<>(StateCollection.class);
    private final List<Found> found = new ArrayList<>();
    private final Set<RecordKey> listed = new HashSet<>();
    private final Map<String, Long> noise = new LinkedHashMap<>();
    private final List<String> unread = new ArrayList<>();
    private Planted.Tally planted = Planted.Tally.NONE;
    private long compared;

    /** Takes up a diff where its checkpoint left. */
    static DiffTally of(DiffReport unfinished) {
        DiffTally tally = new DiffTally();
        tally.counts.putAll(unfinished.counts());
        unfinished.differences().forEach(tally::list);
        unfinished.noise().forEach(rule -> tally.noise.put(rule.name(), rule.count()));
        tally.unread.addAll(unfinished.unread());
        tally.planted = unfinished.planted();
        tally.compared = unfinished.compared();
        return tally;
    }

    Count of(StateCollection collection) {
        return counts.computeIfAbsent(collection, unseen -> new Count());
    }

    /** Forgets a collection that is begun again. */
    void restart(StateCollection collection) {
        counts.put(collection, new Count());
        found.removeIf(each -> each.difference().key().collection() == collection);
        listed.removeIf(key -> key.collection() == collection);
    }

    /** How many records were met so far. */
    long compared() {
        return compared;
    }

    void compared(long more) {
        compared += more;
    }

    void noise(String rule) {
        noise(rule, 1);
    }

    void noise(String rule, long times) {
        noise.merge(rule, times, Long::sum);
    }

    void unread(String what) {
        unread.add(what);
    }

    void planted(Planted.Tally more) {
        planted = planted.plus(more);
    }

    /** Whether a record's differences are listed already: a sweep may meet a record twice. */
    boolean isListed(RecordKey key) {
        return listed.contains(key);
    }

    void list(Found difference) {
        if (found.size() < Diff.LISTED) {
            found.add(difference);
            listed.add(difference.difference().key());
        }
    }

    DiffReport report(DiffReport.Header header, List<NoiseRule> rules) {
        List<Noise> counted = new ArrayList<>();
        for (Comparison.Noise rule : Comparison.Noise.values()) {
            counted.add(Noise.of(rule, noise.getOrDefault(rule.label(), 0L)));
        }
        rules.forEach(rule -> counted.add(Noise.of(rule, noise.getOrDefault(rule.name(), 0L))));
        return new DiffReport(
                header, new EnumMap<>(counts), List.copyOf(found), counted, planted, List.copyOf(unread), Past.NONE);
    }

    /**
     * Where a diff can go on.
     *
     * @param report what it had found by then
     * @param collection the one it was in
     * @param after the record up to which it was through with that one; null where it was through with all of it
     */
    record Checkpoint(
            DiffReport report,
            StateCollection collection,
            @Nullable String after) {
        ObjectNode toJson() {
            ObjectNode json = report.toJson();
            ObjectNode position = json.putObject("position").put("collection", collection.label());
            if (after != null) {
                position.put("after", after);
            }
            return json;
        }

        static Checkpoint of(ObjectNode json) {
            return new Checkpoint(
                    DiffReport.of(json),
                    StateCollection.of(json.path("position").path("collection").asText()),
                    json.path("position").path("after").textValue());
        }
    }
}
