package poppo.bridge.legacy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * PoppoBuilder's FileStateManager, defects included: it breaks locks that are held for long, loses concurrent adds of
 * processed issues and comments, and takes a file that it cannot parse for an empty one.
 *
 * <p>It keeps nothing in memory, so threads may share one instance.
 */
public final class LegacyFileStateManager {
    /** What {@code cleanupStaleRunningTasks} takes for stale when it is not told. */
    public static final Duration TASK_MAX_AGE = Duration.ofHours(24);

    private static final String PROCESSED_ISSUES = "processed-issues.json";
    private static final String PROCESSED_COMMENTS = "processed-comments.json";
    private static final String RUNNING_TASKS = "running-tasks.json";
    private static final String PENDING_TASKS = "pending-tasks.json";
    private static final String LAST_RUN = "last-run.json";
    private static final String START_TIME = "startTime";
    private static final Map<String, String> EMPTY = Map.of(
            PROCESSED_ISSUES, "[]",
            PROCESSED_COMMENTS, "{}",
            RUNNING_TASKS, "{}",
            PENDING_TASKS, "[]",
            LAST_RUN, "{}");

    private final Path directory;
    private final LegacyHost host;

    private LegacyFileStateManager(Path directory, LegacyHost host) {
        this.directory = directory;
        this.host = host;
    }

    /** Starts one on this machine; see {@link #open(Path, LegacyHost)}. */
    public static LegacyFileStateManager open(Path directory) {
        return open(directory, LegacyHost.here());
    }

    /**
     * Starts one, which replaces every file of its five that is missing or cannot be parsed by an empty one, without
     * lock; the damaged text is then in the {@code .backup}.
     */
    public static LegacyFileStateManager open(Path directory, LegacyHost host) {
        LegacyFileStateManager manager = new LegacyFileStateManager(directory, host);
        LegacyFiles.createDirectories(directory.resolve(".locks"));
        EMPTY.keySet().forEach(manager::initialize);
        return manager;
    }

    private void initialize(String file) {
        try {
            LegacyJson.parse(LegacyFiles.read(directory.resolve(file)));
        } catch (IOException | LegacyException e) {
            write(file, empty(file));
        }
    }

    /** The issue numbers, each once, in insertion order. */
    public ArrayNode loadProcessedIssues() {
        return asSet(load(PROCESSED_ISSUES));
    }

    public void saveProcessedIssues(ArrayNode issues) {
        save(PROCESSED_ISSUES, asSet(issues));
    }

    public JsonNode loadProcessedComments() {
        return load(PROCESSED_COMMENTS);
    }

    public void saveProcessedComments(JsonNode comments) {
        save(PROCESSED_COMMENTS, comments);
    }

    public JsonNode loadRunningTasks() {
        return load(RUNNING_TASKS);
    }

    public void saveRunningTasks(JsonNode tasks) {
        save(RUNNING_TASKS, tasks);
    }

    public JsonNode loadPendingTasks() {
        return load(PENDING_TASKS);
    }

    public void savePendingTasks(JsonNode tasks) {
        save(PENDING_TASKS, tasks);
    }

    public JsonNode loadLastRun() {
        return load(LAST_RUN);
    }

    /** Writes the info with {@code timestamp} = now. */
    public void saveLastRun(ObjectNode info) {
        save(LAST_RUN, stamped(info, "timestamp"));
    }

    /** Adds a number, unless another process adds one between this one's read and write: then one of both is lost. */
    public void addProcessedIssue(long issue) {
        ArrayNode issues = loadProcessedIssues();
        host.reached(LegacyHost.Moment.READ_AND_RELEASED, directory.resolve(PROCESSED_ISSUES));
        issues.add(LegacyJson.number(issue));
        saveProcessedIssues(issues);
    }

    /** Adds a comment's id, with the same gap between read and write. */
    public void addProcessedComment(long issue, String comment) {
        JsonNode comments = loadProcessedComments();
        host.reached(LegacyHost.Moment.READ_AND_RELEASED, directory.resolve(PROCESSED_COMMENTS));
        if (comments instanceof ObjectNode byIssue) {
            String key = Long.toString(issue);
            ArrayNode ids = byIssue.get(key) instanceof ArrayNode known ? known : byIssue.putArray(key);
            byIssue.set(key, asSet(ids.add(comment)));
        }
        saveProcessedComments(comments);
    }

    /**
     * Puts a task with {@code startTime} = now. If the file holds an array the task is lost without an error: JavaScript
     * hangs it on the array as a property, and prints the array without it.
     */
    public void addRunningTask(String id, ObjectNode info) {
        changeTasks(tasks -> tasks.set(id, stamped(info, START_TIME)));
    }

    /** Removes a task; an array stays as it is. */
    public void removeRunningTask(String id) {
        changeTasks(tasks -> tasks.remove(id));
    }

