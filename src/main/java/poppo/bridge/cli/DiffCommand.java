package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import poppo.bridge.migration.DiffReport;
import poppo.bridge.migration.Migration;
import poppo.bridge.migration.Repair;
import poppo.bridge.migration.ReportFormat;
import poppo.bridge.state.Json;

/** Compares both stores, record by record. */
@Command(
        name = "diff",
        description = "Compare both stores and report every difference; exit code 1 when there are any.")
final class DiffCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final OfflineOptions offline = new OfflineOptions();

    @Option(
            names = "--repair",
            paramLabel = "SIDE",
            description =
                    "Which side is right about differences, copied to the other: none (default), file, redis, authority.")
    private Repair repair = Repair.NONE;

    @Option(names = "--dry-run", description = "With --repair: tell what would be repaired, and write nothing.")
    private boolean dryRun;

    @Option(names = "--resume", description = "Go on with the diff that was stopped last, with its repair.")
    private boolean resume;

    @Option(names = "--list", description = "List the reports that are kept, and compare nothing.")
    private boolean list;

    @Option(names = "--report", paramLabel = "ID", description = "Show a report that is kept, and compare nothing.")
    private @Nullable String kept;

    @Option(names = "--schema", description = "Print the JSON Schema of a report, and compare nothing.")
    private boolean schema;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default), json, html, markdown or junit.")
    private @Nullable ReportFormat format;

    @Option(names = "--out", paramLabel = "F", description = "Write the report to this file instead.")
    private @Nullable Path out;

    DiffCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        requireSensible();
        if (schema) {
            session.terminal().document(DiffReport.schema());
            return ExitCode.DONE;
        }
        try (MigrationApi api = offline.stream(session)) {
            if (list) {
                list(api.reports());
                return ExitCode.DONE;
            }
            if (kept != null) {
                JsonNode report = Json.parse(api.report(kept, ReportFormat.JSON));
                ObjectNode result =
                        Json.object().put("verdict", report.path("verdict").asText());
                result.set("compared", report.path("compared"));
                result.set("differences", report.path("differing"));
                deliver(api, kept, result);
                return ExitCode.DONE;
            }
            Migration.DiffRequest request = new Migration.DiffRequest(repair, dryRun, resume);
            Answer job = new JobFollower(session, api, printsDocument()).follow(() -> api.diff(request));
            JsonNode result = job.json().path("result");
            String id = result.path("id").asText(job.json().path("id").asText());
            deliver(api, id, result);
            return result.path("verdict").asText().equals("consistent") ? ExitCode.DONE : ExitCode.INCONSISTENT;
        }
    }

    /** Whether standard output is for a program, and must hold nothing else. */
    private boolean printsDocument() {
        boolean text = format == null || format == ReportFormat.TEXT;
        return session.options().isJson() || (out == null && !text);
    }

    private void list(Answer reports) {
        if (session.options().isJson()) {
            session.terminal().document(reports.body());
            return;
        }
        for (JsonNode report : reports.json()) {
            session.terminal()
                    .line(Terminal.oneLine(report.path("time").asText() + "  "
                            + report.path("id").asText() + "  " + verdict(report, "differing")));
        }
    }

    private void requireSensible() {
        if (dryRun && (repair == Repair.NONE || resume)) {
            throw CommandFailure.usage("--dry-run tells what --repair would do; add --repair, without --resume");
        }
        if (resume && repair != Repair.NONE) {
            throw CommandFailure.usage("--resume goes on with the repair that was asked for then; leave --repair out");
        }
        ReportFile.requireSensible(
                out, format == null ? null : format.label(), session.options().isJson());
    }

    private void deliver(MigrationApi api, String id, JsonNode result) {
        Terminal terminal = session.terminal();
        if (out != null) {
            ReportFile.write(out, api.report(id, format == null ? ReportFormat.TEXT : format));
        }
        if (session.options().isJson()) {
            terminal.document(api.report(id, ReportFormat.JSON));
        } else if (out != null) {
            terminal.line(verdict(result) + "; the report is in " + out);
        } else if (format == null || format == ReportFormat.TEXT) {
            terminal.document(coloured(Terminal.clean(api.report(id, ReportFormat.TEXT)), result));
        } else {
            terminal.document(api.report(id, format));
        }
    }

    private String verdict(JsonNode result) {
        return verdict(result, "differences");
    }

    private String verdict(JsonNode result, String differing) {
        String verdict = Terminal.oneLine(result.path("verdict").asText("?"));
        return session.terminal().paint(colour(result), "Diff " + verdict) + ": "
                + Figures.count(result, "compared") + " records compared, " + Figures.count(result, differing)
                + " differ";
    }

    private String coloured(String report, JsonNode result) {
        int end = report.indexOf('\n');
        return end < 0
                ? report
                : session.terminal().paint(colour(result), report.substring(0, end)) + report.substring(end);
    }

    private static Colour colour(JsonNode result) {
        return result.path("verdict").asText().equals("consistent") ? Colour.GOOD : Colour.BAD;
    }
}
