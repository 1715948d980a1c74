package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Difference;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/**
 * An operator's word that a field may differ, for a time. It covers fields only: a record that one store lacks is never
 * noise.
 *
 * @param reason why the difference does no harm
 * @param owner who answers for it
 * @param expires from then on it doesn't apply any more
 * @param collection null: all of them
 * @param pointer a JSON Pointer in which {@code *} stands for any text within one name, and {@code **} for any at all
 */
public record NoiseRule(
        String name,
        String reason,
        String owner,
        Instant expires,
        @Nullable StateCollection collection,
        String pointer) {
    /** @throws BridgeException.Invalid when it says too little or would hide too much */
    public NoiseRule {
        Limits.id("name", name);
        Limits.id("reason", reason);
        Limits.id("owner", owner);
        if (!Limits.id("pointer", pointer).startsWith("/")) {
            throw new BridgeException.Invalid("pointer", "must begin with '/', as in /metadata/*");
        }
        if (Planted.POINTERS.stream().anyMatch(pattern(pointer)::matches)) {
            throw new BridgeException.Invalid(
                    "pointer",
                    "'" + pointer + "' would hide any difference, also those that a diff plants; name a field");
        }
    }

    /** A rule as a request or the file holds it. */
    static NoiseRule of(JsonNode json) {
        String collection = json.path("collection").textValue();
        try {
            return new NoiseRule(
                    json.path("name").asText(),
                    json.path("reason").asText(),
                    json.path("owner").asText(),
                    Instant.parse(json.path("expires").asText()),
                    collection == null ? null : StateCollection.of(collection),
                    json.path("pointer").asText());
        } catch (DateTimeException e) {
            throw new BridgeException.Invalid("expires", "must be a time like 2026-01-31T00:00:00Z");
        }
    }

    boolean isLive(Instant now) {
        return now.isBefore(expires);
    }

    boolean covers(Difference difference) {
        return (collection == null || collection == difference.key().collection())
                && !difference.pointer().isEmpty()
                && pattern(pointer).matches(difference.pointer());
    }

    /** What a pointer must look like. */
    private interface Glob {
        boolean matches(String pointer);
    }

    private static Glob pattern(String glob) {
        StringBuilder regex = new StringBuilder();
        for (String part : glob.split("(?<=\\*\\*)|(?=\\*\\*)|(?<=\\*)(?!\\*)|(?<!\\*)(?=\\*)")) {
            regex.append(part.equals("**") ? ".*" : part.equals("*") ? "[^/]*" : Pattern.quote(part));
        }
        Pattern compiled = Pattern.compile(regex.toString(), Pattern.DOTALL);
        return pointer -> compiled.matcher(pointer).matches();
    }

    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("name", name);
        json.put("reason", reason);
        json.put("owner", owner);
        json.put("expires", Stamp.time(expires));
        if (collection != null) {
            json.put("collection", collection.label());
        }
        json.put("pointer", pointer);
        return json;
    }
}
