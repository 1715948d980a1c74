package poppo.bridge.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows where a project stands, on one screen. */
@Command(name = "status", description = "One screen: phase, authority, breaker, rollout, lag, mismatches.")
final class StatusCommand implements Callable<Integer> {
    private static final Duration REFRESH = Duration.ofSeconds(1);

    private final Session session;

    @Option(names = "--watch", description = "Refresh each second until Ctrl-C.")
    private boolean watch;

    StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (BridgeClient bridge = session.options().client()) {
            Answer first = bridge.status();
            return watch ? watch(bridge, first) : show(bridge, first);
        }
    }

    private int show(BridgeClient bridge, Answer status) {
        session.terminal().document(text(bridge, status));
        return ExitCode.DONE;
    }

    private String text(BridgeClient bridge, Answer status) {
        return session.options().isJson()
                ? status.body()
                : new StatusScreen(status.json(), session.terminal()).draw(bridge.place());
    }

    private int watch(BridgeClient bridge, Answer first) {
        Terminal terminal = session.terminal();
        terminal.clear();
        String text = text(bridge, first);
        try {
            while (!terminal.isGone()) {
                terminal.screen(text);
                session.pace().pause(REFRESH);
                text = next(bridge, text);
            }
            return ExitCode.DONE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.INTERRUPTED;
        }
    }

    /** A bridge that goes away while it is watched may come back: that is what one watches for. */
    private String next(BridgeClient bridge, String before) {
        try {
            return text(bridge, bridge.status());
        } catch (CommandFailure e) {
            if (session.options().isJson()) {
                session.terminal().error(String.valueOf(e.getMessage()));
                return "";
            }
            String body = before.split("\nNO ANSWER", 2)[0];
            return body + "\nNO ANSWER since the above: " + Terminal.oneLine(String.valueOf(e.getMessage())) + "\n";
        }
    }
}
