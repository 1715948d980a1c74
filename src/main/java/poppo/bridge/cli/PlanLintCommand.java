package poppo.bridge.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import poppo.bridge.plan.Fault;
import poppo.bridge.plan.PlanFaults;
import poppo.bridge.state.Json;

/** Checks a plan's file without a bridge, and names each fault with its place. */
@Command(name = "lint", description = "Check a plan; each fault with its line and column. Exit code 2 if there is one.")
final class PlanLintCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "F", description = PlanSource.PARAMETER)
    private Path file = Path.of("");

    PlanLintCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try {
            PlanSource source = PlanSource.read(file);
            int stages = source.plan().stages().size();
            tell(List.of(), "ok: plan '" + source.plan().name() + "' with " + Figures.count(stages, "stage"));
            return ExitCode.DONE;
        } catch (PlanFaults e) {
            tell(e.faults(), Figures.count(e.faults().size(), "fault"));
            return ExitCode.USAGE;
        }
    }

    private void tell(List<Fault> faults, String sum) {
        Terminal terminal = session.terminal();
        if (session.options().isJson()) {
            ObjectNode json = Json.object().put("file", file.toString()).put("valid", faults.isEmpty());
            ArrayNode list = Json.array();
            faults.forEach(fault -> list.add(fault.toJson()));
            json.set("faults", list);
            terminal.document(Json.pretty(json));
            return;
        }
        faults.forEach(fault -> terminal.line(Terminal.oneLine(PlanSource.line(file, fault))));
        terminal.line(Terminal.oneLine(file + ": " + sum));
    }
}
