package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.plan.PlanRunner;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.shadow.StoreObserver;

/** A plan under way, and commands that work straight on the two stores. */
@Timeout(120)
class PlanOfflineTest {
    private static final String PLAN = "format: 1\nname: p\nstages: [{ name: a, phase: file, jobs: [backfill] }]\n";

    @TempDir
    Path directory;

    @Test
    void aPlanUnderWayStaysWhereItIs() throws Exception {
        Path state = Files.createDirectory(directory.resolve("state"));
        Path file = state.resolve(".bridge").resolve("plan.json");
        try (RedisServerProcess redis = RedisServerProcess.start(directory.resolve("redis"))) {
            ProjectSettings settings = ProjectSettings.of("default", state, redis.uri());
            try (OpenProject project = OpenProject.planning(
                    settings,
                    StoreObserver.NONE,
                    options -> new PlanRunner.Options(null, Duration.ZERO, plan -> plan))) {
                project.plans().start(PLAN, "test");
            }
            String before = Files.readString(file);

            CommandRun.Outcome outcome =
                    CommandRun.of("backfill", "--offline", "--state-dir", state.toString(), "--redis-uri", redis.uri());

            assertThat(outcome.exitCode()).as(outcome.err()).isZero();
            assertThat(file).hasContent(before);
        }
    }
}
