package poppo.bridge.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.state.Json;

/** What the sides of one contest measured, round by round. */
final class Figures {
    private final Map<String, Map<String, List<Double>>> bySide = new LinkedHashMap<>();

    private final Map<String, String> leftOut = new LinkedHashMap<>();

    /** Nothing is measured of this side. */
    void leaveOut(String side, String why) {
        leftOut.put(side, why);
    }

    /** Why a goal can't be judged, where it can't. */
    Optional<String> whyLeftOut(Goal goal) {
        return Stream.concat(Stream.of(goal.ours()), goal.baseline().stream())
                .filter(term -> leftOut.containsKey(term.side()))
                .map(term -> leftOut.get(term.side()))
                .findFirst();
    }

    void add(String side, Map<String, Double> round) {
        Map<String, List<Double>> figures = bySide.computeIfAbsent(side, each -> new LinkedHashMap<>());
        round.forEach((figure, value) ->
                figures.computeIfAbsent(figure, each -> new ArrayList<>()).add(value));
    }

    /** By round, times the term's factor. */
    List<Double> rounds(Term term) {
        List<Double> rounds = bySide.getOrDefault(term.side(), Map.of()).get(term.figure());
        if (rounds == null) {
            throw new IllegalArgumentException("nobody measured " + term);
        }
        return rounds.stream().map(figure -> figure * term.factor()).toList();
    }

    /** The sum of the terms' medians; of no terms it is no number. */
    double median(List<Term> terms) {
        return terms.isEmpty()
                ? Double.NaN
                : terms.stream().mapToDouble(term -> median(rounds(term), 0.5)).sum();
    }

    private static double median(List<Double> values, double share) {
        List<Double> sorted = values.stream().sorted().toList();
        double place = share * (sorted.size() - 1);
        int below = (int) place;
        double next = sorted.get(Math.min(below + 1, sorted.size() - 1));
        return sorted.get(below) + (place - below) * (next - sorted.get(below));
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        bySide.forEach((side, figures) -> {
            ObjectNode entry = json.putObject(side);
            figures.forEach((figure, rounds) -> rounds.forEach(entry.withArray("/" + figure.replace("/", "~1"))::add));
        });
        return json;
    }
}
