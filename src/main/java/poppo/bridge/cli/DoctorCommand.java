package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Examines Redis and the state directory. */
@Command(
        name = "doctor",
        description = "Examine this Redis and this state directory, and say what to change; exit code 1 on an error.")
final class DoctorCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final OfflineOptions offline = new OfflineOptions();

    DoctorCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (MigrationApi api = offline.open(session)) {
            Answer answer = api.verify();
            JsonNode findings = answer.json().path("findings");
            if (!findings.isArray()) {
                throw CommandFailure.outOfReach(
                        api.place() + " gave no findings; is it a poppo-bridge of this version?", null);
            }
            if (session.options().isJson()) {
                session.terminal().document(answer.body());
            } else {
                show(findings);
            }
            return count(findings, "error") == 0 ? ExitCode.DONE : ExitCode.INCONSISTENT;
        }
    }

    private void show(JsonNode findings) {
        Table table = new Table().head("", "check", "found");
        for (JsonNode finding : findings) {
            table.row(
                    level(finding.path("level").asText("-")),
                    Table.Cell.of(finding.path("check").asText("-")),
                    Table.Cell.of(finding.path("found").asText("-")));
            String fix = finding.path("fix").asText("");
            if (!fix.isEmpty()) {
                table.row(Table.Cell.of(""), Table.Cell.of(""), new Table.Cell("-> " + fix, Colour.STRONG));
            }
        }
        table.print(session.terminal());
        long errors = count(findings, "error");
        long warnings = count(findings, "warning");
        session.terminal()
                .line(Figures.count(findings.size(), "check") + ": " + Figures.count(errors, "error") + ", "
                        + Figures.count(warnings, "warning") + ".");
    }

    private static Table.Cell level(String level) {
        return new Table.Cell(
                level,
                switch (level) {
                    case "ok" -> Colour.GOOD;
                    case "warning" -> Colour.WARNING;
                    default -> Colour.BAD;
                });
    }

    private static long count(JsonNode findings, String level) {
        return StreamSupport.stream(findings.spliterator(), false)
                .filter(finding -> finding.path("level").asText().equals(level))
                .count();
    }
}
