package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import poppo.bridge.state.Json;

/** What leads from one JSON object to another, as RFC 7396 writes it down: arrays are replaced as wholes. */
final class MergePatch {
    private MergePatch() {}

    /** @param to must hold no null, which means removal in a patch */
    static ObjectNode between(JsonNode from, JsonNode to) {
        ObjectNode patch = Json.object();
        from.fieldNames().forEachRemaining(name -> {
            if (!to.has(name)) {
                patch.set(name, Json.nullValue());
            }
        });
        to.fields().forEachRemaining(field -> {
            JsonNode before = from.path(field.getKey());
            JsonNode after = field.getValue();
            if (before.isObject() && after.isObject()) {
                ObjectNode inner = between(before, after);
                if (!inner.isEmpty()) {
                    patch.set(field.getKey(), inner);
                }
            } else if (!before.equals(after)) {
                patch.set(field.getKey(), after);
            }
        });
        return patch;
    }
}
