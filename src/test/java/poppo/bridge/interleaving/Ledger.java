package poppo.bridge.interleaving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateManager;

/**
 * The account of what was acknowledged, kept apart from the bridge: each record's operations and reads must be explained by
 * some order of them in which each takes effect at one moment between its call and its answer. An unknown outcome leaves
 * open whether it took effect, until the first answer about the record that was asked for after it.
 */
final class Ledger {
    private final Map<RecordKey, History> histories = new HashMap<>();
    /** When each process last had a sign of life acknowledged. */
    private final Map<String, Instant> alive = new HashMap<>();

    private final List<String> labels = new ArrayList<>();
    private int time;

    /** Something that takes effect on one record at one moment, if at all. */
    static final class Entry {
        final RecordKey key;
        final String what;
        final int from;
        final Effect effect;
        /** When an unknown outcome was told; 0 while nothing was. */
        int unknownSince;

        private Entry(RecordKey key, String what, int from, Effect effect) {
            this.key = key;
            this.what = what;
            this.from = from;
            this.effect = effect;
        }
    }

    /** What an entry may make of a record. */
    @FunctionalInterface
    interface Effect {
        List<Outcome> on(JsonNode before);
    }

    /**
     * One of the things that may come of an entry.
     *
     * @param answer what tells it from others: the kind of decision; null for a read
     */
    record Outcome(JsonNode before, JsonNode after, String answer) {}

    private History history(RecordKey key) {
        return histories.computeIfAbsent(key, History::new);
    }

    private Entry begin(RecordKey key, String what, Effect effect) {
        Entry entry = new Entry(key, what, ++time, effect);
        history(key).begin(entry);
        return entry;
    }

    Entry beginRead(RecordKey key) {
        return begin(key, "read", before -> List.of(new Outcome(before, before, null)));
    }

    Entry beginForeign(RecordKey key, JsonNode image) {
        return begin(key, "foreign write", before -> List.of(new Outcome(before, steady(image), null)));
    }

    Entry begin(Operation operation, Stamp stamp) {
        Map<String, Instant> known = Map.copyOf(alive);
        return begin(operation.key(), operation.toString(), before -> outcomes(operation, stamp, known, before));
    }

    private static List<Outcome> outcomes(
            Operation operation, Stamp stamp, Map<String, Instant> known, JsonNode before) {
        List<Outcome> outcomes = new ArrayList<>();
        outcomes.add(outcome(before, operation.decide(before, issue -> true, stamp)));
        if (!isSurelyAlive(Issue.holder(before), known, stamp.now())) {
            Outcome dead = outcome(before, operation.decide(before, issue -> false, stamp));
            if (!outcomes.contains(dead)) {
                outcomes.add(dead);
            }
        }
        return outcomes;
    }

    /** Who has had a sign of life acknowledged can't lose what it holds before that has expired. */
    private static boolean isSurelyAlive(String process, Map<String, Instant> known, Instant now) {
        Instant last = process == null ? null : known.get(process);
        return last != null && now.isBefore(last.plus(StateManager.HEARTBEAT_TTL));
    }

    private static Outcome outcome(JsonNode before, Decision decision) {
        JsonNode after = decision instanceof Decision.Changed changed ? steady(changed.after()) : before;
        return new Outcome(before, after, answer(decision));
    }

    private static String answer(Decision decision) {
        if (decision instanceof Decision.Refused refused) {
            return refused.code().label();
        }
        return "done";
    }

    /** An image without what is soft state, and may be lost. */
    static JsonNode steady(JsonNode image) {
        if (image == null || !image.path(Issue.LAST_HEARTBEAT).isTextual()) {
            return image;
        }
        ObjectNode steady = image.deepCopy();
        steady.put(Issue.LAST_HEARTBEAT, "*");
        return steady;
    }

    void acknowledged(Entry entry, Execution execution, Stamp stamp) {
        JsonNode before = steady(execution.before());
        JsonNode after = steady(execution.after());
        String answer = answer(execution.decision());
        history(entry.key)
                .end(
                        entry,
                        outcome -> Objects.equals(outcome.before, before)
                                && Objects.equals(outcome.after, after)
                                && answer.equals(outcome.answer),
                        answer + " from " + before + " to " + after);
        if (execution.decision() instanceof Decision.Changed changed) {
            note(changed.effects(), stamp);
        } else if (execution.decision() instanceof Decision.Unchanged unchanged) {
            note(unchanged.effects(), stamp);
        }
    }

    private void note(Decision.Effects effects, Stamp stamp) {
        if (effects.aliveProcess() != null) {
            alive.merge(effects.aliveProcess(), stamp.now(), (a, b) -> a.isAfter(b) ? a : b);
        }
        if (effects.label() != null) {
            labels.add(effects.label().fileName());
        }
    }

    /** The label requests of all acknowledged operations. */
    List<String> labels() {
        return labels;
    }

    void saw(Entry read, JsonNode image) {
        JsonNode seen = steady(image);
        saw(read, found -> Objects.equals(found, seen), String.valueOf(seen));
    }

    void saw(Entry read, Predicate<JsonNode> like, String what) {
        history(read.key).end(read, outcome -> like.test(outcome.before), "saw " + what);
    }

    void abandon(Entry read) {
        history(read.key).abandon(read);
    }

    /** Refused as a whole: it must never have had an effect. */
    void refused(Entry entry) {
        history(entry.key).refuse(entry);
    }

    void unknown(Entry entry) {
        entry.unknownSince = ++time;
        history(entry.key).note(entry, "unknown");
    }

    /** For the message of a failure. */
    String story(RecordKey key) {
        return history(key).toString();
    }
}
