package poppo.bridge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import poppo.bridge.machine.Resource;
import poppo.bridge.state.Json;
import poppo.bridge.web.Metric;

/** Groups what is about metrics; none of it asks a bridge. */
@Command(name = "metrics", description = "What /prometheus shows, and the dashboard and the alerts made of it.")
final class MetricsCommand {
    private static final String DASHBOARD = "grafana-dashboard.json";
    private static final String ALERTS = "prometheus-alerts.yml";

    /** The table of the README. */
    static String markdown() {
        StringBuilder table = new StringBuilder("| metric | kind | labels | meaning |\n|---|---|---|---|\n");
        for (Metric metric : Metric.values()) {
            String labels = String.join(
                    ", ", metric.labels().stream().map(each -> "`" + each + "`").toList());
            table.append("| `" + metric.label() + "` | " + metric.kind().label() + " | " + labels + " | "
                    + metric.meaning() + " |\n");
        }
        return table.toString();
    }

    /** Every metric there is. */
    @Command(name = "list", description = "List the metrics, their kinds, labels and meanings.")
    static final class All implements Callable<Integer> {
        private final Session session;

        @Option(names = "--markdown", description = "As the table in the README.")
        private boolean markdown;

        All(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            Terminal terminal = session.terminal();
            if (session.options().isJson()) {
                terminal.document(json());
            } else if (markdown) {
                terminal.document(markdown());
            } else {
                Table table = new Table().head("metric", "kind", "labels", "meaning");
                for (Metric metric : Metric.values()) {
                    table.row(
                            Table.Cell.of(metric.label()),
                            Table.Cell.of(metric.kind().label()),
                            Table.Cell.of(String.join(", ", metric.labels())),
                            Table.Cell.of(metric.meaning()));
                }
                table.print(terminal);
            }
            return ExitCode.DONE;
        }

        private static String json() {
            ArrayNode all = Json.array();
            for (Metric metric : Metric.values()) {
                ObjectNode each = Json.object();
                each.put("name", metric.label());
                each.put("kind", metric.kind().label());
                ArrayNode labels = each.putArray("labels");
                metric.labels().forEach(labels::add);
                each.put("meaning", metric.meaning());
                all.add(each);
            }
            return Json.pretty(all);
        }
    }

    /** The dashboard, to be imported. */
    @Command(name = "dashboard", description = "Print a Grafana dashboard, to be imported.")
    static final class Dashboard implements Callable<Integer> {
        private final Session session;

        Dashboard(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            session.terminal().document(Resource.text(MetricsCommand.class, DASHBOARD));
            return ExitCode.DONE;
        }
    }

    /** The alerts, to be named in {@code rule_files}. */
    @Command(name = "alerts", description = "Print alert rules for Prometheus, to be named in its rule_files.")
    static final class Alerts implements Callable<Integer> {
        private final Session session;

        Alerts(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            String rules = Resource.text(MetricsCommand.class, ALERTS);
            session.terminal().document(session.options().isJson() ? json(rules) : rules);
            return ExitCode.DONE;
        }

        private static String json(String rules) {
            Object read = new Yaml(new SafeConstructor(new LoaderOptions())).load(rules);
            return Json.pretty(new ObjectMapper().valueToTree(read));
        }
    }
}
