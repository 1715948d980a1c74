package poppo.bridge.legacy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * PoppoBuilder's StatusManager, defects included: it reads {@code issue-status.json} once, and every change rewrites the
 * whole file from its memory, so it undoes what others wrote in between.
 *
 * <p>Threads may share one instance; they then interleave as asynchronous calls do in Node.js.
 */
public final class LegacyStatusManager {
    /** What {@code detectOrphanedIssues} takes for stale when it is not told. */
    public static final Duration ORPHAN_TIMEOUT = Duration.ofMinutes(5);

    private static final String FILE = "issue-status.json";
    private static final String ISSUES = "issues";
    private static final String STATUS = "status";
    private static final String START_TIME = "startTime";
    private static final String PROCESSING = "processing";
    private static final Pattern ISSUE_NUMBER = Pattern.compile("\\d{1,18}");
    private static final int BASE_36 = 36;
    private static final long NINE_DIGITS_IN_BASE_36 = 101_559_956_668_416L;

    private final Path file;
    private final Path requests;
    private final LegacyHost host;
    private final LegacyLock lock;
    private JsonNode memory;

    private LegacyStatusManager(Path directory, LegacyHost host) {
        this.file = directory.resolve(FILE);
        this.requests = directory.resolve("requests");
        this.host = host;
        this.lock = new LegacyLock(directory.resolve(FILE + ".lock"), LegacyLock.Manners.REMOVES_DEAD, host);
    }

    /** Starts one on this machine; see {@link #open(Path, LegacyHost)}. */
    public static LegacyStatusManager open(Path directory) {
        return open(directory, LegacyHost.here());
    }

    /**
     * Starts one, which loads the file. A file that is missing or cannot be parsed is replaced by an empty one, without
     * lock and without backup. A file without {@code issues} loads, but every later call fails.
     */
    public static LegacyStatusManager open(Path directory, LegacyHost host) {
        LegacyStatusManager manager = new LegacyStatusManager(directory, host);
        LegacyFiles.createDirectories(directory);
        manager.load();
        return manager;
    }

    private void load() {
        try {
            memory = LegacyJson.parse(LegacyFiles.read(file));
        } catch (IOException | LegacyException e) {
            memory = empty();
            save();
        }
    }

    private static ObjectNode empty() {
        ObjectNode state = LegacyJson.object();
        state.putObject(ISSUES);
        state.putNull("lastSync");
        return state;
    }

    public void updateStatus(long issue, String status) {
        updateStatus(issue, status, LegacyJson.object());
    }

    /**
     * Merges status, {@code lastUpdated} and the metadata's fields into the issue, then writes a label request.
     *
     * @throws LegacyException when the lock was not free for 5 s
     */
    public void updateStatus(long issue, String status, ObjectNode metadata) {
        JsonNode oldStatus = lock.holding(() -> {
            JsonNode before = merge(issue, status, metadata);
            save();
            return before;
        });
        requestLabels(issue, oldStatus, status);
    }

    /** Takes the issue, whoever holds it. */
    public void checkout(long issue, String processId, String taskType) {
        String now = host.now();
        ObjectNode fields = LegacyJson.object();
        fields.put("processId", processId);
        fields.set("pid", LegacyJson.number(host.pid()));
        fields.put(START_TIME, now);
        fields.put("lastHeartbeat", now);
        fields.put("taskType", taskType);
        fields.putObject("metadata").put("retryCount", 0).put("errorCount", 0);
        updateStatus(issue, PROCESSING, fields);
    }

    public void checkin(long issue) {
        checkin(issue, "completed", LegacyJson.object());
    }

    /**
     * Ends the work on an issue, whoever holds it.
     *
     * @throws LegacyException if this instance's memory has no such issue
     */
    public void checkin(long issue, String status, JsonNode result) {
        if (getStatus(issue) == null) {
            throw new LegacyException("Issue #" + issue + " not found in " + file);
        }
        ObjectNode fields = LegacyJson.object();
        fields.putNull("processId");
        fields.putNull("pid");
        fields.put("endTime", host.now());
        fields.putNull("lastHeartbeat");
        fields.set("result", result);
        updateStatus(issue, status, fields);
    }

    /** Renews {@code lastHeartbeat}; false, and nothing is written, unless the issue is {@code processing} in memory. */
    public boolean updateHeartbeat(long issue) {
        return lock.holding(() -> {
            boolean beaten = beat(issue);
            if (beaten) {
                save();
            }
            return beaten;
        });
    }

    /** Removes the issue's entry; no label request follows. */
    public void resetIssueStatus(long issue) {
        lock.holding(() -> {
            if (removed(issue)) {
                save();
            }
        });
    }

    /** A copy of the issue in memory, or null. */
    public synchronized JsonNode getStatus(long issue) {
        JsonNode entry = issues().get(Long.toString(issue));
        return entry == null || entry.isNull() ? null : entry.deepCopy();
    }

    /** A copy of all issues in memory, by number. */
    public synchronized ObjectNode getAllStatuses() {
        return issues().deepCopy();
    }

    /** The issues that are {@code processing} in memory, each with its {@code issueNumber} before its own fields. */
    public List<ObjectNode> getCurrentlyProcessing() {
        return processing(entry -> true);
    }

    /** As {@link #detectOrphanedIssues(Duration)} with 5 minutes. */
    public List<ObjectNode> detectOrphanedIssues() {
        return detectOrphanedIssues(ORPHAN_TIMEOUT);
    }

