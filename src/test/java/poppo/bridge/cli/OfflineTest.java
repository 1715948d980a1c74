package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.redis.RedisServerProcess;

/** The commands that work without a bridge, on real stores. */
final class OfflineTest {
    @TempDir
    Path directory;

    private Path stateDir;
    private RedisServerProcess redis;

    @BeforeEach
    void start() throws IOException {
        stateDir = Files.createDirectory(directory.resolve("state"));
        Files.writeString(stateDir.resolve("issue-status.json"), """
                {
                  "issues": {
                    "1": {
                      "status": "completed",
                      "lastUpdated": "2026-01-01T00:00:00.000Z"
                    },
                    "2": {
                      "status": "error",
                      "lastUpdated": "2026-01-01T00:00:00.000Z"
                    }
                  }
                }""");
        redis = RedisServerProcess.start(directory.resolve("redis"));
    }

    @AfterEach
    void stop() throws Exception {
        redis.close();
    }

    private CommandRun.Outcome offline(String... args) {
        String[] all = java.util.Arrays.copyOf(args, args.length + 5);
        all[args.length] = "--offline";
        all[args.length + 1] = "--state-dir";
        all[args.length + 2] = stateDir.toString();
        all[args.length + 3] = "--redis-uri";
        all[args.length + 4] = redis.uri();
        return CommandRun.of(all);
    }

    @Test
    void backfillThenDiffThenRollback() {
        assertThat(offline("diff").exitCode()).isEqualTo(1);
        CommandRun.Outcome backfill = offline("backfill");
        assertThat(backfill.err()).isEmpty();
        assertThat(backfill.out()).endsWith("records compared, 2 copied.\n");
        assertThat(backfill.exitCode()).isZero();
        CommandRun.Outcome diff = offline("diff");
        assertThat(diff.out()).contains(": consistent, ").contains("issues");
        assertThat(diff.exitCode()).isZero();
        assertThat(offline("rollback").out())
                .contains("Cost: nothing is copied")
                .contains("Already in file");
    }

    @Test
    void everyFormatIsRendered() {
        assertThat(offline("diff", "--format", "html").out()).startsWith("<!doctype html>");
        assertThat(offline("diff", "--format", "markdown").out()).startsWith("### Diff");
        assertThat(offline("diff", "--format", "junit").out()).startsWith("<?xml");
        assertThat(offline("diff", "--json").out()).contains("\"verdict\": \"inconsistent\"");
    }

    @Test
    void theDoctorExamines() {
        assertThat(offline("doctor").out()).contains("check", "found");
        assertThat(offline("doctor", "--json").out()).contains("\"findings\": [");
    }

    @Test
    void aDirectoryThatABridgeOwnsIsOutOfReach() {
        try (OpenProject running = OpenProject.open(
                ProjectSettings.of("default", stateDir.toAbsolutePath().normalize(), redis.uri()))) {
            CommandRun.Outcome outcome = offline("diff");
            assertThat(running.name()).isEqualTo("default");
            assertThat(outcome.exitCode()).isEqualTo(3);
            assertThat(outcome.err())
                    .hasLineCount(1)
                    .contains("--offline needs the bridge stopped")
                    .contains("pid " + ProcessHandle.current().pid());
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsOutOfReach() throws IOException {
        stateDir = directory.resolve("none");
        CommandRun.Outcome outcome = offline("diff");
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err())
                .isEqualTo("poppo-bridge: there is no state directory " + stateDir + "; correct --state-dir\n");
    }
}
