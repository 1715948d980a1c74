package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Difference;
import poppo.bridge.shadow.Moved;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/**
 * A difference with what is known about it.
 *
 * @param cause the likely one, with its evidence
 * @param fix null unless a repair was asked for
 */
public record Found(
        Difference difference, Causes.Cause cause, @Nullable Fix fix) {
    public boolean repaired() {
        return fix != null && fix.isRepaired();
    }

    /** The same place in another run. */
    String place() {
        return difference.key() + " " + difference.pointer();
    }

    ObjectNode toJson() {
        ObjectNode json = difference.toJson();
        json.put("moved", cause.moved().label());
        json.put("cause", cause.name());
        json.put("evidence", cause.evidence());
        json.put("repaired", repaired());
        if (fix != null) {
            json.set("repair", fix.toJson());
        }
        return json;
    }

    static Found of(JsonNode json) {
        RecordKey key = new RecordKey(
                StateCollection.of(json.path("collection").asText()),
                json.path("record").asText());
        return new Found(
                new Difference(key, json.path("pointer").asText(), json.get("file"), json.get("redis")),
                new Causes.Cause(
                        json.path("cause").asText(),
                        json.path("evidence").asText(),
                        Moved.of(json.path("moved").asText(Moved.UNKNOWN.label()))),
                Fix.of(json.path("repair")));
    }
}
