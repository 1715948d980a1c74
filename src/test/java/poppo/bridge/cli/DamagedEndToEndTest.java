package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A directory that can't be understood: {@code serve} says where and what was expected, and touches nothing. */
@Timeout(120)
final class DamagedEndToEndTest {
    @TempDir
    Path home;

    private Path directory;

    @BeforeEach
    void copy() throws IOException {
        directory = EndToEndServe.copyOf("state-2025-06-24", home.resolve("state"));
    }

    /** Every entry of the directory with its content's digest and its inode. */
    private Map<String, String> snapshot() throws Exception {
        Map<String, String> snapshot = new TreeMap<>();
        try (Stream<Path> entries = Files.walk(directory)) {
            for (Path entry : entries.filter(each -> !each.equals(directory)).toList()) {
                String content = Files.isDirectory(entry)
                        ? "a directory"
                        : HexFormat.of()
                                .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                                        .digest(Files.readAllBytes(entry)));
                snapshot.put(
                        directory.relativize(entry).toString(), content + " " + Files.getAttribute(entry, "unix:ino"));
            }
        }
        return snapshot;
    }

    private void assertRefused(String said) throws Exception {
        Map<String, String> before = snapshot();
        EndToEndServe.Ended ended =
                EndToEndServe.run("--state-dir", directory.toString(), "--port", "0", "--phase", "redis-write");
        assertThat(ended.err()).isEqualTo("poppo-bridge: " + said + "\n");
        assertThat(ended.out()).isEmpty();
        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(snapshot()).isEqualTo(before);
        assertThat(directory.resolve(".bridge")).doesNotExist();
    }

    @Tag("nightly")
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "issue-status.json|[]|the whole document: expected an object {\"issues\": …, \"lastSync\": …}",
                "issue-status.json|{\"issues\": [{}]}|/issues: expected an object, found an array",
                "issue-status.json|{\"issues\": {\"1.5\": {}}}|/issues/1.5: expected an issue number as the key (1 to"
                        + " 9007199254740991, in plain decimal)",
                "issue-status.json|{\"issues\": {\"7\": \"processing\"}}|/issues/7: expected an object, found a string",
                "processed-issues.json|{\"1\": true}|the whole document: expected an array of issue numbers, found an object",
                "processed-issues.json|[1, \"2\"]|/1: expected an issue number (a whole number from 1 to 9007199254740991),"
                        + " found a string",
                "processed-comments.json|[\"IC_1\"]|the whole document: expected an object of issue numbers, found an array",
                "processed-comments.json|{\"3\": {\"IC\": 1}}|/3: expected an array of comment ids, found an object",
                "running-tasks.json|7|the whole document: expected an object of tasks by id, found the number 7",
                "running-tasks.json|[{\"type\": \"issue\"}]|/0/id: expected the task's id (a string)",
                "pending-tasks.json|{}|the whole document: expected an array of tasks, found an object",
                "last-run.json|null|the whole document: expected an object, found null",
            })
    void aFileOfAnotherShapeIsNamedWithItsPlace(String file, String content, String said) throws Exception {
        Files.writeString(directory.resolve(file), content);
        assertRefused(file + ": " + said + "; nothing was changed: correct the file and start again");
    }

    private void assertDamaged(String file, byte[] content, String why) throws Exception {
        Files.write(directory.resolve(file), content);
        assertRefused(file + ": " + why + "; there is no " + file
                + ".backup to stand in; nothing was changed: put a good copy in its place, or remove it to begin"
                + " empty, and start again");
    }

    @Test
    void anEmptyFileIsNotTakenForAnEmptyState() throws Exception {
        assertDamaged("issue-status.json", new byte[0], "the file is empty");
    }

    @Test
    void aFileCutOffInTheMiddleIsNamedWithLineAndColumn() throws Exception {
        byte[] whole = Files.readAllBytes(directory.resolve("running-tasks.json"));
        byte[] half = java.util.Arrays.copyOf(whole, whole.length / 2);
        long line = new String(half, StandardCharsets.UTF_8).lines().count();
        String last = new String(half, StandardCharsets.UTF_8).substring(lineStart(half));
        assertDamaged(
                "running-tasks.json",
                half,
                "line " + line + ", column " + (last.length() + 1) + ": the file ends in the middle");
    }

    private static int lineStart(byte[] text) {
        return new String(text, StandardCharsets.UTF_8).lastIndexOf('\n') + 1;
    }

    @Test
    void bytesThatAreNoUtf8AreNamedWithLineAndColumn() throws Exception {
        byte[] content = "{\n  \"t\": {\"x\": \"a?b\"}\n}".getBytes(StandardCharsets.US_ASCII);
        content[18] = (byte) 0xff;
        assertDamaged("running-tasks.json", content, "line 2, column 17: this is not UTF-8");
    }

    @Test
    void aSecondValueIsNotIgnored() throws Exception {
        assertDamaged(
                "pending-tasks.json",
                "[] []".getBytes(StandardCharsets.US_ASCII),
                "line 1, column 4: something follows the JSON value");
    }

    @Test
    void aDirectoryInAFilesPlaceIsNamed() throws Exception {
        Files.delete(directory.resolve("last-run.json"));
        Files.createDirectory(directory.resolve("last-run.json"));
        Map<String, String> before = snapshot();
        EndToEndServe.Ended ended = EndToEndServe.run("--state-dir", directory.toString(), "--port", "0");
        assertThat(ended.err()).hasLineCount(1).contains("last-run.json");
        assertThat(ended.exitCode()).isIn(2, 3);
        assertThat(snapshot()).isEqualTo(before);
    }

    /** What the bridge keeps for itself is treated no worse. */
    @Test
    void aStandingThatCantBeUnderstoodIsNoReasonToBeginAnew() throws Exception {
        Files.createDirectory(directory.resolve(".bridge"));
        Files.writeString(directory.resolve(".bridge/standing.json"), "{\"format\": 1, \"phase\": \"redis-onyl\"}");
        Map<String, String> before = snapshot();
        EndToEndServe.Ended ended = EndToEndServe.run("--state-dir", directory.toString(), "--port", "0");
        String last = ended.err().lines().reduce("", (any, line) -> line);
        assertThat(last)
                .startsWith("poppo-bridge: " + directory.resolve(".bridge/standing.json")
                        + ": phase: 'redis-onyl' is none of");
        assertThat(ended.exitCode()).isEqualTo(2);
        Map<String, String> after = snapshot();
        after.keySet().removeIf(name -> name.startsWith(".bridge/redis") || name.equals(".bridge/owner.lock"));
        assertThat(after).isEqualTo(before);
    }
}
