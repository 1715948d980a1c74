package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.Json;

/** Sets the phase flag, when its gates pass. */
@Command(
        name = "set",
        description =
                "Set the phase flag: file, dual-write, redis-read, redis-write or redis-only. On the way up each step"
                        + " has to pass its gates; the way back is always open.")
final class PhaseSetCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "<phase>", description = "The phase to be in.")
    private Phase phase = Phase.FILE;

    @Option(
            names = "--read-percent",
            paramLabel = "N",
            description = "Share of the records read from Redis in redis-read.")
    private @Nullable Integer readPercent;

    @Option(
            names = "--write-percent",
            paramLabel = "N",
            description = "Share of the records written to Redis in redis-write.")
    private @Nullable Integer writePercent;

    @Option(names = "--dry-run", description = "Only judge the gates; change nothing.")
    private boolean dryRun;

    @Option(names = "--force", description = "Change even though gates fail; the audit journal says so.")
    private boolean force;

    @Option(names = "--yes", description = "Don't ask before a point of no return.")
    private boolean yes;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit journal.")
    private @Nullable String reason;

    PhaseSetCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ObjectNode request = request();
        announce();
        try (BridgeClient bridge = session.options().client()) {
            return done(bridge.changePhase(request));
        } catch (CommandFailure e) {
            if (!session.options().isJson() && e.answer() != null) {
                gates(e.answer().json());
            }
            throw e;
        }
    }

    /** Asked where somebody sits; a script has decided already. */
    private void announce() {
        if (phase != Phase.REDIS_ONLY || dryRun || session.options().isJson()) {
            return;
        }
        Terminal terminal = session.terminal();
        terminal.line(terminal.paint(Colour.WARNING, "A point of no return for the fallback:")
                + " in redis-only the files are an archive. Without Redis the bridge answers 503 then,");
        terminal.line("and a rollback copies everything back from Redis first, which it needs for that.");
        if (terminal.isInteractive() && !yes && !terminal.confirm("Go on?")) {
            throw CommandFailure.declined("nothing was changed: it was not confirmed");
        }
    }

    private ObjectNode request() {
        ObjectNode request = Json.object().put("phase", phase.label());
        percent(request, "readPercent", "--read-percent", readPercent);
        percent(request, "writePercent", "--write-percent", writePercent);
        if (dryRun) {
            request.put("dryRun", true);
        }
        if (force) {
            request.put("force", true);
        }
        if (reason != null) {
            request.put("reason", reason);
        }
        return request;
    }

    private static void percent(ObjectNode request, String field, String option, @Nullable Integer value) {
        if (value == null) {
            return;
        }
        if (value < 0 || value > 100) {
            throw CommandFailure.usage(option + " must be from 0 to 100, but is " + value);
        }
        request.put(field, value);
    }

    private int done(Answer answer) {
        boolean passed = StreamSupport.stream(answer.json().path("gates").spliterator(), false)
                .allMatch(gate -> gate.path("passed").asBoolean());
        if (session.options().isJson()) {
            session.terminal().document(answer.body());
        } else {
            gates(answer.json());
            session.terminal().line(dryRun ? judged(passed) : ChangeText.of(answer.json(), "Moved"));
        }
        return passed || (force && !dryRun) ? ExitCode.DONE : ExitCode.INCONSISTENT;
    }

    private String judged(boolean passed) {
        return passed
                ? session.terminal().paint(Colour.GOOD, "The gates pass") + "; nothing was changed (--dry-run)."
                : session.terminal().paint(Colour.BAD, "A gate fails") + "; nothing was changed (--dry-run).";
    }

    private void gates(JsonNode answer) {
        JsonNode gates = answer.path("gates");
        if (gates.isEmpty()) {
            return;
        }
        Table table = new Table().head("gate", "", "measured", "asked");
        for (JsonNode gate : gates) {
            boolean passed = gate.path("passed").asBoolean();
            table.row(
                    Table.Cell.of(gate.path("name").asText("-")),
                    passed ? new Table.Cell("passed", Colour.GOOD) : new Table.Cell("FAILED", Colour.BAD),
                    Table.Cell.of(gate.path("measured").asText("-")),
                    Table.Cell.of(gate.path("bound").asText("-")));
        }
        table.print(session.terminal());
    }
}
