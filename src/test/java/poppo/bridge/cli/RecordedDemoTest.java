package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.migration.Bounds;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.replay.Course;
import poppo.bridge.replay.FaultSchedule;
import poppo.bridge.replay.Fixture;
import poppo.bridge.replay.FixtureOutcome;
import poppo.bridge.replay.FixtureReader;
import poppo.bridge.replay.Ground;
import poppo.bridge.replay.Recorder;
import poppo.bridge.replay.Recording;
import poppo.bridge.replay.Redaction;
import poppo.bridge.replay.Replay;
import poppo.bridge.replay.ReplayFormat;
import poppo.bridge.replay.Tempo;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.web.ProjectHandle;

/** The demo's workers, recorded on their way through the phases: the recording replays identically every time. */
class RecordedDemoTest {
    private static final long CALLS_A_PHASE = 40;
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(2);

    @TempDir
    Path directory;

    @Test
    void itReplaysIdenticallySequentiallyAndConcurrently() throws Exception {
        replays(2);
    }

    @Test
    @Tag("nightly")
    void andThatTenTimesOutOfTen() throws Exception {
        replays(10);
    }

    private void replays(int times) throws Exception {
        Fixture fixture = FixtureReader.read(record().directory());
        assertThat(fixture.calls()).hasSizeGreaterThan((int) (5 * CALLS_A_PHASE));
        assertThat(fixture.calls())
                .extracting(each -> each.call().name())
                .contains("checkout", "checkin", "change-phase");

        Ground ground = ReplayGrounds.own(false);
        try (Replay replay = new Replay(new Replay.Means(ground, Tempo.FLAT_OUT, FaultSchedule.NONE))) {
            requireSame(replay.run(fixture, Course.all(fixture.calls().size() / 12), false));
            requireSame(replay.run(fixture, List.of(Course.in(Phase.REDIS_READ), Course.in(Phase.REDIS_WRITE)), true));
            for (int time = 0; time < times; time++) {
                requireSame(replay.run(fixture, List.of(Course.FILES), false));
                requireSame(replay.run(fixture, List.of(Course.FILES), true));
            }
        } finally {
            ReplayGrounds.close(ground);
        }
    }

    private static void requireSame(FixtureOutcome outcome) {
        assertThat(outcome.isSame())
                .as(ReplayFormat.TEXT.render(List.of(outcome)))
                .isTrue();
    }

    private Recording record() throws Exception {
        Path state = Files.createDirectory(directory.resolve("state"));
        DemoTimings timings = new DemoTimings();
        DemoLedger ledger = new DemoLedger();
        try (RedisServerProcess redis = RedisServerProcess.start(directory.resolve("redis"));
                OpenProject project = OpenProject.open(ProjectSettings.of("default", state, redis.uri()), timings)) {
            ProjectHandle handle = project.handle();
            try (DemoWorkers workers = new DemoWorkers(project, ledger, timings)) {
                workers.start(3);
                Recording recording =
                        handle.recorder().start(new Recorder.Wanted("demo", directory, Redaction.standard()));
                awaitMoreCalls(recording);
                handle.migration().backfill("test").await();
                for (Phase phase : List.of(Phase.DUAL_WRITE, Phase.REDIS_READ, Phase.REDIS_WRITE)) {
                    handle.migration().change(Rollout.of(phase), Bounds.DEFAULT, true, "test", "test");
                    awaitMoreCalls(recording);
                }
                handle.migration().rollback(Phase.FILE, "test", "test");
                awaitMoreCalls(recording);
                handle.recorder().stop("demo");
                assertThat(recording.toJson().path("state").asText())
                        .as(recording.toJson().toString())
                        .isEqualTo("done");
                assertThat(ledger.violations()).isEmpty();
                return recording;
            }
        }
    }

    private static void awaitMoreCalls(Recording recording) {
        long enough = recording.toJson().path("calls").asLong() + CALLS_A_PHASE;
        long deadline = System.nanoTime() + PATIENCE;
        while (recording.toJson().path("calls").asLong() < enough) {
            assertThat(System.nanoTime()).as("%s", recording.toJson()).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }
}
