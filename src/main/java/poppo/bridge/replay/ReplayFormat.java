package poppo.bridge.replay;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import poppo.bridge.report.JunitSuite;
import poppo.bridge.report.Marked;
import poppo.bridge.report.Page;
import poppo.bridge.report.Text;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Labels;

/** The forms in which people and tools read what came of replays. */
public enum ReplayFormat {
    /** A line for each fixture, and under it what differs. */
    TEXT {
        @Override
        public String render(List<FixtureOutcome> outcomes) {
            StringBuilder out = new StringBuilder();
            for (FixtureOutcome outcome : outcomes) {
                out.append(summary(outcome)).append('\n');
                outcome.notes()
                        .forEach(note -> out.append("      note: ")
                                .append(Text.plain(note))
                                .append('\n'));
                for (Outcome run : outcome.outcomes()) {
                    run.differences().forEach(difference -> out.append(told(outcome, difference)));
                    if (run.count() > run.differences().size()) {
                        out.append("  and ")
                                .append(run.count() - run.differences().size());
                        out.append(" more differences in: ").append(run.label()).append('\n');
                    }
                }
            }
            return out.toString();
        }
    },
    JSON {
        @Override
        public String render(List<FixtureOutcome> outcomes) {
            ArrayNode fixtures = Json.array();
            outcomes.forEach(outcome -> fixtures.add(json(outcome)));
            ObjectNode json = Json.object();
            json.put("same", outcomes.stream().allMatch(FixtureOutcome::isSame));
            json.set("fixtures", fixtures);
            return Json.pretty(json) + "\n";
        }
    },
    HTML {
        @Override
        public String render(List<FixtureOutcome> outcomes) {
            return Page.of("Replay", body(outcomes), "");
        }
    },
    JUNIT {
        @Override
        public String render(List<FixtureOutcome> outcomes) {
            return JunitSuite.document(
                    outcomes.stream().map(ReplayFormat::suite).toList());
        }
    };

    private static final double NANOS = 1e9;

    public abstract String render(List<FixtureOutcome> outcomes);

