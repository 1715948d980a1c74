package poppo.bridge.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows where a project stands, on one screen. */
@Command(name = "status", description = "One screen: phase, authority, breaker, rollout, lag, mismatches.")
final class StatusCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--watch", description = "Refresh each second until Ctrl-C.")
    private boolean watch;

    StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (BridgeClient bridge = session.options().client()) {
            return new Watching(session).show(watch, () -> text(bridge));
        }
    }

    private String text(BridgeClient bridge) {
        Answer status = bridge.status();
        return session.options().isJson()
                ? status.body()
                : new StatusScreen(status.json(), session.terminal()).draw(bridge.place());
    }
}
