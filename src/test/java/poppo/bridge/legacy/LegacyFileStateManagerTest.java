package poppo.bridge.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each defect is there, because a peer without it would not be the one the bridge meets. */
class LegacyFileStateManagerTest {
    private static final Instant NOW = Instant.parse("2025-06-24T00:00:00.120Z");
    private static final LegacyHost HOST = LegacyHost.here()
            .withClock(Clock.fixed(NOW, ZoneOffset.UTC))
            .withPid(4711)
            .withRunning(pid -> pid == 4711)
            .withLockTimeout(Duration.ofMillis(250));

    @TempDir
    Path directory;

    @Test
    void startsWithFiveEmptyFiles() throws IOException {
        LegacyFileStateManager.open(directory, HOST);

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files)
                    .extracting(file -> file.getFileName().toString())
                    .containsExactlyInAnyOrder(
                            ".locks",
                            "last-run.json",
                            "pending-tasks.json",
                            "processed-comments.json",
                            "processed-issues.json",
                            "running-tasks.json");
        }
    }

    @Test
    void damagedFileIsReplacedByAnEmptyOneAndTheBackupHoldsTheDamage() throws IOException {
        Files.writeString(file("running-tasks.json"), "{\"a\": {\"pid\"");
        Files.writeString(file("running-tasks.json.backup"), "{}");

        LegacyFileStateManager.open(directory, HOST);

        assertThat(file("running-tasks.json")).hasContent("{}");
        assertThat(file("running-tasks.json.backup")).hasContent("{\"a\": {\"pid\"");
    }

    @Test
    void runningTaskIsStampedAndTheFormerFileBackedUp() {
        LegacyFileStateManager manager = LegacyFileStateManager.open(directory, HOST);

        manager.addRunningTask("issue-98", LegacyJson.object().put("issueNumber", 98));

        assertThat(file("running-tasks.json")).hasContent("""
                        {
                          "issue-98": {
                            "issueNumber": 98,
                            "startTime": "2025-06-24T00:00:00.120Z"
                          }
                        }""");
        assertThat(file("running-tasks.json.backup")).hasContent("{}");
        manager.removeRunningTask("issue-98");
        assertThat(file("running-tasks.json")).hasContent("{}");
    }

    @Test
    void temporaryFileCarriesThePidAndTheTime() throws IOException {
        LegacyFileStateManager manager = LegacyFileStateManager.open(directory, HOST.withHook((moment, file) -> {
            if (moment == LegacyHost.Moment.TEMPORARY_WRITTEN) {
                assertThat(file.resolveSibling(file.getFileName() + ".tmp.4711." + NOW.toEpochMilli()))
                        .exists();
            }
        }));

        manager.savePendingTasks(LegacyJson.parse("[{\"id\": 1}]"));

        assertThat(LegacyJson.print(manager.loadPendingTasks())).isEqualTo("[\n  {\n    \"id\": 1\n  }\n]");
    }

    @Test
    void taskAddedToAnArrayIsLostWithoutAnError() throws IOException {
        String array = LegacyJson.print(LegacyJson.parse("[{\"id\": \"task-1\"}]"));
        Files.writeString(file("running-tasks.json"), array);

        LegacyFileStateManager.open(directory, HOST).addRunningTask("task-2", LegacyJson.object());

        assertThat(file("running-tasks.json")).hasContent(array);
    }

    @Test
    void onlyTasksOlderThanADayAreStale() throws IOException {
        Files.writeString(file("running-tasks.json"), """
                {"old": {"startTime": "2025-06-22T23:59:59.000Z"},
                 "young": {"startTime": "2025-06-23T00:00:01.000Z"},
                 "unknown": {}}""");
        LegacyFileStateManager manager = LegacyFileStateManager.open(directory, HOST);

        assertThat(manager.cleanupStaleRunningTasks()).containsExactly("old");
        assertThat(manager.loadRunningTasks().fieldNames()).toIterable().containsExactly("young", "unknown");
    }

    @Test
    void processedIssueOfAnotherIsLostBetweenReadAndWrite() {
        LegacyFileStateManager other = LegacyFileStateManager.open(directory, HOST);
        LegacyFileStateManager manager = LegacyFileStateManager.open(directory, HOST.withHook((moment, file) -> {
            if (moment == LegacyHost.Moment.READ_AND_RELEASED) {
                other.addProcessedIssue(2);
            }
        }));

        manager.addProcessedIssue(1);

        assertThat(file("processed-issues.json")).hasContent("[\n  1\n]");
    }

    @Test
    void processedCommentOfAnotherIsLostBetweenReadAndWrite() {
        LegacyFileStateManager other = LegacyFileStateManager.open(directory, HOST);
        LegacyFileStateManager manager = LegacyFileStateManager.open(directory, HOST.withHook((moment, file) -> {
            if (moment == LegacyHost.Moment.READ_AND_RELEASED) {
                other.addProcessedComment(7, "IC_b");
            }
        }));

        manager.addProcessedComment(7, "IC_a");

        assertThat(file("processed-comments.json")).hasContent("{\n  \"7\": [\n    \"IC_a\"\n  ]\n}");
    }

    @Test
    void whatIsAddedTwiceStandsOnce() {
        LegacyFileStateManager manager = LegacyFileStateManager.open(directory, HOST);
        for (long issue : new long[] {95, 80, 95}) {
            manager.addProcessedIssue(issue);
            manager.addProcessedComment(issue, "IC_a");
        }

        assertThat(LegacyJson.print(manager.loadProcessedIssues())).isEqualTo("[\n  95,\n  80\n]");
        assertThat(LegacyJson.print(manager.loadProcessedComments()))
                .isEqualTo("{\n  \"80\": [\n    \"IC_a\"\n  ],\n  \"95\": [\n    \"IC_a\"\n  ]\n}");
    }

    @Test
    void lateWaiterFailsAndRemovesTheLockOfALiveHolder() throws IOException {
        LegacyFileStateManager manager = LegacyFileStateManager.open(directory, HOST);
        Files.writeString(file(".locks/running-tasks.json.lock"), "4711");

        assertThatThrownBy(() -> manager.addRunningTask("a", LegacyJson.object()))
                .isInstanceOf(LegacyException.class)
                .hasMessageContaining("timeout");
        assertThat(file(".locks/running-tasks.json.lock")).doesNotExist();
    }

    @Test
    void lockOfADeadProcessCostsTheFirstCallerTheWholeTimeout() throws IOException {
        LegacyFileStateManager manager = LegacyFileStateManager.open(directory, HOST);
        Files.writeString(file(".locks/running-tasks.json.lock"), "4712");

        assertThatThrownBy(() -> manager.addRunningTask("a", LegacyJson.object()))
                .isInstanceOf(LegacyException.class);
        manager.addRunningTask("b", LegacyJson.object());
        assertThat(manager.loadRunningTasks().has("b")).isTrue();
    }

    @Test
    void slowHolderIsOvertakenAndOverwritesTheOvertaker() {
        LegacyFileStateManager other = LegacyFileStateManager.open(directory, HOST);
        AtomicInteger writes = new AtomicInteger();
        LegacyFileStateManager slow = LegacyFileStateManager.open(directory, HOST.withHook((moment, file) -> {
            if (moment == LegacyHost.Moment.TEMPORARY_WRITTEN && writes.incrementAndGet() == 1) {
                assertThatThrownBy(() -> other.addRunningTask("refused", LegacyJson.object()))
                        .isInstanceOf(LegacyException.class);
                // The other process's next stamp: a fixed clock would make both use one temporary file.
                LegacyFileStateManager.open(directory, HOST.withPid(4713))
                        .addRunningTask("acknowledged", LegacyJson.object());
            }
        }));

        slow.addRunningTask("slow", LegacyJson.object());

        assertThat(other.loadRunningTasks().fieldNames()).toIterable().containsExactly("slow");
    }

    @Test
    void lastRunIsStamped() {
        LegacyFileStateManager manager = LegacyFileStateManager.open(directory, HOST);

        manager.saveLastRun(LegacyJson.object().put("issuesChecked", 30));

        assertThat(file("last-run.json"))
                .hasContent("{\n  \"issuesChecked\": 30,\n  \"timestamp\": \"2025-06-24T00:00:00.120Z\"\n}");
    }

    @Test
    void processLockIsRefusedWhileItsPidRunsHere() throws IOException {
        LegacyFileStateManager manager = LegacyFileStateManager.open(directory, HOST);
        Files.writeString(file("poppo-node.lock"), "{\"pid\": 4712}");

        assertThat(manager.acquireProcessLock()).isTrue();
        assertThat(manager.acquireProcessLock()).isFalse();
        assertThat(LegacyJson.parse(Files.readAllBytes(file("poppo-node.lock"))).fieldNames())
                .toIterable()
                .containsExactly("pid", "startTime", "hostname");
        manager.releaseProcessLock();
        assertThat(file("poppo-node.lock")).doesNotExist();
    }

    private Path file(String name) {
        return directory.resolve(name);
    }
}
