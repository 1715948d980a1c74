package poppo.bridge.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each defect is there, because a peer without it would not be the one the bridge meets. */
class LegacyStatusManagerTest {
    private static final Instant NOW = Instant.parse("2025-06-24T00:00:00.120Z");
    private static final LegacyHost HOST = LegacyHost.here()
            .withClock(Clock.fixed(NOW, ZoneOffset.UTC))
            .withPid(4711)
            .withRunning(pid -> pid == 4711)
            .withLockTimeout(Duration.ofMillis(250));

    @TempDir
    Path directory;

    @Test
    void startsWithAnEmptyStateWhereThereIsNone() {
        LegacyStatusManager.open(directory, HOST);

        assertThat(file()).hasContent("{\n  \"issues\": {},\n  \"lastSync\": null\n}");
    }

    @Test
    void workOnAnIssueLeavesWhatTheRealOneLeft() {
        LegacyStatusManager manager = LegacyStatusManager.open(directory, HOST);

        manager.checkout(34, "comment-34", "comment-response");
        manager.checkin(34, "awaiting-response", LegacyJson.parse("{\"taskType\": \"comment-response\"}"));

        assertThat(file()).hasContent("""
                        {
                          "issues": {
                            "34": {
                              "status": "awaiting-response",
                              "lastUpdated": "2025-06-24T00:00:00.120Z",
                              "processId": null,
                              "pid": null,
                              "startTime": "2025-06-24T00:00:00.120Z",
                              "lastHeartbeat": null,
                              "taskType": "comment-response",
                              "metadata": {
                                "retryCount": 0,
                                "errorCount": 0
                              },
                              "endTime": "2025-06-24T00:00:00.120Z",
                              "result": {
                                "taskType": "comment-response"
                              }
                            }
                          },
                          "lastSync": null
                        }""");
    }

    @Test
    void takesAnIssueThatSomeoneHolds() {
        LegacyStatusManager manager = LegacyStatusManager.open(directory, HOST);
        manager.checkout(1, "first", "issue");

        manager.checkout(1, "second", "issue");

        assertThat(manager.getStatus(1).get("processId").asText()).isEqualTo("second");
    }

    @Test
    void undoesWhatOthersWroteSinceItStarted() throws IOException {
        LegacyStatusManager one = LegacyStatusManager.open(directory, HOST);
        LegacyStatusManager other = LegacyStatusManager.open(directory, HOST);
        for (int turn = 1; turn <= 50; turn++) {
            one.updateStatus(turn, "completed");
            other.updateStatus(100 + turn, "completed");
        }

        JsonNode issues = LegacyJson.parse(Files.readAllBytes(file())).get("issues");

        assertThat(issues.size()).isEqualTo(50);
        assertThat(issues.has("1")).isFalse();
    }

    @Test
    void unknownFieldsAndNullsSurvive() throws IOException {
        Files.writeString(
                file(), "{\"issues\": {\"7\": {\"status\": \"error\", \"x\": [1.5], \"pid\": null}}, \"more\": 1}");

        LegacyStatusManager.open(directory, HOST).updateStatus(7, "completed");

        assertThat(LegacyJson.parse(Files.readAllBytes(file())))
                .isEqualTo(
                        LegacyJson.parse("{\"issues\": {\"7\": {\"status\": \"completed\", \"x\": [1.5], \"pid\": null,"
                                + " \"lastUpdated\": \"2025-06-24T00:00:00.120Z\"}}, \"more\": 1}"));
    }

    @Test
    void damagedFileIsReplacedByAnEmptyOneAtStart() throws IOException {
        Files.writeString(file(), "{\"issues\": {\"7\": {");

        LegacyStatusManager.open(directory, HOST);

        assertThat(file()).hasContent("{\n  \"issues\": {},\n  \"lastSync\": null\n}");
    }

    @Test
    void fileWithoutIssuesLoadsAndThenFailsEveryCall() throws IOException {
        Files.writeString(file(), "{\"155\": {\"status\": \"completed\"}}");
        LegacyStatusManager manager = LegacyStatusManager.open(directory, HOST);

        assertThatThrownBy(() -> manager.updateStatus(155, "error"))
                .isInstanceOf(LegacyException.class)
                .hasMessageContaining("no object 'issues'");
        assertThat(file()).hasContent("{\"155\": {\"status\": \"completed\"}}");
    }

    @Test
    void checkinOfAnUnknownIssueFails() {
        LegacyStatusManager manager = LegacyStatusManager.open(directory, HOST);

        assertThatThrownBy(() -> manager.checkin(9)).isInstanceOf(LegacyException.class);
    }

    @Test
    void heartbeatOnlyCountsWhileProcessing() {
        LegacyStatusManager manager = LegacyStatusManager.open(directory, HOST);
        manager.checkout(1, "p", "issue");
        manager.updateStatus(2, "completed");

        assertThat(manager.updateHeartbeat(1)).isTrue();
        assertThat(manager.updateHeartbeat(2)).isFalse();
        assertThat(manager.updateHeartbeat(3)).isFalse();
    }

