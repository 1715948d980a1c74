package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Copies the files to Redis. */
@Command(
        name = "backfill",
        description =
                "Copy all files to Redis; in a later phase, bring both into agreement with whichever has authority.")
final class BackfillCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final OfflineOptions offline = new OfflineOptions();

    BackfillCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (MigrationApi api = offline.open(session)) {
            Answer job = new JobFollower(session, api, session.options().isJson()).follow(api::backfill);
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
        String counts =
                Figures.count(result, "compared") + " records compared, " + Figures.count(result, "copied") + " copied";
        return left == 0
                ? session.terminal().paint(Colour.GOOD, "Backfill complete") + ": " + counts + "."
                : session.terminal().paint(Colour.BAD, "Backfill not complete") + ": " + counts + ", "
                        + Figures.count(left) + " kept changing or could not be copied; run it again.";
    }
}
