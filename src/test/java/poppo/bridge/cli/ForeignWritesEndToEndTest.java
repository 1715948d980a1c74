package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.legacy.LegacyProcess;

/** A bridge in {@code dual-write}, a legacy StatusManager in a process of its own, and an operator. */
@Timeout(120)
class ForeignWritesEndToEndTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private static CommandRun.Outcome run(EndToEndServe bridge, String... args) {
        String[] all = new String[args.length + 2];
        System.arraycopy(args, 0, all, 0, args.length);
        all[args.length] = "--url";
        all[args.length + 1] = bridge.url();
        return CommandRun.of(all);
    }

    @Test
    void whatALegacyStatusManagerErasesIsCarriedOverReportedAndAppliedAgain() throws Exception {
        try (EndToEndServe bridge = EndToEndServe.start(directory, "--phase", "dual-write")) {
            bridge.done("PATCH", "issues/1", "{\"status\":\"queued\"}");
            try (LegacyProcess peer = LegacyProcess.start(
                            "--dir", directory.toString(), "--mode", "status", "--script", "update", "--paced", "true")
                    .awaitReady(LONG)) {
                bridge.done("POST", "issues/99/checkout", "{\"processId\":\"w1\"}");
                peer.proceed();
                peer.awaitAcknowledged(1, LONG);
            }
            bridge.awaitStatus(
                    "the foreign write to be carried over",
                    status -> status.path("foreignWrites").asInt() > 0
                            && status.path("dirtyRecords").asInt() == 0);
            assertThat(bridge.get("issues/99").status()).isEqualTo(404);
            bridge.assertConsistent();

            CommandRun.Outcome shown = run(bridge, "foreign-writes");
            assertThat(shown.out())
                    .contains("1 of the bridge's writes are erased and not settled")
                    .containsPattern("issues/99 +issue-status.json +\\S+ +processing by w1 +absent");
            CommandRun.Outcome refused = run(bridge, "phase", "set", "redis-write");
            assertThat(refused.exitCode()).isEqualTo(ExitCode.INCONSISTENT);
            assertThat(refused.out()).containsPattern("foreign-writes +FAILED");

            CommandRun.Outcome applied = run(bridge, "foreign-writes", "--reapply", "all");
            assertThat(applied.exitCode()).as(applied.err()).isZero();
            assertThat(applied.out()).containsPattern("issues/99 +reapplied");
            assertThat(bridge.get("issues/99").done().path("processId").asText())
                    .isEqualTo("w1");
            bridge.awaitStatus(
                    "what was applied again to be carried over",
                    status -> status.path("dirtyRecords").asInt() == 0);
            bridge.assertConsistent();
            assertThat(run(bridge, "foreign-writes", "--reapply", "issues/98", "--json")
                            .exitCode())
                    .isEqualTo(ExitCode.INCONSISTENT);
            assertThat(run(bridge, "foreign-writes", "--reapply", "nonsense").err())
                    .contains("'nonsense' is none of issues");
        }
    }
}
