package poppo.bridge.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.legacy.LegacyFileStateManager;
import poppo.bridge.legacy.LegacyHost;
import poppo.bridge.legacy.LegacyProcess;
import poppo.bridge.legacy.LegacyStatusManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.TestClock;

/** What legacy processes do is recorded as operations, and nothing of it is lost. */
class WatcherTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Path state;

    @BeforeEach
    void makeState() throws IOException {
        state = Files.createDirectory(directory.resolve("state"));
    }

    private Watcher watcher() {
        return new Watcher(
                state,
                new Recorder.Wanted("watched", directory, Redaction.standard()),
                RecordingSite.of(
                        state,
                        directory,
                        place -> FileStateManager.open(FileOptions.of(place).withoutSchedule()),
                        Clock.systemUTC()));
    }

    /** Ends the watch, and replays what it recorded. */
    private Fixture replayed(Watcher watcher) throws Exception {
        Recording recording = watcher.stop();
        assertThat(recording.toJson().path("state").asText())
                .as(recording.toJson().toString())
                .isEqualTo("done");
        watcher.close();
        Fixture fixture = FixtureReader.read(recording.directory());
        assertThat(PlainReplay.onFiles(fixture, directory.resolve("replay"))).isEmpty();
        return fixture;
    }

    private static List<String> names(Fixture fixture) {
        return fixture.calls().stream()
                .map(each -> each.call().name())
                .filter(name -> !name.equals("page"))
                .toList();
    }

    @Test
    void whatTheLegacyClassesDoIsToldInOperations() throws Exception {
        TestClock clock = new TestClock();
        LegacyHost host = LegacyHost.here().withClock(clock);
        LegacyStatusManager status = LegacyStatusManager.open(state, host);
        LegacyFileStateManager files = LegacyFileStateManager.open(state, host);
        status.checkout(1, "before", "t");
        Watcher watcher = watcher();
        List<Runnable> steps = List.of(
                () -> status.checkout(7, "p1", "claude-cli"),
                () -> files.addRunningTask("t1", Json.object().put("type", "issue")),
                () -> status.updateHeartbeat(7),
                () -> files.addProcessedComment(7, "IC_1"),
                () -> files.addProcessedComment(7, "IC_2"),
                () -> status.checkin(7, "completed", Json.object().put("ok", "yes")),
                () -> files.removeRunningTask("t1"),
                () -> files.addProcessedIssue(7),
                () -> files.addProcessedIssue(3),
                () -> files.savePendingTasks(Json.array().add(Json.object().put("title", "a"))),
                () -> files.savePendingTasks(Json.array()
                        .add(Json.object().put("title", "a"))
                        .add(Json.object().put("title", "b"))),
                () -> files.savePendingTasks(Json.array()),
                () -> files.saveLastRun(Json.object().put("issues", 2)),
                () -> status.updateStatus(7, "error", Json.object().put("reason", "x")),
                () -> status.resetIssueStatus(7));
        for (Runnable step : steps) {
            // A heartbeat in the same millisecond changes nothing.
            clock.advance(Duration.ofMillis(1));
            step.run();
            watcher.look();
        }
        Fixture fixture = replayed(watcher);

        assertThat(names(fixture))
                .containsExactly(
                        "checkout",
                        "put-running-task",
                        "heartbeat",
                        "add-processed-comment",
                        "add-processed-comment",
                        "checkin",
                        "remove-running-task",
                        "add-processed-issue",
                        "add-processed-issue",
                        "append-pending-task",
                        "append-pending-task",
                        "set-pending-tasks",
                        "set-last-run",
                        "update-status",
                        "reset-issue");
        assertSameFiles();
    }

    /** A millisecond later each time it is asked. */
    private static final class TickingClock extends Clock {
        private final TestClock clock = new TestClock();

        @Override
        public Instant instant() {
            clock.advance(Duration.ofMillis(1));
            return clock.instant();
        }

        @Override
        public ZoneId getZone() {
            return clock.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /** The legacy class reads the clock twice, and waits for a lock in between. */
    @Test
    void aCheckoutThatTookItsTimeIsToldAsSuchAllTheSame() throws Exception {
        LegacyHost host = LegacyHost.here().withClock(new TickingClock());
        LegacyStatusManager status = LegacyStatusManager.open(state, host);
        Watcher watcher = watcher();
        status.checkout(7, "p1", "claude-cli");
        watcher.look();
        status.checkin(7);
        watcher.look();
        Fixture fixture = replayed(watcher);

        assertThat(names(fixture)).containsExactly("checkout", "update-status", "checkin", "update-status");
        assertSameFiles();
    }

    /** But for the texts, which are none here that a rule covers, the files are what the legacy processes left. */
    private void assertSameFiles() throws IOException {
        assertThat(compact(directory.resolve("replay"))).isEqualTo(compact(state));
    }

    private static String compact(Path place) throws IOException {
        StringBuilder text = new StringBuilder();
        for (var file : PlainReplay.documents(place).entrySet()) {
            if (!file.getKey().equals("pending-tasks.json")) {
                text.append(file.getKey())
                        .append(' ')
                        .append(Json.compact(file.getValue()))
                        .append('\n');
            }
        }
        return text.toString();
    }

    @Test
    void whatNoOperationExplainsIsAForeignWriteAndNothingIsLost() throws Exception {
        LegacyStatusManager.open(state).checkout(1, "a", "t");
        Watcher watcher = watcher();
        // Another holder in the place of a live one, a field gone, another frame.
        Files.writeString(state.resolve("issue-status.json"), """
                {
                  "issues": {
                    "1": {
                      "status": "processing",
                      "processId": "b"
                    }
                  },
                  "lastSync": "2025-06-24T10:00:00.000Z",
                  "extra": 1
                }""");
        watcher.look();
        Files.writeString(state.resolve("issue-status.json"), "{\"issues\": {\"1\"");
        watcher.look();
        Files.delete(state.resolve("issue-status.json"));
        watcher.look();
        Files.writeString(state.resolve("running-tasks.json"), "[{\"id\": \"t\", \"status\": \"x\"}]");
        watcher.look();
        Fixture fixture = replayed(watcher);

        assertThat(names(fixture)).contains("foreign-write").doesNotContain("update-status");
        assertSameFiles();
        assertThat(directory.resolve("replay/running-tasks.json")).content().startsWith("[");
    }

    @Test
    void realProcessesAtWorkAreFollowed() throws Exception {
        Watcher watcher = watcher();
        try (LegacyProcess one = cycle("one", "status", "cycle");
                LegacyProcess other = cycle("other", "files", "running-cycle")) {
            while (one.process().isAlive() || other.process().isAlive()) {
                watcher.look();
                Thread.onSpinWait();
            }
            assertThat(one.awaitExit(PATIENCE) + other.awaitExit(PATIENCE)).isZero();
        }
        watcher.look();
        Fixture fixture = replayed(watcher);

        assertThat(names(fixture)).hasSizeGreaterThan(5).contains("checkout");
        assertSameFiles();
    }

    private LegacyProcess cycle(String id, String mode, String script) {
        return LegacyProcess.start(
                "--dir",
                state.toString(),
                "--mode",
                mode,
                "--script",
                script,
                "--count",
                "15",
                "--id",
                id,
                // Long enough to be looked at in between on a busy machine too.
                "--pause-ms",
                "40");
    }
}
