package poppo.bridge.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import poppo.bridge.machine.Resource;
import poppo.bridge.report.Page;
import poppo.bridge.report.Text;
import poppo.bridge.state.Json;

/** The page of one run: the table, and a chart of the rounds of each row. Nothing is loaded from elsewhere. */
final class BenchmarkPage {
    private static final String WEB = "/poppo/bridge/web/";

    private final ObjectNode run;
    private final List<Judged> table;

    BenchmarkPage(ObjectNode run, List<Judged> table) {
        this.run = run;
        this.table = table;
    }

    String html() {
        String body = "<style>" + resource(WEB + "uplot.css") + resource("page.css") + "</style><h1>Benchmark</h1><p>"
                + Text.html("Java %s, %d processors, load %.1f at the start; medians of %d rounds that took turns."
                        .formatted(
                                run.path("java").textValue(),
                                run.path("processors").intValue(),
                                run.path("load").doubleValue(),
                                run.path("rounds").intValue()))
                + "</p><table><tr><th>row<th>baseline<th>ours<th>ratio<th>goal<th></tr>"
                + each(this::row) + "</table><div id=\"charts\"></div>";
        String script = resource(WEB + "uplot.js") + "\nconst goals = "
                // So that no text in it ends the script.
                + Json.compact(run.path("goals")).replace("<", "\\u003c") + ";\n" + resource("page.js");
        return Page.of("Benchmark", body, script);
    }

    private String each(Function<Judged, String> part) {
        return table.stream().map(part).collect(Collectors.joining());
    }

    private String row(Judged row) {
        return row.cells().stream()
                .map(cell -> "<td>" + Text.html(cell))
                .collect(Collectors.joining(
                        "", "<tr class=\"" + Text.html(row.verdict().replace(' ', '-')) + "\">", "</tr>"));
    }

    private static String resource(String name) {
        return Resource.text(BenchmarkPage.class, name);
    }
}
