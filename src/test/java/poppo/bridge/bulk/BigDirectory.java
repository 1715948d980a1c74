package poppo.bridge.bulk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import poppo.bridge.state.Json;

/**
 * Makes a state directory of any size, the same for the same seed, in memory that doesn't grow with it. The issues have
 * the fields of real ones; one in fifty is being processed.
 */
public final class BigDirectory {
    private static final List<String> STATUSES = List.of("completed", "awaiting-response", "error", "completed");
    private static final int PROCESSING_ONE_IN = 50;
    private static final int COMMENTS_ONE_IN = 20;

    private final Path directory;
    private final int issues;
    private final long seed;

    public BigDirectory(Path directory, int issues, long seed) {
        this.directory = directory;
        this.issues = issues;
        this.seed = seed;
    }

    /** How many records it holds in all. */
    long records() {
        return issues + issues / 2 + issues / COMMENTS_ONE_IN;
    }

    public void make() throws IOException {
        write("issue-status.json", this::issues);
        write("processed-issues.json", this::processed);
        write("processed-comments.json", this::comments);
    }

    private interface Body {
        void to(Writer out) throws IOException;
    }

    private void write(String file, Body body) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(directory.resolve(file))) {
            body.to(out);
        }
    }

    private void issues(Writer out) throws IOException {
        Random random = new Random(seed);
        out.write("{\n  \"issues\": {");
        for (int number = 1; number <= issues; number++) {
            StringBuilder text = new StringBuilder(number == 1 ? "\n    \"" : ",\n    \"");
            text.append(number).append("\": ");
            Json.appendPretty(text, issue(number, random), 2);
            out.append(text);
        }
        out.write("\n  },\n  \"lastSync\": \"2025-06-24T11:59:58.000Z\"\n}");
    }

    static ObjectNode issue(int number, Random random) {
        boolean processing = random.nextInt(PROCESSING_ONE_IN) == 0;
        String time = time(random);
        ObjectNode issue = Json.object();
        issue.put("status", processing ? "processing" : STATUSES.get(random.nextInt(STATUSES.size())));
        if (processing) {
            issue.put("processId", "issue-" + number + "-" + random.nextInt(1000));
            issue.set("pid", Json.number(1000 + random.nextInt(60000)));
            issue.put("lastHeartbeat", time);
        } else {
            issue.putNull("processId");
            issue.putNull("pid");
            issue.putNull("lastHeartbeat");
            issue.put("endTime", time);
        }
        issue.put("startTime", time(random));
        issue.put("taskType", random.nextBoolean() ? "claude-cli" : "dogfooding");
        issue.put("lastUpdated", time);
        ObjectNode metadata = issue.putObject("metadata");
        metadata.set("retryCount", Json.number(random.nextInt(4)));
        metadata.set("errorCount", Json.number(random.nextInt(3)));
        return issue;
    }

    private static String time(Random random) {
        return "2025-06-%02dT%02d:%02d:%02d.%03dZ"
                .formatted(
                        1 + random.nextInt(28),
                        random.nextInt(24),
                        random.nextInt(60),
                        random.nextInt(60),
                        random.nextInt(1000));
    }

    private void processed(Writer out) throws IOException {
        out.write("[");
        for (int i = 0; i < issues / 2; i++) {
            // Every second one, not in the order of the numbers.
            int number = 1 + 2 * (int) ((i * 7919L) % (issues / 2));
            out.write((i == 0 ? "\n  " : ",\n  ") + number);
        }
        out.write(issues < 2 ? "]" : "\n]");
    }

    private void comments(Writer out) throws IOException {
        out.write("{");
        for (int i = 1; i <= issues / COMMENTS_ONE_IN; i++) {
            int number = i * COMMENTS_ONE_IN;
            out.write((i == 1 ? "\n  \"" : ",\n  \"") + number + "\": [\n    \"IC_" + number + "a\",\n    \"IC_"
                    + number + "b\"\n  ]");
        }
        out.write(issues < COMMENTS_ONE_IN ? "}" : "\n}");
    }
}
