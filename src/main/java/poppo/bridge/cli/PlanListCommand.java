package poppo.bridge.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import poppo.bridge.plan.Plan;
import poppo.bridge.plan.PlanReader;
import poppo.bridge.plan.ShippedPlans;
import poppo.bridge.plan.Stage;
import poppo.bridge.state.Json;

/** Lists the plans in the jar; asks no bridge. */
@Command(name = "list", description = "List the plans that come with the bridge, to be run by their names.")
final class PlanListCommand implements Callable<Integer> {
    private final Session session;

    PlanListCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<Plan> plans = ShippedPlans.NAMES.stream()
                .map(name -> PlanReader.read(ShippedPlans.text(name).orElseThrow()))
                .toList();
        Terminal terminal = session.terminal();
        if (session.options().isJson()) {
            ArrayNode list = Json.array();
            plans.forEach(plan -> list.add(json(plan)));
            terminal.document(Json.pretty(list));
        } else {
            Table table = new Table().head("plan", "stages", "holds", "approvals", "ends in");
            plans.forEach(plan -> table.row(
                    Table.Cell.of(plan.name()),
                    Table.Cell.of(Figures.count(plan.stages().size())),
                    Table.Cell.of(Figures.seconds(holds(plan).toSeconds())),
                    Table.Cell.of(Figures.count(approvals(plan))),
                    Table.Cell.of(last(plan))));
            table.lines(terminal).forEach(terminal::line);
        }
        return ExitCode.DONE;
    }

    private static ObjectNode json(Plan plan) {
        ObjectNode json = Json.object().put("name", plan.name());
        json.set("stages", Json.number(plan.stages().size()));
        json.set("holdSeconds", Json.number(holds(plan).toSeconds()));
        json.set("approvals", Json.number(approvals(plan)));
        return json.put("endsIn", last(plan));
    }

    private static Duration holds(Plan plan) {
        return plan.stages().stream().map(Stage::hold).reduce(Duration.ZERO, Duration::plus);
    }

    private static long approvals(Plan plan) {
        return plan.stages().stream().filter(Stage::needsApproval).count();
    }

    private static String last(Plan plan) {
        return plan.stages().get(plan.stages().size() - 1).target().toString();
    }
}
