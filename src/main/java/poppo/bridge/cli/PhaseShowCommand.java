package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Shows the phase flag. */
@Command(name = "show", description = "Show the phase, who has authority, and the rollout percents.")
final class PhaseShowCommand implements Callable<Integer> {
    private final Session session;

    PhaseShowCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (BridgeClient bridge = session.options().client()) {
            Answer status = bridge.status();
            if (session.options().isJson()) {
                session.terminal().document(status.body());
            } else {
                show(status.json());
            }
            return ExitCode.DONE;
        }
    }

    private void show(JsonNode status) {
        Terminal terminal = session.terminal();
        terminal.line(PhaseTrack.draw(status, terminal));
        terminal.line(Terminal.oneLine("authority " + status.path("authority").asText("-") + ", epoch "
                + Figures.count(status, "epoch") + ", reads "
                + status.path("readPercent").asText("-") + " %, writes "
                + status.path("writePercent").asText("-") + " %"));
    }
}
