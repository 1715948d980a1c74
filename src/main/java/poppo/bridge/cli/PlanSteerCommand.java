package poppo.bridge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poppo.bridge.state.Json;

/** Pauses, resumes, approves or aborts the plan, as the name says under which it was added. */
@Command
final class PlanSteerCommand implements Callable<Integer> {
    private final Session session;
    private final String description;
    private @Nullable CommandSpec spec;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit journal.")
    private @Nullable String reason;

    PlanSteerCommand(Session session, String description) {
        this.session = session;
        this.description = description;
    }

    @Spec
    void setSpec(CommandSpec own) {
        spec = own;
        own.usageMessage().description(description);
    }

    @Override
    public Integer call() {
        String verb = java.util.Objects.requireNonNull(spec).name();
        ObjectNode request = Json.object();
        if (reason != null) {
            request.put("reason", reason);
        }
        try (BridgeClient bridge = session.options().client()) {
            Answer status = bridge.steerPlan(verb, request);
            session.terminal()
                    .document(
                            session.options().isJson()
                                    ? status.body()
                                    : new PlanScreen(status.json(), session.terminal()).draw(bridge.place()));
            return ExitCode.DONE;
        }
    }
}
