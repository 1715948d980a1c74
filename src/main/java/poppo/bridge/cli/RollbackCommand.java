package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.Json;

/** Goes back to a lower phase, losing nothing. */
@Command(name = "rollback", description = "Go back to a lower phase, losing nothing.")
final class RollbackCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final OfflineOptions offline = new OfflineOptions();

    @Option(names = "--to", paramLabel = "PHASE", description = "The phase to go back to; default file.")
    private Phase to = Phase.FILE;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit journal.")
    private @Nullable String reason;

    RollbackCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (MigrationApi api = offline.open(session)) {
            if (session.options().isJson()) {
                session.terminal().document(api.rollback(request()).body());
                return ExitCode.DONE;
            }
            announce(api.status().json());
            report(api.rollback(request()).json());
            return ExitCode.DONE;
        }
    }

    private ObjectNode request() {
        ObjectNode request = Json.object().put("to", to.label());
        if (reason != null) {
            request.put("reason", reason);
        }
        return request;
    }

    private void announce(JsonNode status) {
        String phase = PhaseTrack.label(status.path("phase").asText("?"), status);
        session.terminal()
                .line(Terminal.oneLine("Going back from " + phase + " (authority "
                        + status.path("authority").asText("?") + ", epoch " + Figures.count(status, "epoch") + ") to "
                        + to
                        + ". Cost: " + StatusScreen.rollbackCost(status) + "."));
    }

    private void report(JsonNode change) {
        boolean moved = !change.path("from").equals(change.path("to"));
        session.terminal()
                .line(moved ? ChangeText.of(change, "Rolled back") : "Already in " + to + ": nothing was to be done.");
    }
}
