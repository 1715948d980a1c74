package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/**
 * A diff beside those before it.
 *
 * @param before the run it is compared with; null for the first
 * @param added places listed now and not then, the first {@value #NAMED}
 * @param gone places listed then and not now, the first {@value #NAMED}
 * @param still how many places are listed in both
 * @param runs the last {@value #RUNS}, oldest first, this one not among them
 */
public record Past(@Nullable String before, List<String> added, List<String> gone, long still, List<Run> runs) {
    private static final int NAMED = 100;
    private static final int RUNS = 30;
    static final Past NONE = new Past(null, List.of(), List.of(), 0, List.of());

    /**
     * One run in a line.
     *
     * @param agreement per collection, how much of it agreed, in percent; without those of which nothing was compared
     */
    public record Run(String id, String time, String verdict, Map<StateCollection, Double> agreement) {
        static Run of(DiffReport report) {
            Map<StateCollection, Double> agreement = new EnumMap<>(StateCollection.class);
            report.counts().forEach((collection, count) -> {
                if (count.compared > 0) {
                    agreement.put(collection, count.agreement());
                }
            });
            return new Run(report.id(), Stamp.time(report.time()), report.verdict(), agreement);
        }

        private static Run of(JsonNode json) {
            Map<StateCollection, Double> agreement = new EnumMap<>(StateCollection.class);
            json.path("agreement")
                    .properties()
                    .forEach(each -> agreement.put(
                            StateCollection.of(each.getKey()), each.getValue().doubleValue()));
            return new Run(
                    json.path("id").asText(),
                    json.path("time").asText(),
                    json.path("verdict").asText(),
                    agreement);
        }

        private ObjectNode toJson() {
            ObjectNode json = Json.object().put("id", id).put("time", time).put("verdict", verdict);
            ObjectNode percent = Json.object();
            agreement.forEach((collection, value) -> percent.put(collection.label(), value));
            json.set("agreement", percent);
            return json;
        }
    }

    /** @param last the run before, null for none */
    static Past of(DiffReport now, @Nullable DiffReport last) {
        if (last == null) {
            return NONE;
        }
        Set<String> here = places(now);
        Set<String> there = places(last);
        List<Run> runs = new ArrayList<>(last.past().runs());
        runs.add(Run.of(last));
        return new Past(
                last.id(),
                here.stream().filter(each -> !there.contains(each)).limit(NAMED).toList(),
                there.stream().filter(each -> !here.contains(each)).limit(NAMED).toList(),
                here.stream().filter(there::contains).count(),
                List.copyOf(runs.subList(Math.max(0, runs.size() - RUNS), runs.size())));
    }

    private static Set<String> places(DiffReport report) {
        Set<String> places = new LinkedHashSet<>();
        report.differences().forEach(found -> places.add(found.place()));
        return places;
    }

    static Past of(JsonNode json) {
        List<Run> runs = new ArrayList<>();
        json.path("runs").forEach(each -> runs.add(Run.of(each)));
        return new Past(
                json.path("before").textValue(),
                texts(json.path("added")),
                texts(json.path("gone")),
                json.path("still").longValue(),
                List.copyOf(runs));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return List.copyOf(texts);
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        if (before != null) {
            json.put("before", before);
        }
        added.forEach(json.putArray("added")::add);
        gone.forEach(json.putArray("gone")::add);
        json.set("still", Json.number(still));
        ArrayNode listed = json.putArray("runs");
        runs.forEach(run -> listed.add(run.toJson()));
        return json;
    }
}
