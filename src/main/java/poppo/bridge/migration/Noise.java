package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Comparison;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;

/**
 * What one rule took for no difference in a diff.
 *
 * @param owner who answers for it
 * @param expires null where it doesn't
 * @param count how many differences it covered
 */
public record Noise(
        String name, String reason, String owner, @Nullable String expires, long count) {
    private static final String BUILT_IN = "poppo-bridge";

    static Noise of(Comparison.Noise rule, long count) {
        return new Noise(rule.label(), rule.reason(), BUILT_IN, null, count);
    }

    static Noise of(NoiseRule rule, long count) {
        return new Noise(rule.name(), rule.reason(), rule.owner(), Stamp.time(rule.expires()), count);
    }

    static Noise of(JsonNode json) {
        return new Noise(
                json.path("name").asText(),
                json.path("reason").asText(),
                json.path("owner").asText(BUILT_IN),
                json.path("expires").textValue(),
                json.path("count").longValue());
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("name", name);
        json.put("reason", reason);
        json.put("owner", owner);
        if (expires != null) {
            json.put("expires", expires);
        }
        json.set("count", Json.number(count));
        return json;
    }
}
