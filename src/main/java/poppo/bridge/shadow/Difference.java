package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;

/**
 * One place in which the two stores disagree.
 *
 * @param pointer JSON Pointer into the record, empty for the record itself
 * @param file the value there in the files; null where there is none
 * @param redis the value there in Redis; null where there is none
 */
public record Difference(
        RecordKey key,
        String pointer,
        @Nullable JsonNode file,
        @Nullable JsonNode redis) {
    /** The kinds of spec/http-api.md. */
    public enum Kind {
        MISSING_IN_REDIS("missing-in-redis"),
        MISSING_IN_FILE("missing-in-file"),
        DIFFERENT("different");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    public Kind kind() {
        if (redis == null) {
            return Kind.MISSING_IN_REDIS;
        }
        return file == null ? Kind.MISSING_IN_FILE : Kind.DIFFERENT;
    }

    public ObjectNode toJson() {
        ObjectNode json = place();
        if (file != null) {
            json.set("file", file);
        }
        if (redis != null) {
            json.set("redis", redis);
        }
        return json;
    }

    /** Where it is and of what kind, without the values: those may be what somebody wrote in an issue. */
    ObjectNode place() {
        ObjectNode json = Json.object();
        json.put("collection", key.collection().label());
        json.put("record", key.id());
        json.put("pointer", pointer);
        json.put("kind", kind().label());
        return json;
    }

    /** Two aligned lines under the record's name. */
    @Override
    public String toString() {
        return key + " " + pointer + "\n  file : " + text(file) + "\n  redis: " + text(redis);
    }

    private static String text(@Nullable JsonNode value) {
        return value == null ? "(absent)" : Json.compact(value);
    }
}
