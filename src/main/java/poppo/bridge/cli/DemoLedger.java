package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Issue;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateManager;

/**
 * Knows independently of the bridge what it has acknowledged, and holds the state against that. Each promise broken is a
 * line in {@link #violations}. Thread-safe.
 */
final class DemoLedger {
    /** The field of an issue's result that numbers its checkins. */
    static final String TURN = "turn";

    private static final int LISTED = 20;

    private final Map<Long, String> holders = new ConcurrentHashMap<>();
    private final Map<Long, Long> turns = new ConcurrentHashMap<>();
    private final Set<RecordKey> present = ConcurrentHashMap.newKeySet();
    private final Map<Long, Set<String>> comments = new ConcurrentHashMap<>();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();

    /** A checkout was acknowledged. */
    void checkedOut(long issue, String process) {
        acknowledged.increment();
        String other = holders.putIfAbsent(issue, process);
        if (other != null && !other.equals(process)) {
            violate("issue " + issue + " was given to " + process + " while " + other + " held it");
        }
    }

    /** The holder is about to check in: from here on another may get the issue. @return the number of this checkin */
    long checkingIn(long issue) {
        holders.remove(issue);
        return turns.getOrDefault(issue, 0L) + 1;
    }

    void checkedIn(long issue, long turn) {
        acknowledged.increment();
        turns.merge(issue, turn, Math::max);
    }

    void added(RecordKey key) {
        acknowledged.increment();
        present.add(key);
    }

    void removed(RecordKey key) {
        acknowledged.increment();
        present.remove(key);
    }

    void commented(long issue, String comment) {
        acknowledged.increment();
        comments.computeIfAbsent(issue, any -> ConcurrentHashMap.newKeySet()).add(comment);
    }

    /** A worker reads what it has been told of. */
    void expectTurn(long issue, @Nullable JsonNode image, long atLeast) {
        long seen = turn(image);
        if (seen < atLeast) {
            violate("issue " + issue + " was read at turn " + seen + " after turn " + atLeast + " was acknowledged");
        }
    }

    private static long turn(@Nullable JsonNode image) {
        return image == null ? 0 : image.path(Issue.RESULT).path(TURN).longValue();
    }

    void violate(String what) {
        lost.increment();
        if (violations.size() < LISTED) {
            violations.add(what);
        }
    }

    /** Looks for everything acknowledged in {@code state}, when nobody works any more. */
    void verify(StateManager state) {
        turns.forEach((issue, turn) ->
                expectTurn(issue, state.read(RecordKey.issue(issue)).image(), turn));
        for (RecordKey key : present) {
            if (state.read(key).image() == null) {
                violate(key + " was acknowledged and is not there");
            }
        }
        comments.forEach((issue, ids) -> {
            JsonNode image = state.read(RecordKey.processedComments(issue)).image();
            List<String> known = new ArrayList<>();
            if (image != null) {
                image.forEach(id -> known.add(id.asText()));
            }
            ids.stream()
                    .filter(id -> !known.contains(id))
                    .forEach(id -> violate("comment " + id + " of issue " + issue + " is not there"));
        });
    }

    long acknowledged() {
        return acknowledged.sum();
    }

    /** Broken promises of any kind. */
    long lost() {
        return lost.sum();
    }

    List<String> violations() {
        return List.copyOf(violations);
    }
}