    /** @throws BridgeException.Invalid naming those there are */
    public static ReplayFormat of(String label) {
        return Labels.find("format", label, values(), ReplayFormat::label);
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One line: whether all runs of a fixture came out as it says, and what was compared. */
    public static String summary(FixtureOutcome outcome) {
        long leftOut = outcome.outcomes().size() - outcome.runs();
        long withKeys =
                outcome.outcomes().stream().filter(Outcome::comparedKeys).count();
        return String.format(
                Locale.ROOT,
                "%-4s  %-28s %,5d calls  %2d runs%s  %,7d answers  files %d  keys %d  %6.1f s%s",
                outcome.isSame() ? "ok" : "FAIL",
                Text.plain(outcome.fixture().name()),
                outcome.fixture().calls().size(),
                outcome.runs(),
                leftOut == 0 ? "" : " (" + leftOut + " left out)",
                outcome.answers(),
                outcome.runs(),
                withKeys,
                outcome.nanos() / NANOS,
                outcome.isSame() ? "" : "  " + outcome.differences() + " differences");
    }

    private static String told(FixtureOutcome outcome, Difference difference) {
        return Text.plain(outcome.fixture()
                                .directory()
                                .resolve(difference.place())
                                .normalize() + ": " + difference.what() + ", in: " + difference.course())
                + "\n" + difference.aligned() + "\n";
    }

    private static ObjectNode json(FixtureOutcome outcome) {
        ObjectNode json = Json.object().put("fixture", outcome.fixture().name()).put("same", outcome.isSame());
        json.set("calls", Json.number(outcome.fixture().calls().size()));
        ArrayNode notes = json.putArray("notes");
        outcome.notes().forEach(notes::add);
        ArrayNode runs = json.putArray("runs");
        for (Outcome run : outcome.outcomes()) {
            ObjectNode each =
                    runs.addObject().put("course", run.course().label()).put("concurrent", run.concurrent());
            each.set("answers", Json.number(run.answers()));
            each.set("failOvers", Json.number(run.failOvers()));
            each.set("differences", Json.number(run.count()));
            each.set("millis", Json.number(run.nanos() / 1_000_000));
            if (run.leftOut() != null) {
                each.put("leftOut", run.leftOut());
            }
            ArrayNode listed = each.putArray("first");
            run.differences().forEach(difference -> listed.add(json(difference)));
        }
        return json;
    }

    private static ObjectNode json(Difference difference) {
        ObjectNode json = Json.object().put("what", difference.what()).put("place", difference.place());
        json.put("expected", difference.expected()).put("actual", difference.actual());
        json.set("column", Json.number(difference.at() + 1));
        return json;
    }

    private static JunitSuite suite(FixtureOutcome outcome) {
        JunitSuite suite =
                new JunitSuite("poppo-bridge.replay." + outcome.fixture().name(), outcome.nanos() / NANOS);
        outcome.notes().forEach(note -> suite.property("note", note));
        for (Outcome run : outcome.outcomes()) {
            double took = run.nanos() / NANOS;
            if (run.leftOut() != null) {
                suite.skipped(run.label(), run.leftOut());
            } else if (run.isSame()) {
                suite.passed(run.label(), took);
            } else {
                String told = run.differences().stream()
                        .map(difference -> told(outcome, difference))
                        .collect(Collectors.joining());
                suite.failed(run.label(), took, run.count() + " differences", "difference", told);
            }
        }
        return suite;
    }

    private static String body(List<FixtureOutcome> outcomes) {
        long failed = outcomes.stream().filter(outcome -> !outcome.isSame()).count();
        StringBuilder out = new StringBuilder("<header class=\"verdict ")
                .append(failed == 0 ? "consistent" : "inconsistent")
                .append("\"><h1>")
                .append(failed == 0 ? "All as recorded" : failed + " of " + outcomes.size() + " fixtures differ")
                .append("</h1><p>")
                .append(String.format(
                        Locale.ROOT,
                        "%,d answers of %d fixtures compared, and the files after each run.",
                        outcomes.stream().mapToLong(FixtureOutcome::answers).sum(),
                        outcomes.size()))
                .append("</p></header>");
        outcomes.forEach(outcome -> fixture(outcome, out));
        return out.toString();
    }

    private static void fixture(FixtureOutcome outcome, StringBuilder out) {
        out.append("<h2>").append(Text.html(outcome.fixture().name())).append("</h2>");
        outcome.notes()
                .forEach(note ->
                        out.append("<p class=\"soft\">").append(Text.html(note)).append("</p>"));
        out.append("<table class=\"wide\"><thead><tr><th>run</th><th class=\"n\">answers</th>")
                .append("<th class=\"n\">differences</th><th class=\"n\">ms</th></tr></thead><tbody>");
        for (Outcome run : outcome.outcomes()) {
            List<String> cells = new ArrayList<>(List.of(Long.toString(run.answers()), Long.toString(run.count())));
            cells.add(Long.toString(run.nanos() / 1_000_000));
            out.append("<tr><td><b>").append(Text.html(run.label())).append("</b>");
            out.append(run.leftOut() == null ? "" : "<br>left out: " + Text.html(run.leftOut()))
                    .append("</td>");
            for (int i = 0; i < cells.size(); i++) {
                out.append(i == 1 && !run.isSame() ? "<td class=\"n hot\">" : "<td class=\"n\">");
                out.append(cells.get(i)).append("</td>");
            }
            out.append("</tr>");
        }
        out.append("</tbody></table>");
        differences(outcome, out);
    }

    private static void differences(FixtureOutcome outcome, StringBuilder out) {
        if (outcome.isSame()) {
            return;
        }
        out.append(
                "<table class=\"wide\"><thead><tr><th>where</th><th>expected</th><th>actual</th></tr></thead><tbody>");
        for (Outcome run : outcome.outcomes()) {
            for (Difference difference : run.differences()) {
                Marked marked = Marked.of(difference.expected(), difference.actual());
                out.append("<tr><td><b>").append(Text.html(difference.what())).append("</b><br><code>");
                out.append(Text.html(difference.place())).append("</code><br>").append(Text.html(run.label()));
                out.append("</td><td>").append(marked.one()).append("</td><td>").append(marked.other());
                out.append("</td></tr>");
            }
        }
        out.append("</tbody></table>");
    }

    @Override
    public String toString() {
        return label();
    }
}