    /**
     * The issues that are {@code processing} in memory, were silent for longer than {@code timeout}, and whose pid does
     * not run on this host, wherever it was given. An issue that never had a heartbeat is not among them.
     */
    public List<ObjectNode> detectOrphanedIssues(Duration timeout) {
        Instant limit = host.ago(timeout);
        return processing(entry -> LegacyFiles.isBefore(entry.get("lastHeartbeat"), limit)
                && !host.running().test(entry.path("pid").asLong(-1)));
    }

    /**
     * {@code total}, {@code byStatus}, {@code byTaskType}, and {@code oldestProcessing}: null, or {@code issueNumber} and
     * {@code startTime}.
     */
    public synchronized ObjectNode getStatistics() {
        ObjectNode statistics = LegacyJson.object();
        statistics.put("total", issues().size());
        statistics.set("byStatus", counts(STATUS));
        statistics.set("byTaskType", counts("taskType"));
        statistics.set("oldestProcessing", oldestProcessing());
        return statistics;
    }

    private ObjectNode counts(String field) {
        ObjectNode counts = LegacyJson.object();
        for (String key : LegacyJson.keysInOrder(issues())) {
            JsonNode entry = issues().get(key);
            if (entry.path(field).isTextual()) {
                String value = entry.get(field).textValue();
                counts.put(value, counts.path(value).asInt() + 1);
            }
        }
        return counts;
    }

    private JsonNode oldestProcessing() {
        // ISO-8601 with milliseconds in UTC sorts as text.
        return getCurrentlyProcessing().stream()
                .filter(entry -> entry.path(START_TIME).isTextual())
                .min(Comparator.comparing(entry -> entry.get(START_TIME).textValue()))
                .<JsonNode>map(entry -> entry.retain("issueNumber", START_TIME))
                .orElse(NullNode.getInstance());
    }

    private synchronized List<ObjectNode> processing(Predicate<JsonNode> condition) {
        List<ObjectNode> found = new ArrayList<>();
        for (String key : LegacyJson.keysInOrder(issues())) {
            JsonNode entry = issues().get(key);
            if (isProcessing(entry) && condition.test(entry)) {
                ObjectNode numbered = LegacyJson.object();
                numbered.set("issueNumber", numberOf(key));
                found.add(LegacyFiles.merged(numbered, (ObjectNode) entry));
            }
        }
        return found;
    }

    /** As {@code parseInt}, whose NaN is printed as null. */
    private static JsonNode numberOf(String key) {
        return ISSUE_NUMBER.matcher(key).matches() ? LegacyJson.number(Long.parseLong(key)) : NullNode.getInstance();
    }

    private synchronized JsonNode merge(long issue, String status, ObjectNode metadata) {
        ObjectNode changes = LegacyJson.object();
        changes.put(STATUS, status);
        changes.put("lastUpdated", host.now());
        changes.setAll(metadata);
        JsonNode current = issues().path(Long.toString(issue));
        issues().set(Long.toString(issue), LegacyFiles.merged(current, changes));
        return current.path(STATUS);
    }

    private synchronized boolean beat(long issue) {
        JsonNode entry = issues().get(Long.toString(issue));
        if (!isProcessing(entry)) {
            return false;
        }
        ((ObjectNode) entry).put("lastHeartbeat", host.now());
        return true;
    }

    private synchronized boolean removed(long issue) {
        return issues().remove(Long.toString(issue)) != null;
    }

    private static boolean isProcessing(JsonNode entry) {
        return entry instanceof ObjectNode issue
                && PROCESSING.equals(issue.path(STATUS).textValue());
    }

    private ObjectNode issues() {
        if (memory.get(ISSUES) instanceof ObjectNode issues) {
            return issues;
        }
        throw new LegacyException("TypeError: the state loaded from " + file + " has no object 'issues'");
    }

    private void save() {
        Path temporary = file.resolveSibling(FILE + ".tmp");
        LegacyFiles.write(temporary, snapshot());
        host.reached(LegacyHost.Moment.TEMPORARY_WRITTEN, file);
        LegacyFiles.rename(temporary, file);
    }

    private synchronized byte[] snapshot() {
        return LegacyJson.bytes(memory);
    }

    private void requestLabels(long issue, JsonNode oldStatus, String newStatus) {
        long millis = host.millis();
        ObjectNode request = LegacyJson.object();
        request.put("requestId", "req-" + millis + "-" + random());
        request.put("timestamp", host.now());
        request.set("issueNumber", LegacyJson.number(issue));
        request.put("action", "update");
        addTo(request.putArray("addLabels"), labelOf(newStatus));
        addTo(request.putArray("removeLabels"), PROCESSING.equals(oldStatus.textValue()) ? PROCESSING : null);
        request.put("requestedBy", "StatusManager");
        request.put("processId", Long.toString(host.pid()));
        LegacyFiles.createDirectories(requests);
        // Two requests of one millisecond share this name, and the later one is all that is left.
        LegacyFiles.write(requests.resolve("label-update-" + millis + ".json"), LegacyJson.bytes(request));
    }

    private static void addTo(ArrayNode labels, String label) {
        if (label != null) {
            labels.add(label);
        }
    }

    private static String labelOf(String status) {
        return switch (status) {
            case PROCESSING, "awaiting-response", "error" -> status;
            case "completed" -> "awaiting-response";
            default -> null;
        };
    }

    private static String random() {
        return Long.toString(ThreadLocalRandom.current().nextLong(NINE_DIGITS_IN_BASE_36), BASE_36);
    }
}
