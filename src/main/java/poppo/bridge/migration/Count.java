package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import poppo.bridge.state.Json;

/** What a diff counted in one collection. Not thread-safe. */
final class Count {
    long compared;
    long equal;
    long missingInRedis;
    long missingInFile;
    long different;
    long noise;
    /** Of those that differ: brought into agreement since. */
    long repaired;

    long differing() {
        return missingInRedis + missingInFile + different;
    }

    /** How much of it agreed, in percent; all of nothing does. */
    double agreement() {
        return compared == 0 ? 100 : Math.floor((compared - differing()) * 100_000.0 / compared) / 1000;
    }

    static Count of(JsonNode json) {
        Count count = new Count();
        count.compared = json.path("compared").longValue();
        count.equal = json.path("equal").longValue();
        count.missingInRedis = json.path("missingInRedis").longValue();
        count.missingInFile = json.path("missingInFile").longValue();
        count.different = json.path("different").longValue();
        count.noise = json.path("noise").longValue();
        count.repaired = json.path("repaired").longValue();
        return count;
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.set("compared", Json.number(compared));
        json.set("equal", Json.number(equal));
        json.set("missingInRedis", Json.number(missingInRedis));
        json.set("missingInFile", Json.number(missingInFile));
        json.set("different", Json.number(different));
        json.set("noise", Json.number(noise));
        json.set("repaired", Json.number(repaired));
        return json;
    }
}
