package poppo.bridge.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows where the plan is. */
@Command(name = "status", description = "One screen: the plan's stages, where it is, and what its gates measure.")
final class PlanStatusCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--watch", description = "Refresh each second until Ctrl-C.")
    private boolean watch;

    PlanStatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (BridgeClient bridge = session.options().client()) {
            return new Watching(session).show(watch, () -> text(bridge));
        }
    }

    private String text(BridgeClient bridge) {
        Answer status = bridge.plan();
        return session.options().isJson()
                ? status.body()
                : new PlanScreen(status.json(), session.terminal()).draw(bridge.place());
    }
}
