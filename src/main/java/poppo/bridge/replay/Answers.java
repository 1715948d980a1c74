package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Json;
import poppo.bridge.state.KebabCase;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.Versioned;

/**
 * What callers were told, as a fixture holds it. Only what every store and phase must agree on: neither versions nor who
 * served it.
 */
public final class Answers {
    private static final String DECISION = "decision";
    private static final String ALIVE = "alive";
    private static final String DEAD = "dead";
    private static final String FAILED = "failed";
    private static final String MEMBERS = "members";

    private Answers() {}

    /** To something that is done and has no answer. */
    public static ObjectNode none() {
        return Json.object();
    }

    /** {@code decision}, then what it says; and the processes that it proved alive or took for dead. */
    public static ObjectNode of(Execution execution) {
        Decision decision = execution.decision();
        ObjectNode answer = Json.object();
        if (decision instanceof Decision.Refused refused) {
            answer.put(DECISION, "refused")
                    .put("code", refused.code().label())
                    .put("detail", refused.detail())
                    .set(MEMBERS, refused.members());
            return answer;
        }
        if (decision instanceof Decision.Changed changed) {
            answer.put(DECISION, "changed").set("answer", changed.answer());
        } else if (decision instanceof Decision.Unchanged unchanged) {
            answer.put(DECISION, "unchanged").set("answer", unchanged.answer());
        }
        put(answer, ALIVE, decision.effects().aliveProcess());
        put(answer, DEAD, decision.effects().assumedDead());
        return answer;
    }

    public static ObjectNode of(Versioned record) {
        ObjectNode answer = Json.object();
        if (record.image() != null) {
            answer.set("image", record.image());
        }
        return answer;
    }

    /** A list of records, in its order. */
    public static ObjectNode ofAll(List<Versioned> records) {
        ArrayNode listed = Json.array();
        records.forEach(
                record -> listed.addObject().put("key", record.key().toString()).setAll(of(record)));
        return list("records", listed);
    }

    public static ObjectNode ofNumbers(List<Long> numbers) {
        ArrayNode listed = Json.array();
        numbers.forEach(number -> listed.add(Json.number(number)));
        return list("numbers", listed);
    }

    public static ObjectNode ofCount(long count) {
        ObjectNode answer = Json.object();
        answer.set("count", Json.number(count));
        return answer;
    }

    public static ObjectNode ofSeen(Optional<Instant> seen) {
        ObjectNode answer = Json.object();
        put(answer, "lastSeen", seen.map(Instant::toString).orElse(null));
        return answer;
    }

    public static ObjectNode ofOrphans(List<Orphan> orphans) {
        ArrayNode listed = Json.array();
        for (Orphan orphan : orphans) {
            ObjectNode each = listed.addObject();
            each.set("issue", Json.number(orphan.issue()));
            put(each, "processId", orphan.processId());
            put(each, "lastSeen", orphan.lastSeen() == null ? null : String.valueOf(orphan.lastSeen()));
        }
        return list("orphans", listed);
    }

    /** The call failed and has changed nothing. A replay leaves such a call out. */
    public static ObjectNode ofFailure(BridgeException failure) {
        return Json.object().put(FAILED, KebabCase.name(failure.getClass())).put("detail", failure.getMessage());
    }

    /** Whether this is what {@link #ofFailure} makes. */
    static boolean isFailure(JsonNode answer) {
        return answer.has(FAILED);
    }

    /** The processes whose being alive or not had to do with the answer. */
    static List<String> processes(JsonNode answer) {
        return java.util.stream.Stream.of(
                        answer.path(ALIVE),
                        answer.path(DEAD),
                        answer.path(MEMBERS).path("holder"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .toList();
    }

    private static ObjectNode list(String name, ArrayNode listed) {
        ObjectNode answer = Json.object();
        answer.set(name, listed);
        return answer;
    }

    private static void put(ObjectNode answer, String name, @Nullable String value) {
        if (value != null) {
            answer.put(name, value);
        }
    }
}
