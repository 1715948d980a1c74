package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.web.BridgeServer;
import poppo.bridge.web.Metrics;
import poppo.bridge.web.Projects;
import poppo.bridge.web.WebOptions;

/** The client's side and the server's, together: what one says, the other understands. */
final class ClientAndServerTest {
    @TempDir
    Path directory;

    private RedisServerProcess redis;
    private OpenProject project;
    private BridgeServer server;

    @BeforeEach
    void start() throws IOException {
        Path stateDir = Files.createDirectory(directory.resolve("state"));
        Files.writeString(stateDir.resolve("processed-issues.json"), "[\n  1,\n  2,\n  3\n]");
        redis = RedisServerProcess.start(directory.resolve("redis"));
        Metrics metrics = new Metrics();
        project = OpenProject.open(ProjectSettings.of("default", stateDir, redis.uri()), metrics.observer("default"));
        server = BridgeServer.start(
                WebOptions.defaults().withAddress("127.0.0.1", 0), new Projects(metrics, List.of(project.handle())));
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
        project.close();
        redis.close();
    }

    private CommandRun.Outcome run(String... args) {
        String[] all = java.util.Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--url";
        all[args.length + 1] = "http://127.0.0.1:" + server.port();
        return CommandRun.of(all);
    }

    @Test
    void theWayThereAndBack() {
        assertThat(run("doctor").exitCode()).isZero();
        CommandRun.Outcome tooEarly = run("phase", "set", "dual-write");
        assertThat(tooEarly.out()).contains("backfill").contains("FAILED");
        assertThat(tooEarly.exitCode()).isEqualTo(1);

        assertThat(run("backfill").out()).contains("Backfill complete");
        assertThat(run("phase", "set", "redis-read", "--read-percent=25", "--reason=why")
                        .exitCode())
                .isZero();
        assertThat(run("phase", "show").out()).contains("[redis-read 25 %]");
        assertThat(run("status").out()).contains("[redis-read 25 %]", "breaker            closed");
        assertThat(run("phase", "set", "redis-write", "--dry-run").out()).contains("foreign-writes");
        assertThat(run("rollback").out()).contains("Rolled back from redis-read to file");
        assertThat(run("phase", "show").out()).startsWith("[file]");
    }

    @Test
    void aDiffInEveryFormat() {
        CommandRun.Outcome text = run("diff");
        assertThat(text.out()).contains("inconsistent", "processed-issues/1", "cause: not-backfilled");
        assertThat(text.exitCode()).isEqualTo(1);
        assertThat(run("diff", "--json").out()).contains("\"verdict\":").contains("inconsistent");
        assertThat(run("diff", "--format=html").out()).startsWith("<!doctype html>");
        assertThat(run("diff", "--format=markdown").out()).startsWith("### Diff");
        assertThat(run("diff", "--format=junit").out()).startsWith("<?xml").contains("processed-issues/1");
    }

    @Test
    void aProjectThatIsNotThere() {
        CommandRun.Outcome outcome = run("status", "--project", "other");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).hasLineCount(1).contains("--project here is 'other'");
    }
}
