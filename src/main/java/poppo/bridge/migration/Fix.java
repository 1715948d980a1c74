package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;

/**
 * What a repair did about a difference. What was there before is the difference's own value.
 *
 * @param from the store taken for right
 * @param outcome {@code repaired}, {@code would-repair} in a dry run, or {@code left}
 * @param now what then stands there in the other store; null for nothing, and where it was left
 * @param why it was left; null otherwise
 */
public record Fix(
        String from,
        String outcome,
        @Nullable JsonNode now,
        @Nullable String why) {
    static final String REPAIRED = "repaired";
    static final String WOULD_REPAIR = "would-repair";
    static final String LEFT = "left";

    boolean isRepaired() {
        return outcome.equals(REPAIRED);
    }

    static @Nullable Fix of(JsonNode json) {
        return json.isObject()
                ? new Fix(
                        json.path("from").asText(),
                        json.path("outcome").asText(),
                        json.get("now"),
                        json.path("why").textValue())
                : null;
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("from", from);
        json.put("outcome", outcome);
        if (now != null) {
            json.set("now", now);
        }
        if (why != null) {
            json.put("why", why);
        }
        return json;
    }

    /** For people. */
    @Override
    public String toString() {
        return switch (outcome) {
            case REPAIRED -> "repaired from " + from;
            case WOULD_REPAIR -> "would be repaired from " + from;
            default -> "not repaired: " + why;
        };
    }
}
