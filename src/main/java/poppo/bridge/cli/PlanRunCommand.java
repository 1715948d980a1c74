package poppo.bridge.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Gives a plan to a running bridge, which carries it out by itself. */
@Command(
        name = "run",
        description =
                "Run a plan on a running bridge. It begins at the first stage that isn't behind the present phase,"
                        + " and goes on by itself, also after a restart of the bridge.")
final class PlanRunCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "F", description = PlanSource.PARAMETER)
    private Path file = Path.of("");

    PlanRunCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        PlanSource source = PlanSource.require(session, file);
        try (BridgeClient bridge = session.options().client()) {
            Answer status = bridge.runPlan(source.text());
            if (session.options().isJson()) {
                session.terminal().document(status.body());
            } else {
                session.terminal().document(new PlanScreen(status.json(), session.terminal()).draw(bridge.place()));
                session.terminal().line("It runs in the bridge from here on: 'poppo-bridge plan status --watch'.");
            }
            return ExitCode.DONE;
        }
    }
}
