package poppo.bridge.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import poppo.bridge.legacy.LegacyFileStateManager;
import poppo.bridge.legacy.LegacyStatusManager;
import poppo.bridge.state.Json;

/** What the API served last, to be compared with what the legacy classes read from the directory of the stopped bridge. */
final class LegacyReading {
    private final ObjectNode served = Json.object();

    private LegacyReading() {}

    /** Takes down all that is served now. */
    static LegacyReading of(Api api) throws InterruptedException {
        LegacyReading reading = new LegacyReading();
        ObjectNode issues = reading.served.putObject("issue-status");
        String after = "0";
        while (after != null) {
            JsonNode page = done(api, "issues?limit=1000&after=" + after);
            issues.setAll((ObjectNode) page.path("issues"));
            after = page.path("next").isNull() ? null : page.path("next").asText();
        }
        for (String list :
                List.of("processed-issues", "processed-comments", "running-tasks", "pending-tasks", "last-run")) {
            reading.served.set(list, done(api, list));
        }
        return reading;
    }

    private static JsonNode done(Api api, String path) throws InterruptedException {
        Api.Reply reply = api.get(path);
        if (!reply.isDone()) {
            throw new AssertionError("GET " + path + ": " + reply.status() + " " + reply.problem());
        }
        return reply.body();
    }

    /** Reads a copy of {@code directory} as the legacy classes do, since these write when they start. */
    List<Finding> compare(Path directory, Path scratch) throws IOException {
        Files.createDirectories(scratch);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, scratch.resolve(file.getFileName()));
            }
        }
        LegacyFileStateManager files = LegacyFileStateManager.open(scratch);
        List<Finding> findings = new ArrayList<>();
        compare("issue-status", LegacyStatusManager.open(scratch).getAllStatuses(), findings);
        compare("processed-issues", files.loadProcessedIssues(), findings);
        compare("processed-comments", files.loadProcessedComments(), findings);
        compare("running-tasks", files.loadRunningTasks(), findings);
        compare("pending-tasks", files.loadPendingTasks(), findings);
        compare("last-run", files.loadLastRun(), findings);
        return findings;
    }

    private void compare(String name, JsonNode legacy, List<Finding> findings) {
        JsonNode expected = served.path(name);
        // Printed and parsed: the legacy classes have a form of their own for numbers.
        JsonNode read = Json.parse(legacy.toString());
        if (read.equals(expected)) {
            return;
        }
        List<String> different = new ArrayList<>();
        expected.fieldNames().forEachRemaining(field -> {
            if (!expected.path(field).equals(read.path(field))) {
                different.add(field + ": served " + expected.path(field) + ", in the file " + read.path(field));
            }
        });
        read.fieldNames().forEachRemaining(field -> {
            if (!expected.has(field)) {
                different.add(field + ": not served, in the file " + read.path(field));
            }
        });
        String text = different.isEmpty() ? "served " + expected + ", in the file " + read : different.toString();
        findings.add(new Finding(Finding.Kind.FILES_DIFFER, name + ".json: " + text));
    }
}
