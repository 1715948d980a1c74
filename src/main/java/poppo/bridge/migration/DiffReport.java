package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import poppo.bridge.shadow.Comparison;
import poppo.bridge.shadow.Difference;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/**
 * The consistency diff report of DESIGN §5: what was compared, what differed and why, and what was not looked at.
 *
 * @param differences the first {@value Diff#LISTED}; the counts are of all
 * @param notCompared what the diff did not look at, in words
 */
public record DiffReport(
        String id,
        Instant time,
        String phase,
        long epoch,
        long tookMillis,
        Map<StateCollection, Count> counts,
        List<Found> differences,
        List<String> notCompared) {

    /**
     * A difference with what is known about it.
     *
     * @param cause the likely one, in kebab case
     * @param repaired whether it was copied from the side taken for right, and both agree now
     */
    public record Found(Difference difference, String cause, boolean repaired) {
        ObjectNode toJson() {
            ObjectNode json = difference.toJson();
            json.put("cause", cause);
            json.put("repaired", repaired);
            return json;
        }

        private static Found of(JsonNode json) {
            RecordKey key = new RecordKey(
                    StateCollection.of(json.path("collection").asText()),
                    json.path("record").asText());
            return new Found(
                    new Difference(key, json.path("pointer").asText(), json.get("file"), json.get("redis")),
                    json.path("cause").asText(),
                    json.path("repaired").asBoolean());
        }
    }

    /** Whether no record differs, or each that did was repaired. */
    public boolean isConsistent() {
        return counts.values().stream().allMatch(count -> count.differing() == count.repaired);
    }

    /** How many records differed when they were looked at. */
    public long differing() {
        return counts.values().stream().mapToLong(Count::differing).sum();
    }

    public long compared() {
        return counts.values().stream().mapToLong(count -> count.compared).sum();
    }

    public long noise() {
        return counts.values().stream().mapToLong(count -> count.noise).sum();
    }

    public String verdict() {
        return isConsistent() ? "consistent" : "inconsistent";
    }

    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("id", id);
        json.put("time", Stamp.time(time));
        json.put("phase", phase);
        json.set("epoch", Json.number(epoch));
        json.set("tookMillis", Json.number(tookMillis));
        json.put("verdict", verdict());
        ObjectNode collections = Json.object();
        counts.forEach((collection, count) -> collections.set(collection.label(), count.toJson()));
        json.set("collections", collections);
        ArrayNode listed = Json.array();
        differences.forEach(found -> listed.add(found.toJson()));
        json.set("differences", listed);
        json.set("noiseRules", noiseRules());
        ArrayNode skipped = Json.array();
        notCompared.forEach(skipped::add);
        json.set("notCompared", skipped);
        return json;
    }

    /**
     * The report that {@link #toJson} wrote, for whoever got it from a bridge and renders it.
     *
     * @throws BridgeException.Corrupt when it is none
     */
    public static DiffReport of(JsonNode json) {
        try {
            Map<StateCollection, Count> counts = new EnumMap<>(StateCollection.class);
            json.path("collections")
                    .properties()
                    .forEach(each -> counts.put(StateCollection.of(each.getKey()), Count.of(each.getValue())));
            List<Found> found = new ArrayList<>();
            json.path("differences").forEach(each -> found.add(Found.of(each)));
            List<String> skipped = new ArrayList<>();
            json.path("notCompared").forEach(each -> skipped.add(each.asText()));
            return new DiffReport(
                    json.path("id").asText(),
                    Instant.parse(json.path("time").asText()),
                    json.path("phase").asText(),
                    json.path("epoch").longValue(),
                    json.path("tookMillis").longValue(),
                    counts,
                    List.copyOf(found),
                    List.copyOf(skipped));
        } catch (BridgeException.Invalid | DateTimeParseException e) {
            throw new BridgeException.Corrupt("this is no diff report: " + e.getMessage(), e);
        }
    }

    private static JsonNode noiseRules() {
        ArrayNode rules = Json.array();
        for (Comparison.Noise noise : Comparison.Noise.values()) {
            rules.add(Json.object().put("name", noise.label()).put("reason", noise.reason()));
        }
        return rules;
    }

    public String toHtml() {
        return ReportFormat.HTML.render(this);
    }

    public String toMarkdown() {
        return ReportFormat.MARKDOWN.render(this);
    }
}
