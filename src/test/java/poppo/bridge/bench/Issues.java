package poppo.bridge.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import poppo.bridge.legacy.LegacyJson;
import poppo.bridge.state.Json;

/** State directories of issues that are like those of the real ones. */
final class Issues {
    /** The file system that the build is on: a temporary directory is often in memory, where an fsync costs nothing. */
    private static final Path PARENT = Path.of(System.getProperty("bench.directory", "target"));

    private Issues() {}

    static Path newEmptyDirectory() throws IOException {
        Files.createDirectories(PARENT);
        return Files.createTempDirectory(PARENT.toAbsolutePath(), "bench-state-");
    }

    static Path newDirectory(int count) throws IOException {
        Path directory = newEmptyDirectory();
        ObjectNode state = Json.object();
        ObjectNode issues = state.putObject("issues");
        for (int number = 1; number <= count; number++) {
            issues.set(Integer.toString(number), issue(number));
        }
        state.put("lastSync", "2025-06-24T11:59:58.000Z");
        Files.write(directory.resolve("issue-status.json"), LegacyJson.bytes(state));
        return directory;
    }

    static ObjectNode issue(int number) {
        String time =
                "2025-06-24T%02d:%02d:%02d.%03dZ".formatted(number % 24, number % 60, number / 60 % 60, number % 1000);
        ObjectNode issue = Json.object();
        issue.put("status", List.of("completed", "awaiting-response", "error").get(number % 3));
        issue.put("lastUpdated", time);
        issue.putNull("processId");
        issue.putNull("pid");
        issue.put("startTime", time);
        issue.putNull("lastHeartbeat");
        issue.put("taskType", "comment-response");
        issue.putObject("metadata").put("retryCount", 0).put("errorCount", 0);
        issue.put("endTime", time);
        issue.putObject("result").put("error", "errors.process.cannotExecute").put("taskType", "comment-response");
        return issue;
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
