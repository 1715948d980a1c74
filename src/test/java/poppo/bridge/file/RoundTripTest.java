package poppo.bridge.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

class RoundTripTest {
    @TempDir
    Path path;

    @ParameterizedTest
    @ValueSource(strings = {"state-2025-06-19", "state-2025-06-21-odd-shapes", "state-2025-06-24"})
    void openingAndReadingTouchesNothing(String fixture) {
        try (StateDirectory directory = StateDirectory.of(fixture, path)) {
            Map<String, String> before = directory.snapshot();

            for (StateCollection collection : StateCollection.values()) {
                directory.store().page(collection, null, Integer.MAX_VALUE);
            }
            directory.store().poll();
            directory.store().flush();

            assertThat(directory.snapshot()).isEqualTo(before);
        }
    }

    /** Every record of a real directory is written again, and the bytes are those of JSON.stringify. */
    @ParameterizedTest
    @ValueSource(strings = {"state-2025-06-19", "state-2025-06-24"})
    void aRewrittenFileIsByteForByteTheSame(String fixture) {
        try (StateDirectory directory = StateDirectory.of(fixture, path)) {
            for (StateFile file : StateFile.values()) {
                if (!directory.has(file.path())) {
                    continue;
                }
                String before = directory.read(file.path());
                Versioned any = removeOne(directory.store(), file.collection());
                if (any != null) {
                    assertThat(directory.has(file.path()) ? directory.read(file.path()) : "")
                            .isNotEqualTo(before);
                    put(directory.store(), any);
                }
                assertThat(directory.read(file.path())).as(file.path()).isEqualTo(before);
            }
        }
    }

    private static Versioned removeOne(FileStateManager store, StateCollection collection) {
        List<Versioned> all = store.page(collection, null, Integer.MAX_VALUE);
        if (all.isEmpty()) {
            return null;
        }
        Versioned one = all.get(all.size() / 2);
        store.replaceAll(List.of(new Replacement(one.key(), null, one.version(), null, one.order())));
        return one;
    }

    private static void put(FileStateManager store, Versioned record) {
        String version = store.read(record.key()).version();
        store.replaceAll(List.of(new Replacement(record.key(), record.image(), version, null, record.order())));
    }

    @Test
    void oneChangeChangesOnlyItsOwnLines() {
        try (StateDirectory directory = StateDirectory.of("state-2025-06-24", path)) {
            List<String> before = directory.read("issue-status.json").lines().toList();

            directory.run(new Operation.UpdateStatus(37, fields("{\"status\":\"error\"}")));

            List<String> after = directory.read("issue-status.json").lines().toList();
            assertThat(after).hasSameSizeAs(before);
            List<String> changed = java.util.stream.IntStream.range(0, after.size())
                    .filter(i -> !after.get(i).equals(before.get(i)))
                    .mapToObj(after::get)
                    .map(String::strip)
                    .toList();
            assertThat(changed)
                    .containsExactly("\"status\": \"error\",", "\"lastUpdated\": \"2025-06-24T12:00:00.000Z\",");
        }
    }

    @Test
    void theContentReplacedIsTheBackup() {
        try (StateDirectory directory = StateDirectory.of("state-2025-06-24", path)) {
            String before = directory.read("processed-issues.json");

            directory.run(new Operation.AddProcessedIssue(7));

            assertThat(directory.read("processed-issues.json.backup")).isEqualTo(before);
            assertThat(directory.read("processed-issues.json")).isEqualTo("[\n  193,\n  7\n]");
        }
    }

    @Test
    void aMissingDirectoryEntryReadsAsEmptyAndIsMadeAsTheOwnersMakeIt() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.run(new Operation.UpdateStatus(5, fields("{\"status\":\"x\"}")));
            directory.run(new Operation.ResetIssue(5));
            directory.run(new Operation.AddProcessedComment(5, "IC_1"));
            directory.run(new Operation.PutRunningTask("t", fields("{\"startTime\":null}")));
            directory.run(new Operation.RemoveRunningTask("t", null));
            directory.run(new Operation.AppendPendingTask(Json.parse("{\"b\":1,\"2\":{\"10\":0,\"9\":0}}")));

