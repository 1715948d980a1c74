package poppo.bridge.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import poppo.bridge.state.Json;

/**
 * A goal, and what came of it.
 *
 * @param ours median; no number where nothing was measured
 * @param baseline median; no number where there is none
 */
record Judged(Goal goal, Figures figures, double ours, double baseline) {
    static Judged of(Goal goal, Figures figures) {
        if (figures.whyLeftOut(goal).isPresent()) {
            return new Judged(goal, figures, Double.NaN, Double.NaN);
        }
        return new Judged(goal, figures, figures.median(List.of(goal.ours())), figures.median(goal.baseline()));
    }

    double ratio() {
        return ours / baseline;
    }

    boolean isMet() {
        return goal.bound().isMet(ours, ratio());
    }

    /** The columns of the table. */
    List<String> cells() {
        return List.of(
                goal.row(),
                text(baseline),
                text(ours),
                Double.isNaN(baseline) || baseline == 0 ? "–" : ratioText(),
                goal.bound().text(goal.unit()),
                verdict());
    }

    private String text(double figure) {
        return Double.isNaN(figure) ? "–" : goal.unit().text(figure);
    }

    private String ratioText() {
        double ratio = ratio();
        return (ratio >= 100 ? "%,.0f" : ratio >= 0.1 ? "%.2f" : "%.2g").formatted(ratio);
    }

    String verdict() {
        Optional<String> why = figures.whyLeftOut(goal);
        if (why.isPresent()) {
            return "left out: " + why.get();
        }
        return goal.bound() == Goal.Bound.NONE ? "" : isMet() ? "met" : "not met";
    }

    ObjectNode toJson() {
        ObjectNode json =
                Json.object().put("row", goal.row()).put("unit", goal.unit().label());
        json.put("goal", goal.bound().text(goal.unit()));
        Optional<String> why = figures.whyLeftOut(goal);
        if (why.isPresent()) {
            return json.put("leftOut", why.get());
        }
        json.put("ours", goal.unit().scaled(ours));
        addRounds(json.putArray("oursByRound"), List.of(goal.ours()));
        if (!goal.baseline().isEmpty()) {
            json.put("baseline", goal.unit().scaled(baseline));
            json.put("ratio", ratio());
            addRounds(json.putArray("baselineByRound"), goal.baseline());
        }
        if (goal.bound() != Goal.Bound.NONE) {
            json.put("met", isMet());
        }
        return json;
    }

    private void addRounds(ArrayNode rounds, List<Goal.Term> terms) {
        List<List<Double>> each = terms.stream().map(figures::rounds).toList();
        for (int round = 0; round < each.get(0).size(); round++) {
            int at = round;
            rounds.add(goal.unit()
                    .scaled(each.stream().mapToDouble(figure -> figure.get(at)).sum()));
        }
    }
}
