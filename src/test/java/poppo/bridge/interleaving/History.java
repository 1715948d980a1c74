package poppo.bridge.interleaving;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import poppo.bridge.state.RecordKey;

/**
 * One record's past as far as the answers tell: all states it may be in, each with those of the unanswered entries that have
 * taken effect in it. An answer leaves only the states that explain it; when none does, a promise is broken.
 */
final class History {
    private final RecordKey key;
    private final List<Ledger.Entry> pending = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private Set<State> states = Set.of(new State(null, Map.of()));

    History(RecordKey key) {
        this.key = key;
    }

    /** What nobody can explain. */
    static final class Broken extends AssertionError {
        private static final long serialVersionUID = 1L;

        Broken(String message) {
            super(message);
        }
    }

    private record State(JsonNode image, Map<Ledger.Entry, Ledger.Outcome> taken) {
        State take(Ledger.Entry entry, Ledger.Outcome outcome) {
            Map<Ledger.Entry, Ledger.Outcome> more = new HashMap<>(taken);
            more.put(entry, outcome);
            return new State(outcome.after(), more);
        }

        State forget(Ledger.Entry entry) {
            if (!taken.containsKey(entry)) {
                return this;
            }
            Map<Ledger.Entry, Ledger.Outcome> fewer = new HashMap<>(taken);
            fewer.remove(entry);
            return new State(image, fewer);
        }
    }

    void begin(Ledger.Entry entry) {
        pending.add(entry);
        note(entry, "begins");
    }

    void note(Ledger.Entry entry, String what) {
        events.add("[" + entry.from + "] " + entry.what + ": " + what);
    }

    void end(Ledger.Entry entry, Predicate<Ledger.Outcome> answered, String what) {
        note(entry, what);
        Set<State> explained = new HashSet<>();
        Set<State> met = new HashSet<>(states);
        Deque<State> open = new ArrayDeque<>(states);
        while (!open.isEmpty()) {
            State state = open.pop();
            if (state.taken.containsKey(entry)) {
                if (answered.test(state.taken.get(entry))) {
                    explained.add(state.forget(entry));
                }
                continue;
            }
            for (Ledger.Entry next : pending) {
                if (!state.taken.containsKey(next)) {
                    for (Ledger.Outcome outcome : next.effect.on(state.image)) {
                        State after = state.take(next, outcome);
                        if (met.add(after)) {
                            open.push(after);
                        }
                    }
                }
            }
        }
        pending.remove(entry);
        become(explained);
        settle(entry.from);
    }

    void refuse(Ledger.Entry entry) {
        note(entry, "refused");
        pending.remove(entry);
        Set<State> without = new HashSet<>();
        for (State state : states) {
            if (!state.taken.containsKey(entry)) {
                without.add(state);
            }
        }
        become(without);
    }

    /** Nobody was answered, and nothing was to be changed. */
    void abandon(Ledger.Entry entry) {
        pending.remove(entry);
        forget(entry);
    }

    private void forget(Ledger.Entry entry) {
        Set<State> left = new HashSet<>();
        states.forEach(state -> left.add(state.forget(entry)));
        states = left;
    }

    /** What was unknown before an answer was asked for is known by it. */
    private void settle(int asked) {
        List<Ledger.Entry> settled = pending.stream()
                .filter(each -> each.unknownSince != 0 && each.unknownSince < asked)
                .toList();
        pending.removeAll(settled);
        settled.forEach(this::forget);
    }

    private void become(Set<State> next) {
        if (next.isEmpty()) {
            throw new Broken("No order of what was done explains " + key + ": " + this);
        }
        states = next;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append("\n    ").append(event));
        return text.append("\n  possible before that: ").append(images()).toString();
    }

    private List<String> images() {
        return states.stream()
                .map(state -> String.valueOf(state.image))
                .distinct()
                .toList();
    }
}
