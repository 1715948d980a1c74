package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import poppo.bridge.migration.BackfillRequest;

/** Copies the files to Redis. */
@Command(
        name = "backfill",
        description =
                "Copy all files to Redis; in a later phase, bring both into agreement with whichever has authority.")
final class BackfillCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final OfflineOptions offline = new OfflineOptions();

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Look at no more than N records a second; default: as fast as the workers' latency allows.")
    private long rate;

    @Option(names = "--dry-run", description = "Only count what would be copied; write nothing anywhere.")
    private boolean dryRun;

    BackfillCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        BackfillRequest request = new BackfillRequest(rate, dryRun);
        try (JobApi api = dryRun ? offline.rehearse(session) : offline.stream(session)) {
            Answer job = new JobFollower(session, api, session.options().isJson()).follow(() -> api.backfill(request));
            long left = job.json().path("result").path("left").longValue();
            if (session.options().isJson()) {
                session.terminal().document(job.body());
            } else {
                session.terminal().line(text(job.json().path("result"), left));
            }
            return left == 0 ? ExitCode.DONE : ExitCode.INCONSISTENT;
        }
    }

    private String text(JsonNode result, long left) {
        String compared = Figures.count(result, "compared") + " records compared, ";
        if (result.path("dryRun").asBoolean()) {
            return "Dry run: " + compared + Figures.count(result, "copied") + " would be copied; nothing was written.";
        }
        String behind = result.path("wentOnBehind").asText("");
        String counts = compared + Figures.count(result, "copied") + " copied"
                + (behind.isEmpty() ? "" : " (up to " + Terminal.oneLine(behind) + " by an earlier run)");
        return left == 0
                ? session.terminal().paint(Colour.GOOD, "Backfill complete") + ": " + counts + "."
                : session.terminal().paint(Colour.BAD, "Backfill not complete") + ": " + counts + ", "
                        + Figures.count(left) + " kept changing or could not be copied; run it again.";
    }
}
