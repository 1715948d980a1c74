package poppo.bridge.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.legacy.LegacyException;
import poppo.bridge.legacy.LegacyStatusManager;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;

/** Eight writers on one directory, each on issues of its own, and how many acknowledged writes the file lacks afterwards. */
final class FileWriters extends Contest {
    private static final int ISSUES = 1000;
    private static final int WRITERS = 8;

    private final AtomicLong tokens = new AtomicLong();

    FileWriters() {
        super("file-writers");
    }

    /** Writes that into an issue; throws where it is not acknowledged. */
    @FunctionalInterface
    private interface Writer {
        void write(long issue, ObjectNode fields);
    }

    @Override
    void open() throws IOException {
        Path ours = newDirectory(ISSUES);
        ShadowStateManager bridge = keep(Bridges.open(ours, "redis://127.0.0.1:1", "default", Phase.FILE));
        side(
                "bridge",
                () -> round(
                        ours,
                        (issue, fields) -> Worker.execute(
                                bridge, new Operation.UpdateStatus(issue, fields.put("status", "processing")))));
        Path theirs = newDirectory(ISSUES);
        Path file = theirs.resolve("issue-status.json");
        byte[] content = Files.readAllBytes(file);
        side("legacy", () -> {
            // One that finds the file damaged empties it, and what is empty is quickly written.
            Files.write(file, content);
            return round(
                    theirs,
                    (issue, fields) -> LegacyStatusManager.open(theirs).updateStatus(issue, "processing", fields));
        });
    }

    private Map<String, Double> round(Path directory, Writer writer) throws Exception {
        Map<Long, String> acknowledged = new ConcurrentHashMap<>();
        Worker issues = new Worker(ISSUES, WRITERS);
        AtomicLong refused = new AtomicLong();
        Map<String, Double> measured = Meter.calls(WRITERS, thread -> {
            long issue = issues.next(thread);
            String token = "task-" + tokens.incrementAndGet();
            try {
                writer.write(issue, Json.object().put("taskId", token));
                acknowledged.put(issue, token);
            } catch (LegacyException | UncheckedIOException notAcknowledged) {
                // The lock was not free in time, or another writer has renamed this one's file away.
                refused.incrementAndGet();
            }
        });
        Map<String, Double> figures = new HashMap<>(measured);
        double done = measured.get("calls") - refused.get();
        figures.put("rate", measured.get("rate") * done / measured.get("calls"));
        figures.put("lost", (double) lost(directory, acknowledged));
        figures.put("lost in a hundred", 100.0 * figures.get("lost") / acknowledged.size());
        return figures;
    }

    private static long lost(Path directory, Map<Long, String> acknowledged) throws IOException {
        JsonNode issues = Json.parse(Files.readAllBytes(directory.resolve("issue-status.json")))
                .path("issues");
        return acknowledged.entrySet().stream()
                .filter(each -> !each.getValue()
                        .equals(issues.path(Long.toString(each.getKey()))
                                .path("taskId")
                                .asText()))
                .count();
    }

    @Override
    List<Goal> goals() {
        return List.of(
                new Goal(
                        "8 writers on one directory of 1,000 issues / legacy-style",
                        Unit.PER_SECOND,
                        Term.of("bridge", "rate"),
                        Bound.ratioAtLeast(50),
                        Term.of("legacy", "rate")),
                new Goal(
                        "of a hundred issues that they wrote, the last acknowledged write is lost",
                        Unit.COUNT,
                        Term.of("bridge", "lost in a hundred"),
                        Bound.atMost(0),
                        Term.of("legacy", "lost in a hundred")));
    }
}
