package poppo.bridge.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/** A directory that is read and not held tells the same as one that is held. */
final class StreamedDirectoryTest {
    @TempDir
    Path path;

    private StreamedDirectory open(StateDirectory directory) {
        return StreamedDirectory.open(directory.options());
    }

    /** Every record of a store: collection, id, image and whether it stands behind the one before, paged by twos. */
    private static List<String> everything(StateManager store) {
        List<String> all = new ArrayList<>();
        long place = -1;
        for (StateCollection collection : StateCollection.values()) {
            String after = null;
            List<Versioned> page = store.page(collection, null, 2);
            while (!page.isEmpty()) {
                for (Versioned record : page) {
                    assertThat(store.read(record.key()).image()).isEqualTo(record.image());
                    all.add(record.key() + " " + Json.compact(record.image()) + " " + (record.order() > place));
                    place = record.order();
                }
                after = page.get(page.size() - 1).key().id();
                page = page.size() < 2 ? List.of() : store.page(collection, after, 2);
            }
            all.add(collection + " " + store.count(collection));
            place = -1;
        }
        return all;
    }

    private void assertTellsTheSame(StateDirectory directory) {
        Map<String, String> before = directory.snapshot();
        List<String> streamed;
        try (StreamedDirectory store = open(directory)) {
            streamed = everything(store);
        }
        assertThat(directory.snapshot()).as("reading leaves no trace").isEqualTo(before);
        assertThat(streamed).isEqualTo(everything(directory.store()));
        directory.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"issues\": {\"1\": {\"status\": \"a\"}, \"2\": {}, \"30\": {\"x\": [1, \"}\", {\"y\": \"\\\\\\\"\"}]}}, \"lastSync\": null}",
                "{\"issues\": {\"30\": {\"n\": 1}, \"1\": {\"n\": 2}, \"9\": {}, \"30\": {\"n\": 3}}}",
                "{\"lastSync\": \"x\", \"7\": {\"status\": \"a\"}, \"5\": {\"status\": \"b\"}, \"6\": {}}",
                "{\"5\": {\"beside\": true}, \"issues\": {\"6\": {\"in\": true}}, \"extra\": {\"8\": {}}}",
                "{\"issues\":{\"\\u0031\":{\"\u00e9\":\"\ud83d\ude00 \\ud800\"},\"2\":{\"issues\":{\"3\":{}}}}}",
                "{\"issues\": {\"1\": {}}, \"issues\": {\"2\": {}}}",
                "{\"issues\": {}}",
                "{}"
            })
    void issuesInEveryShapeAreTheSame(String json) {
        assertTellsTheSame(new StateDirectory(path).write("issue-status.json", json));
    }

    @Test
    void theOtherFilesAreTheSame() {
        assertTellsTheSame(
                new StateDirectory(path)
                        .write("processed-issues.json", "[7, 1e3, 5, 7, 12, 5, 1]")
                        .write("processed-comments.json", "{\"9\": [\"a\", \"b\"], \"10\": [], \"3\": [\"c\"]}")
                        .write("running-tasks.json", "{\"b\": {\"n\": 1}, \"a\": {\"n\": 2}, \"c\": {}}")
                        .write("pending-tasks.json", "[{\"id\": 1}]")
                        .write("last-run.json", "{\"timestamp\": \"x\"}")
                        .write(
                                ".bridge/processes.json",
                                "{\"q\": {\"record\": {\"pid\": 1}, \"lastSeen\": null},"
                                        + " \"p\": {\"record\": {}, \"lastSeen\": null}, \"r\": {\"record\": null, \"lastSeen\": null}}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"seed-template", "unwrapped"})
    void anEntryLongerThanAnyBufferIsReadWhole(String text) {
        String longText = (text + " \\\" } ").repeat(60_000);
        assertTellsTheSame(new StateDirectory(path)
                .write("issue-status.json", "{\"issues\": {\"1\": {\"t\": \"" + longText + "\"}, \"2\": {\"n\": 2}}}"));
    }

    @Test
    void aFileThatChangesIsReadAnew() {
        StateDirectory directory =
                new StateDirectory(path).write("issue-status.json", "{\"issues\": {\"1\": {\"n\": 1}}}");
        try (StreamedDirectory store = open(directory)) {
            String first = store.read(RecordKey.issue(1)).version();
            directory.write("issue-status.json", "{\"issues\": {\"1\": {\"n\": 2}, \"2\": {}}}");

            Versioned now = store.read(RecordKey.issue(1));

            assertThat(Json.compact(now.image())).isEqualTo("{\"n\":2}");
            assertThat(now.version()).isNotEqualTo(first);
            assertThat(store.count(StateCollection.ISSUES)).isEqualTo(2);
        }
    }

    @Test
    void aCopyOverWhatWasReadIsWrittenAndOneOverWhatChangedIsNot() {
        StateDirectory directory = new StateDirectory(path)
                .write("issue-status.json", "{\"issues\": {\"1\": {\"n\": 1}}}")
                .write("running-tasks.json", "{\"t\": {\"n\": 1}}");
        try (StreamedDirectory store = open(directory)) {
            Versioned issue = store.read(RecordKey.issue(1));
            Versioned task = store.read(RecordKey.runningTask("t"));
            directory.write("running-tasks.json", "{\"t\": {\"n\": 7}}");

            assertThat(store.replaceAll(List.of(copy(issue), copy(task)))).containsExactly(true, false);

            assertThat(directory.read("issue-status.json")).contains("\"copied\"");
            assertThat(directory.read("running-tasks.json")).isEqualTo("{\"t\": {\"n\": 7}}");
            assertThat(Json.compact(store.read(RecordKey.issue(1)).image())).isEqualTo("{\"copied\":true}");
        }
    }

    private static Replacement copy(Versioned over) {
        return new Replacement(over.key(), Json.object().put("copied", true), over.version(), null, 0);
    }

    @Test
    void itKnowsWhoWasHeardOf() {
        StateDirectory directory = new StateDirectory(path)
                .write(
                        "issue-status.json",
                        "{\"issues\": {\"1\": {\"status\": \"processing\", \"processId\": \"p\", \"lastHeartbeat\":"
                                + " \"2025-06-24T11:59:00.000Z\"}, \"2\": {\"status\": \"error\", \"processId\": \"q\","
                                + " \"lastHeartbeat\": \"2025-06-24T11:59:00.000Z\"}}}");
        try (StreamedDirectory store = open(directory)) {
            assertThat(store.lastSeen("p", StateDirectory.NOW)).contains(Instant.parse("2025-06-24T11:59:00Z"));
            assertThat(store.lastSeen("q", StateDirectory.NOW)).isEmpty();
            assertThat(store.lastSeen("p", StateDirectory.NOW.plusSeconds(3600)))
                    .isEmpty();
        }
    }

    @Test
    void itsMarkIsThatOfTheFilesHeld() {
        StateDirectory directory = new StateDirectory(path).write("issue-status.json", "{\"issues\": {\"1\": {}}}");
        try (StreamedDirectory store = open(directory)) {
            assertThat(store.mark()).isEqualTo(directory.store().mark());
        }
        directory.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"issues\": {\"1\": {\"a\"",
                "{\"issues\": {\"x\": {}}}",
                "{\"issues\": {\"1\": 5}}",
                "[]",
                "{\"issues\": {\"1\": {\"n\": 01}}}",
                "{\"issues\": {\"1\": {}} } x",
                "{\"issues\": {\"1\": {},}}"
            })
    void whatCantBeUnderstoodIsTheSameErrorAndNothingIsTouched(String json) {
        StateDirectory directory = new StateDirectory(path).write("issue-status.json", json);
        Map<String, String> before = directory.snapshot();
        assertThatThrownBy(() -> {
                    try (StreamedDirectory store = open(directory)) {
                        everything(store);
                    }
                })
                .isInstanceOf(BridgeException.Corrupt.class)
                .hasMessageContaining("issue-status.json")
                .hasMessageContaining("nothing was changed");
        assertThat(directory.snapshot()).isEqualTo(before);
    }
}