    @Test
    void resetRemovesTheEntry() throws IOException {
        LegacyStatusManager manager = LegacyStatusManager.open(directory, HOST);
        manager.updateStatus(1, "error");

        manager.resetIssueStatus(1);

        assertThat(manager.getStatus(1)).isNull();
        assertThat(LegacyJson.parse(Files.readAllBytes(file())).get("issues").isEmpty())
                .isTrue();
    }

    @Test
    void lockOfALiveProcessIsRespectedForTheWholeTimeout() throws IOException {
        LegacyStatusManager manager = LegacyStatusManager.open(directory, HOST);
        Files.writeString(lock(), "4711");

        assertThatThrownBy(() -> manager.updateStatus(1, "error"))
                .isInstanceOf(LegacyException.class)
                .hasMessageContaining("timeout");
        assertThat(lock()).hasContent("4711");
    }

    @Test
    void lockOfAProcessElsewhereLooksDeadAndIsRemoved() throws IOException {
        LegacyStatusManager manager = LegacyStatusManager.open(directory, HOST);
        Files.writeString(lock(), "4712");

        manager.updateStatus(1, "error");

        assertThat(lock()).doesNotExist();
    }

    @Test
    void lockIsStolenBetweenItsCreationAndThePid() {
        LegacyStatusManager thief = LegacyStatusManager.open(directory, HOST);
        boolean[] stolen = {false};
        LegacyStatusManager victim = LegacyStatusManager.open(directory, HOST.withHook((moment, file) -> {
            if (moment == LegacyHost.Moment.LOCK_CREATED) {
                thief.updateStatus(1, "error");
                stolen[0] = true;
            }
        }));

        victim.updateStatus(2, "error");

        assertThat(stolen[0]).isTrue();
    }

    @Test
    void labelRequestsOfOneMillisecondOverwriteEachOther() throws IOException {
        LegacyStatusManager manager = LegacyStatusManager.open(directory, HOST);
        manager.checkout(1, "p", "issue");
        manager.checkin(1);

        try (Stream<Path> requests = Files.list(directory.resolve("requests"))) {
            assertThat(requests)
                    .extracting(request -> request.getFileName().toString())
                    .containsExactly("label-update-" + NOW.toEpochMilli() + ".json");
        }
    }

    @Test
    void labelRequestNamesTheLabelsToAddAndToRemove() throws IOException {
        LegacyStatusManager manager = LegacyStatusManager.open(directory, HOST);
        manager.checkout(1, "p", "issue");
        manager.checkin(1);

        String text = Files.readString(directory.resolve("requests/label-update-" + NOW.toEpochMilli() + ".json"));

        assertThat(text).matches("""
                        \\{
                          "requestId": "req-%d-[0-9a-z]{1,9}",
                          "timestamp": "2025-06-24T00:00:00.120Z",
                          "issueNumber": 1,
                          "action": "update",
                          "addLabels": \\[
                            "awaiting-response"
                          ],
                          "removeLabels": \\[
                            "processing"
                          ],
                          "requestedBy": "StatusManager",
                          "processId": "4711"
                        }""".formatted(NOW.toEpochMilli()));
    }

    @Test
    void orphansAreStaleAndTheirPidDoesNotRunHere() throws IOException {
        Files.writeString(file(), """
                {"issues": {
                  "1": {"status": "processing", "pid": 4712, "lastHeartbeat": "2025-06-23T23:54:00.000Z"},
                  "2": {"status": "processing", "pid": 4712, "lastHeartbeat": "2025-06-23T23:56:00.000Z"},
                  "3": {"status": "processing", "pid": 4711, "lastHeartbeat": "2025-06-23T23:54:00.000Z"},
                  "4": {"status": "completed", "pid": 4712, "lastHeartbeat": "2025-06-23T23:54:00.000Z"},
                  "5": {"status": "processing", "pid": 4712}
                }}""");

        List<Integer> orphans = LegacyStatusManager.open(directory, HOST).detectOrphanedIssues().stream()
                .map(orphan -> orphan.get("issueNumber").asInt())
                .toList();

        assertThat(orphans).containsExactly(1);
    }

    @Test
    void statisticsCountByStatusAndTaskType() throws IOException {
        Path real = Path.of("fixtures", "state-2025-06-24", "before", "issue-status.json");
        Files.copy(real, file());

        LegacyStatusManager manager = LegacyStatusManager.open(directory, HOST);

        assertThat(LegacyJson.print(manager.getStatistics())).isEqualTo("""
                        {
                          "total": 20,
                          "byStatus": {
                            "awaiting-response": 18,
                            "processing": 2
                          },
                          "byTaskType": {
                            "comment-response": 19,
                            "claude-cli": 1
                          },
                          "oldestProcessing": {
                            "issueNumber": 98,
                            "startTime": "2025-06-23T15:18:08.324Z"
                          }
                        }""");
        assertThat(manager.getCurrentlyProcessing()).hasSize(2);
        assertThat(manager.getAllStatuses().size()).isEqualTo(20);
    }

    private Path file() {
        return directory.resolve("issue-status.json");
    }

    private Path lock() {
        return directory.resolve("issue-status.json.lock");
    }
}
