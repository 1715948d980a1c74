package poppo.bridge.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

class DamagedDirectoryTest {
    private static final String GOOD =
            "{\n  \"issues\": {\n    \"1\": {\n      \"status\": \"a\"\n    }\n  },\n  \"lastSync\": null\n}";
    private static final String KEPT = ".bridge/damaged/issue-status.json.20250624T120000.000Z";

    @TempDir
    Path path;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "issue-status.json|[]|the whole document: expected an object {\"issues\": …, \"lastSync\": …}",
                "issue-status.json|{\"issues\": []}|/issues: expected an object, found an array",
                "issue-status.json|{\"issues\": {\"007\": {}}}|/issues/007: expected an issue number as the key (1 to 9007199254740991, in plain decimal)",
                "issue-status.json|{\"issues\": {\"a/b~\": {}}}|/issues/a~1b~0: expected an issue number as the key (1 to 9007199254740991, in plain decimal)",
                "issue-status.json|{\"issues\": {\"7\": null}}|/issues/7: expected an object, found null",
                "issue-status.json|{\"7\": {}, \"x\": {}}|/x: expected an issue number as the key (1 to 9007199254740991, in plain decimal)",
                "issue-status.json|{\"7\": \"processing\"}|/7: expected an object, found a string",
                "processed-issues.json|{}|the whole document: expected an array of issue numbers, found an object",
                "processed-issues.json|[1, \"2\"]|/1: expected an issue number (a whole number from 1 to 9007199254740991), found a string",
                "processed-issues.json|[1.5]|/0: expected an issue number (a whole number from 1 to 9007199254740991), found the number 1.5",
                "processed-issues.json|[1, 1e400]|/1: expected an issue number (a whole number from 1 to 9007199254740991), found the number 1e400",
                "processed-comments.json|[]|the whole document: expected an object of issue numbers, found an array",
                "processed-comments.json|{\"3\": \"IC\"}|/3: expected an array of comment ids, found a string",
                "processed-comments.json|{\"3\": [\"IC\", 4]}|/3/1: expected a comment id (a string), found the number 4",
                "running-tasks.json|true|the whole document: expected an object of tasks by id, found true",
                "running-tasks.json|{\"t\": []}|/t: expected an object, found an array",
                "running-tasks.json|[{\"pid\": 1}]|/0/id: expected the task's id (a string)",
                "running-tasks.json|[{\"id\": \"t\"}, {\"id\": \"t\"}]|/1/id: expected another id: 't' stands in an earlier task",
                "pending-tasks.json|{}|the whole document: expected an array of tasks, found an object",
                "last-run.json|[]|the whole document: expected an object, found an array",
                ".bridge/processes.json|{\"p\": {\"record\": 1}}|/p/record: expected an object, found the number 1",
            })
    void aFileOfAnotherShapeIsRefusedWithItsPlaceAndNothingIsTouched(String file, String content, String place) {
        assertRefused(file, content, file + ": " + place + "; nothing was changed: correct the file and start again");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "issue-status.json|``|the file is empty",
                "processed-issues.json|[1, 2|line 1, column 6: the file ends in the middle",
                "running-tasks.json|{\"t\": {\"a\"|line 1, column 11: the file ends in the middle",
                "last-run.json|{} x|line 1, column 4: Unrecognized token 'x': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
                "pending-tasks.json|[] []|line 1, column 4: something follows the JSON value",
            })
    void aDamagedFileWithoutABackupIsRefusedAndNothingIsTouched(String file, String content, String why) {
        assertRefused(
                file,
                content,
                file + ": " + why + "; there is no " + file
                        + ".backup to stand in; nothing was changed: put a good copy in"
                        + " its place, or remove it to begin empty, and start again");
    }

    @Test
    void aDamagedBackupCantStandIn() {
        new StateDirectory(path).write("last-run.json.backup", "[]");
        assertRefused(
                "last-run.json",
                "{",
                "last-run.json: line 1, column 2: the file ends in the middle; last-run.json.backup can't stand in either (the"
                        + " whole document: expected an object, found an array); nothing was changed: put a good copy in its"
                        + " place, or remove it to begin empty, and start again");
    }

    /** One bad file among good and damaged ones: those are left alone as well. */
    private void assertRefused(String file, String content, String message) {
        StateDirectory directory = new StateDirectory(path);
        if (!file.equals("issue-status.json")) {
            directory.write("issue-status.json", "{\"iss").write("issue-status.json.backup", GOOD);
        }
        directory.write(file, content);
        Map<String, String> before = directory.snapshot();

        assertThatThrownBy(directory::store)
                .isInstanceOf(BridgeException.Corrupt.class)
                .hasMessage(message);

        assertThat(directory.snapshot()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"issues\": {\"1\": {\"sta", "{\"issues\": nul}"})
    void aDamagedFileIsReadFromItsBackupAndKept(String damaged) {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.write("issue-status.json", damaged).write("issue-status.json.backup", GOOD);

            assertThat(directory.store().read(RecordKey.issue(1)).image()).isNotNull();

            assertThat(directory.read(KEPT)).isEqualTo(damaged);
            assertThat(directory.store().notices())
                    .anyMatch(notice -> notice.startsWith("issue-status.json is damaged ("))
                    .contains("issue-status.json was damaged; the damaged content is kept as " + KEPT);
        }
    }

    @Test
    void damagedContentNeverBecomesTheBackup() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.write("issue-status.json", "{").write("issue-status.json.backup", GOOD);

            directory.run(new Operation.ResetIssue(1));

            assertThat(directory.read("issue-status.json.backup")).isEqualTo(GOOD);
            assertThat(directory.read("issue-status.json")).isEqualTo("{\n  \"issues\": {},\n  \"lastSync\": null\n}");
            directory.run(new Operation.ResetIssue(1));
            assertThat(directory.read("issue-status.json.backup")).isEqualTo(GOOD);
        }
    }

    @Test
    void aFileDamagedWhileRunningIsWrittenAgainFromMemory() {
        try (StateDirectory directory = new StateDirectory(path).write("issue-status.json", GOOD)) {
            directory.run(new Operation.AddProcessedIssue(4));
            directory.store().read(RecordKey.issue(1));
            directory.write("issue-status.json", "{\"issues\": {");

            assertThat(directory.store().read(RecordKey.issue(1)).image()).isNotNull();
            assertThat(directory.store().damage(StateCollection.ISSUES))
                    .isEqualTo("line 1, column 13: the file ends in the middle");
            assertThat(directory.store().damage(StateCollection.PROCESSED_ISSUES))
                    .isNull();
            directory.store().poll();

            assertThat(directory.store().damage(StateCollection.ISSUES)).isNull();
            assertThat(directory.read("issue-status.json")).isEqualTo(GOOD);
            assertThat(directory.read(KEPT)).isEqualTo("{\"issues\": {");
            assertThat(directory.store().notices())
                    .contains(
                            "issue-status.json was damaged by another program (line 1, column 13: the file ends in the"
                                    + " middle); its content is kept as " + KEPT
                                    + " and the last good state is written again");
        }
    }

    @Test
    void aFileThatItsWriterMendsIsDamagedNoLonger() {
        try (StateDirectory directory = new StateDirectory(path).write("issue-status.json", "{")) {
            directory.write("issue-status.json.backup", GOOD);
            assertThat(directory.store().damage(StateCollection.ISSUES))
                    .isEqualTo("line 1, column 2: the file ends in the middle");

            directory.write("issue-status.json", GOOD);

            assertThat(directory.store().damage(StateCollection.ISSUES)).isNull();
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> FileStateManager.open(FileOptions.of(Path.of("no", "such"))))
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessage("stateDirectory: 'no/such' is not a directory; name an existing one");
    }

    @Test
    void aDirectoryThatVanishesIsUnavailableAndNotEmpty() throws Exception {
        Path state = java.nio.file.Files.createDirectory(path.resolve("state"));
        try (StateDirectory directory = new StateDirectory(state).write("issue-status.json", GOOD)) {
            directory.store();
            java.nio.file.Files.move(state, path.resolve("elsewhere"));
            assertThatThrownBy(() -> directory.store().read(RecordKey.issue(1)))
                    .isInstanceOf(BridgeException.Unavailable.class)
                    .hasMessage("the state directory is not there any more; bring it back, or stop the bridge");
            java.nio.file.Files.move(path.resolve("elsewhere"), state);
            assertThat(directory.store().read(RecordKey.issue(1)).image()).isNotNull();
        }
    }

    @Test
    void leftoversOfDeadWritersAreReportedAndLeftAlone() {
        StateDirectory directory = new StateDirectory(path)
                .write("last-run.json.tmp.999999999.1", "{\"to")
                .write("issue-status.json.tmp", "{");
        directory.clock.set(java.time.Instant.now().plusSeconds(3600));
        try (directory) {
            assertThat(directory.store().notices())
                    .containsExactly(
                            "issue-status.json.tmp was left behind by a writer that is gone; delete it once nobody misses"
                                    + " its content",
                            "last-run.json.tmp.999999999.1 was left behind by a writer that is gone; delete it once nobody"
                                    + " misses its content");
            assertThat(directory.has("last-run.json.tmp.999999999.1")).isTrue();
        }
    }
}
