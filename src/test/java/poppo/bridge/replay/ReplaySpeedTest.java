package poppo.bridge.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.cli.ReplayGrounds;
import poppo.bridge.state.Operation;
import poppo.bridge.state.StateManager;

/**
 * How fast a replay is beside the bare manager: the same 100,000 operations in ten rounds, each first straight at the
 * manager, then replayed, reading the fixture and comparing the end included. What was measured is in {@code
 * target/replay/speed.txt}; here only that all of it was replayed and came out as recorded.
 */
@Tag("nightly")
class ReplaySpeedTest {
    private static final int ROUNDS = 10;
    private static final int CALLS = 10_000;

    @TempDir
    Path directory;

    @Test
    void aHundredThousandOperationsAreReplayed() throws Exception {
        Ground ground = ReplayGrounds.own(false);
        try (Replay replay = new Replay(new Replay.Means(ground, Tempo.FLAT_OUT, FaultSchedule.NONE))) {
            Path home = directory.resolve("speed");
            script().write(home, "");
            replay.update(FixtureReader.read(home));
            Path report = Files.createDirectories(Path.of("target", "replay")).resolve("speed.txt");
            StringBuilder told = new StringBuilder();
            for (Course course : List.of(Course.REDIS, Course.FILES)) {
                told.append(measure(ground, replay, home, course));
                Files.writeString(report, told);
            }
        } finally {
            ReplayGrounds.close(ground);
        }
    }

    private static Script script() {
        Script script = new Script("speed", 1, "generated");
        while (script.size() < CALLS) {
            String worker = "w" + script.size() % 8;
            long issue = 1 + script.random.nextInt(40);
            script.then(worker, new Operation.Checkout(issue, worker, 1L, "issue", null));
            script.then(worker, new Operation.Heartbeat(issue, worker));
            script.then(worker, new Operation.AddProcessedComment(issue, "IC_" + script.random.nextInt(20)));
            script.then(worker, new Operation.Checkin(issue, worker, "completed", null));
        }
        return script;
    }

    private String measure(Ground ground, Replay replay, Path home, Course course) throws Exception {
        long bare = 0;
        long replayed = 0;
        long answers = 0;
        Fixture fixture = FixtureReader.read(home);
        for (int round = 0; round < ROUNDS; round++) {
            bare += bare(ground, fixture, course, round);
            long start = System.nanoTime();
            FixtureOutcome outcome = replay.run(FixtureReader.read(home), List.of(course), false);
            replayed += System.nanoTime() - start;
            answers += outcome.answers();
            assertThat(outcome.isSame())
                    .as(ReplayFormat.TEXT.render(List.of(outcome)))
                    .isTrue();
        }
        assertThat(answers).isEqualTo((long) ROUNDS * CALLS);
        return String.format(
                Locale.ROOT,
                "%s: %,d operations, bare %,.0f/s, replayed %,.0f/s: %.0f %%%n",
                course.label(),
                answers,
                answers / seconds(bare),
                answers / seconds(replayed),
                100.0 * bare / replayed);
    }

    private long bare(Ground ground, Fixture fixture, Course course, int round) throws IOException {
        Ground.Redis redis = ground.openRedis("bare-" + course.store() + "-" + round);
        // Where a replay has its directories too: the tests' own may be in memory.
        Path state = Files.createTempDirectory("bare-" + course.store() + "-" + round);
        StateManager manager = redis.manager();
        if (course == Course.FILES) {
            redis.manager().close();
            manager = ground.openFiles(state, new ReplayClock(), new TemporaryDisk());
        } else {
            redis.manager().fence(null, 1);
        }
        long start = System.nanoTime();
        for (Recorded call : fixture.calls()) {
            call.call().on(manager, call.stamp());
        }
        long took = System.nanoTime() - start;
        manager.close();
        // As a replay does, so that one doesn't write back what the other has deleted.
        try (Stream<Path> files = Files.walk(state)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
        return took;
    }

    private static double seconds(long nanos) {
        return nanos / (double) Duration.ofSeconds(1).toNanos();
    }
}