            assertThat(directory.read("issue-status.json")).isEqualTo("{\n  \"issues\": {},\n  \"lastSync\": null\n}");
            assertThat(directory.read("processed-comments.json")).isEqualTo("{\n  \"5\": [\n    \"IC_1\"\n  ]\n}");
            assertThat(directory.read("running-tasks.json")).isEqualTo("{}");
            assertThat(directory.read("pending-tasks.json")).isEqualTo("""
                    [
                      {
                        "2": {
                          "9": 0,
                          "10": 0
                        },
                        "b": 1
                      }
                    ]""");
            assertThat(directory.has("last-run.json")).isFalse();
        }
    }

    @Test
    void anUnwrappedStatusFileIsReadAndWrittenWrapped() {
        try (StateDirectory directory = StateDirectory.of("state-2025-06-21-odd-shapes", path)) {
            assertThat(directory.store().processing()).containsExactly(156L);
            assertThat(directory.store().notices())
                    .contains("issue-status.json has no \"issues\" wrapper; the next write adds it");

            directory.run(new Operation.ResetIssue(156));

            assertThat(directory.read("issue-status.json")).isEqualTo("""
                    {
                      "issues": {
                        "155": {
                          "status": "completed",
                          "endTime": "2025-06-21T13:52:48.915Z"
                        }
                      },
                      "lastSync": null
                    }""");
        }
    }

    @Test
    void anArrayOfRunningTasksIsReadAndWrittenById() {
        try (StateDirectory directory = StateDirectory.of("state-2025-06-21-odd-shapes", path)) {
            assertThat(directory.store().page(StateCollection.RUNNING_TASKS, null, 9))
                    .extracting(task -> task.key().id())
                    .containsExactly("task-1", "task-2");
            assertThat(directory.store().notices())
                    .contains("running-tasks.json is an array of tasks; the next write makes it an object by id");

            directory.run(new Operation.RemoveRunningTask("task-2", null));

            assertThat(directory.read("running-tasks.json")).isEqualTo("""
                    {
                      "task-1": {
                        "id": "task-1",
                        "type": "claude-cli",
                        "status": "running",
                        "startTime": "2025-06-21T13:47:48.914Z",
                        "pid": 12345
                      }
                    }""");
        }
    }

    @Test
    void unknownFieldsBesideTheIssuesSurviveInTheirPlaces() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.write(
                    "issue-status.json",
                    "{\"9\":{},\"schema\":2,\"issues\":{\"2\":{\"status\":\"a\"}},\"lastSync\":\"x\",\"more\":[1.50]}");

            directory.run(new Operation.ResetIssue(2));

            assertThat(directory.read("issue-status.json")).isEqualTo("""
                    {
                      "9": {},
                      "schema": 2,
                      "issues": {},
                      "lastSync": "x",
                      "more": [
                        1.50
                      ]
                    }""");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[1e3, 7.0, 193, 7]|1000,7,193", "[]|''", "[9007199254740991]|9007199254740991"})
    void aNumberIsOneHoweverItIsSpelled(String file, String ids) {
        try (StateDirectory directory = new StateDirectory(path).write("processed-issues.json", file)) {
            assertThat(directory.store().page(StateCollection.PROCESSED_ISSUES, null, 9))
                    .extracting(record -> record.key().id())
                    .containsExactlyElementsOf(ids.isEmpty() ? List.of() : Arrays.asList(ids.split(",")));
        }
    }

    @Test
    void repeatedNumbersAreDroppedAndSaid() {
        try (StateDirectory directory = new StateDirectory(path).write("processed-issues.json", "[5, 6, 5]")) {
            assertThat(directory.store().notices())
                    .contains("processed-issues.json holds 5 more than once; the next write keeps the first");
            directory.run(new Operation.AddProcessedIssue(4));
            assertThat(directory.read("processed-issues.json")).isEqualTo("[\n  5,\n  6,\n  4\n]");
        }
    }

    @Test
    void integerLikeTaskIdsComeFirstInTheFileAndLastInTheListing() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.run(new Operation.PutRunningTask("b", fields("{\"startTime\":1}")));
            directory.run(new Operation.PutRunningTask("10", fields("{\"startTime\":2}")));
            directory.run(new Operation.PutRunningTask("9", fields("{\"startTime\":3}")));

            assertThat(directory.store().page(StateCollection.RUNNING_TASKS, null, 9))
                    .extracting(task -> task.key().id())
                    .containsExactly("b", "10", "9");
            assertThat(directory.read("running-tasks.json").replaceAll("\\s", ""))
                    .isEqualTo("{\"9\":{\"startTime\":3},\"10\":{\"startTime\":2},\"b\":{\"startTime\":1}}");
        }
    }

    @Test
    void whatTwoStoresExecuteInAnotherSequenceEndsInTheSameOrder() {
        try (StateDirectory directory = new StateDirectory(path)) {
            var first = directory.stamp();
            var second = directory.stamp();
            directory.store().execute(new Operation.AddProcessedIssue(2), second);
            directory.store().execute(new Operation.AddProcessedIssue(1), first);
            assertThat(directory.read("processed-issues.json")).isEqualTo("[\n  1,\n  2\n]");
        }
    }

    @Test
    void removingAPendingListRemovesItsFileAndKeepsTheBackup() {
        try (StateDirectory directory = StateDirectory.of("state-2025-06-24", path)) {
            String before = directory.read("pending-tasks.json");
            removeOne(directory.store(), StateCollection.PENDING_TASKS);
            assertThat(directory.has("pending-tasks.json")).isFalse();
            assertThat(directory.read("pending-tasks.json.backup")).isEqualTo(before);
            assertThat(directory.reopened().read(RecordKey.PENDING_TASKS).image())
                    .isNull();
        }
    }

    @Test
    void processesAndTheirHeartbeatsSurviveARestart() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.run(new Operation.RegisterProcess("p", fields("{\"pid\":7}")));
            directory.run(new Operation.RenewProcess("q"));
            directory.store().flush();

            FileStateManager later = directory.reopened();

            assertThat(directory.read(".bridge/processes.json").replaceAll("\\s", ""))
                    .isEqualTo("{\"p\":{\"record\":{\"pid\":7},\"lastSeen\":\"2025-06-24T12:00:00.000Z\"},"
                            + "\"q\":{\"record\":null,\"lastSeen\":\"2025-06-24T12:00:00.000Z\"}}");
            assertThat(later.lastSeen("q", StateDirectory.NOW)).contains(StateDirectory.NOW);
            assertThat(later.page(StateCollection.PROCESSES, null, 9)).hasSize(1);
            assertThat(later.count(StateCollection.PROCESSES)).isEqualTo(1);
        }
    }

    @Test
    void aLabelRequestLiesThereBeforeTheAnswer() throws Exception {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.run(new Operation.Checkout(3, "p", 1L, null, null));
            String[] requests = path.resolve("requests").toFile().list();
            assertThat(requests).singleElement().asString().matches("label-update-\\d+-\\w+\\.json");
            assertThat(directory.read("requests/" + requests[0]))
                    .startsWith("{\n  \"requestId\": \"req-")
                    .endsWith("\n}");
            assertThat(directory.disk.steps).containsSubsequence("rename issue-status.json", "rename " + requests[0]);
        }
    }

    private static ObjectNode fields(String json) {
        return (ObjectNode) Json.parse(json);
    }
}
