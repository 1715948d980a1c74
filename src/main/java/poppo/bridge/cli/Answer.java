package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import poppo.bridge.state.Json;

/**
 * An answer of the operator API.
 *
 * @param body its text as it came, for {@code --json}
 */
record Answer(String body, JsonNode json) {
    static Answer of(JsonNode json) {
        return new Answer(Json.pretty(json), json);
    }
}
