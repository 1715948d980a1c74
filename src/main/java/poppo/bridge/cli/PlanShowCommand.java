package poppo.bridge.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import poppo.bridge.plan.ShippedPlans;
import poppo.bridge.state.Json;

/** Prints a plan that is in the jar, as a beginning for one's own; asks no bridge. */
@Command(name = "show", description = "Print a plan that comes with the bridge: a beginning for one of your own.")
final class PlanShowCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "As 'plan list' shows it.")
    private String name = "";

    PlanShowCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String text = ShippedPlans.text(name).orElseThrow(() -> PlanSource.unknown(name));
        session.terminal()
                .document(
                        session.options().isJson()
                                ? Json.pretty(Json.object().put("name", name).put("text", text))
                                : text);
        return ExitCode.DONE;
    }
}
