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
import poppo.bridge.machine.Resource;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/**
 * The consistency diff report of DESIGN §5: what was compared, what differed and why, and what was not looked at. Its JSON
 * form is described by {@link #schema}.
 *
 * @param differences the first {@value Diff#LISTED}; the counts are of all
 * @param noise what each rule took for no difference
 * @param planted what became of the differences that the diff planted for itself
 * @param unread what should have been looked at and could not be, in words; a report with any proves nothing
 * @param past the runs before this one
 */
public record DiffReport(
        Header header,
        Map<StateCollection, Count> counts,
        List<Found> differences,
        List<Noise> noise,
        Planted.Tally planted,
        List<String> unread,
        Past past) {
    private static final List<String> NEVER_COMPARED = List.of(
            "heartbeats of processes (soft state that expires by itself)",
            "label requests (files in every phase)",
            "the order of running-tasks whose ids are whole numbers (the files list those first, whenever they came)");

    /**
     * Of which diff this is.
     *
     * @param time when it ended
     * @param repair what was asked for
     * @param dryRun whether the repair was only tried
     * @param resumed how often it went on after it had been stopped
     */
    public record Header(
            String id,
            Instant time,
            String phase,
            long epoch,
            long tookMillis,
            Repair repair,
            boolean dryRun,
            int resumed) {}

    public String id() {
        return header.id;
    }

    public Instant time() {
        return header.time;
    }

    /** Whether no record differs, or each that did was repaired, and the diff is not void. */
    public boolean isConsistent() {
        return !isVoid() && agrees();
    }

    private boolean agrees() {
        return counts.values().stream().allMatch(count -> count.differing() == count.repaired);
    }

    /** Whether it can't be believed: it missed what it planted itself, or saw no difference and did not see everything. */
    private boolean isVoid() {
        return !planted.holds() || (agrees() && !unread.isEmpty());
    }

    /** How many records differed when they were looked at. */
    public long differing() {
        return counts.values().stream().mapToLong(Count::differing).sum();
    }

    public long compared() {
        return counts.values().stream().mapToLong(count -> count.compared).sum();
    }

    /** What the diff did not look at, in words: what it never does, and what it could not this time. */
    public List<String> notCompared() {
        List<String> all = new ArrayList<>(unread);
        all.addAll(NEVER_COMPARED);
        return all;
    }

    public String verdict() {
        return isVoid() ? "void" : agrees() ? "consistent" : "inconsistent";
    }

    DiffReport with(Past known) {
        return new DiffReport(header, counts, differences, noise, planted, unread, known);
    }

    public ObjectNode toJson() {
        ObjectNode json = summary();
        json.put("phase", header.phase);
        json.set("epoch", Json.number(header.epoch));
        json.set("tookMillis", Json.number(header.tookMillis));
        json.put("repair", header.repair.label());
        json.put("dryRun", header.dryRun);
        json.set("resumed", Json.number(header.resumed));
        ObjectNode collections = json.putObject("collections");
        counts.forEach((collection, count) -> collections.set(collection.label(), count.toJson()));
        json.set("planted", planted.toJson());
        ArrayNode listed = json.putArray("differences");
        differences.forEach(found -> listed.add(found.toJson()));
        ArrayNode rules = json.putArray("noiseRules");
        noise.forEach(rule -> rules.add(rule.toJson()));
        unread.forEach(json.putArray("unread")::add);
        notCompared().forEach(json.putArray("notCompared")::add);
        json.set("past", past.toJson());
        return json;
    }

    /** One line of a list of reports. */
    public ObjectNode summary() {
        ObjectNode json = Json.object();
        json.put("id", header.id);
        json.put("time", Stamp.time(header.time));
        json.put("verdict", verdict());
        json.set("compared", Json.number(compared()));
        json.set("differing", Json.number(differing()));
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
            List<Noise> rules = new ArrayList<>();
            json.path("noiseRules").forEach(each -> rules.add(Noise.of(each)));
            List<String> skipped = new ArrayList<>();
            json.path("unread").forEach(each -> skipped.add(each.asText()));
            return new DiffReport(
                    header(json),
                    counts,
                    List.copyOf(found),
                    List.copyOf(rules),
                    Planted.Tally.of(json.path("planted")),
                    List.copyOf(skipped),
                    Past.of(json.path("past")));
        } catch (BridgeException.Invalid | DateTimeParseException e) {
            throw new BridgeException.Corrupt("this is no diff report: " + e.getMessage(), e);
        }
    }

    private static Header header(JsonNode json) {
        return new Header(
                json.path("id").asText(),
                Instant.parse(json.path("time").asText()),
                json.path("phase").asText(),
                json.path("epoch").longValue(),
                json.path("tookMillis").longValue(),
                Repair.of(json.path("repair").asText(Repair.NONE.label())),
                json.path("dryRun").asBoolean(),
                json.path("resumed").intValue());
    }

    /** The JSON Schema (draft 2020-12) of {@link #toJson}. */
    public static String schema() {
        return Resource.text(DiffReport.class, "diff-report.schema.json");
    }
}