    /** As {@link #cleanupStaleRunningTasks(Duration)} with 24 hours. */
    public List<String> cleanupStaleRunningTasks() {
        return cleanupStaleRunningTasks(TASK_MAX_AGE);
    }

    /** Removes the tasks that started more than {@code maxAge} ago, alive or not, and returns their ids. */
    public List<String> cleanupStaleRunningTasks(Duration maxAge) {
        Instant limit = host.ago(maxAge);
        List<String> stale = new ArrayList<>();
        changeTasks(tasks -> {
            for (Map.Entry<String, JsonNode> task : tasks.properties()) {
                if (LegacyFiles.isBefore(task.getValue().get(START_TIME), limit)) {
                    stale.add(task.getKey());
                }
            }
            return tasks.remove(stale);
        });
        return stale;
    }

    private void changeTasks(Function<ObjectNode, JsonNode> change) {
        lock(RUNNING_TASKS).holding(() -> {
            JsonNode tasks = read(RUNNING_TASKS);
            if (tasks instanceof ObjectNode byId) {
                change.apply(byId);
            }
            write(RUNNING_TASKS, tasks);
        });
    }

    /**
     * Becomes the one cron process of the directory: false while the pid in {@code poppo-node.lock} runs on this host,
     * also if it is the own one.
     */
    public boolean acquireProcessLock() {
        Path file = processLock();
        if (isHeld(file)) {
            return false;
        }
        try {
            Files.deleteIfExists(file);
            Files.write(file, LegacyJson.bytes(holder()), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives the directory free again, if the lock is the own one. */
    public void releaseProcessLock() {
        try {
            if (holderPid(processLock()) == host.pid()) {
                Files.deleteIfExists(processLock());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path processLock() {
        return directory.resolve("poppo-node.lock");
    }

    private boolean isHeld(Path file) {
        try {
            return host.running().test(holderPid(file));
        } catch (IOException e) {
            return false;
        }
    }

    private static long holderPid(Path file) throws IOException {
        try {
            return LegacyJson.parse(LegacyFiles.read(file)).path("pid").asLong(-1);
        } catch (NoSuchFileException | LegacyException e) {
            return -1;
        }
    }

    private ObjectNode holder() {
        ObjectNode holder = LegacyJson.object();
        holder.set("pid", LegacyJson.number(host.pid()));
        holder.put(START_TIME, host.now());
        holder.put("hostname", hostname());
        return holder;
    }

    private static String hostname() {
        try {
            // Asked first because the resolver behind InetAddress may wait for a name server.
            return Files.readString(Path.of("/proc/sys/kernel/hostname"), StandardCharsets.UTF_8)
                    .strip();
        } catch (IOException notLinux) {
            return InetAddress.getLoopbackAddress().getHostName();
        }
    }

    private JsonNode load(String file) {
        return lock(file).holding(() -> read(file));
    }

    private void save(String file, JsonNode value) {
        lock(file).holding(() -> write(file, value));
    }

    private LegacyLock lock(String file) {
        return new LegacyLock(
                directory.resolve(".locks").resolve(file + ".lock"), LegacyLock.Manners.BREAKS_WHEN_LATE, host);
    }

    private JsonNode read(String file) {
        try {
            return LegacyJson.parse(LegacyFiles.read(directory.resolve(file)));
        } catch (IOException | LegacyException e) {
            return empty(file);
        }
    }

    private static JsonNode empty(String file) {
        return LegacyJson.parse(EMPTY.get(file));
    }

    private void write(String file, JsonNode value) {
        Path target = directory.resolve(file);
        Path temporary = directory.resolve(file + ".tmp." + host.pid() + "." + host.millis());
        LegacyFiles.write(temporary, LegacyJson.bytes(value));
        host.reached(LegacyHost.Moment.TEMPORARY_WRITTEN, target);
        backUp(target);
        LegacyFiles.rename(temporary, target);
    }

    private static void backUp(Path target) {
        Path backup = target.resolveSibling(target.getFileName() + ".backup");
        try {
            Files.write(backup, Files.readAllBytes(target));
        } catch (NoSuchFileException e) {
            // The first write of a file has nothing to back up.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ObjectNode stamped(ObjectNode info, String field) {
        return LegacyFiles.merged(info, LegacyJson.object().put(field, host.now()));
    }

    /** {@code Array.from(new Set(value))}, or empty if the value is no array. Equal numbers may be written differently. */
    private static ArrayNode asSet(JsonNode value) {
        ArrayNode result = LegacyJson.array();
        Set<String> seen = new HashSet<>();
        if (value.isArray()) {
            value.forEach(element -> {
                if (seen.add(LegacyJson.print(element))) {
                    result.add(element);
                }
            });
        }
        return result;
    }
}
