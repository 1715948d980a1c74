package poppo.bridge.legacy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * The scripts of a {@link LegacyProcess}.
 *
 * <pre>
 * --dir D         the state directory
 * --mode M        status (LegacyStatusManager) or files (LegacyFileStateManager)
 * --script S      status: update (the first is what runs if none is named), cycle, checkout, heartbeat, reset
 *                 files:  running-tasks, running-cycle, processed-issues, processed-comments, pending-tasks, last-run
 *                 both:   hold, which takes the lock of --file and releases it when a line comes on stdin
 * --count N       how many rounds, 1 if not given
 * --id X          what the process calls itself: the processId, and the start of its task and comment ids
 * --first N       the first round's issue number, 1 if not given
 * --step N        what each round adds to it, 1 if not given; with 0 all rounds are about one issue
 * --pause-ms N    a pause after each round
 * --paced true    each round waits for a line on stdin, so that processes take turns
 * --file F        for hold; issue-status.json or running-tasks.json if not given
 * </pre>
 */
final class LegacyScript {
    private static final Set<String> OPTIONS =
            Set.of("dir", "mode", "script", "count", "id", "first", "step", "pause-ms", "paced", "file");
    private static final int WRONG_ARGUMENTS = 2;
    private static final String STATUS = "status";
    private static final String FILES = "files";

    private final Map<String, String> options;
    private final String id;
    private final long count;
    private final long first;
    private final long step;
    private final long pauseMillis;
    private final Map<String, IntConsumer> scripts = new LinkedHashMap<>();
    private final OutputStream stdout = new FileOutputStream(FileDescriptor.out);
    private boolean failed;

    private LegacyScript(Map<String, String> options) {
        this.options = options;
        this.id = options.getOrDefault("id", "legacy");
        this.count = number("count", 1);
        this.first = number("first", 1);
        this.step = number("step", 1);
        this.pauseMillis = number("pause-ms", 0);
    }

    /** Runs what the arguments ask for, and returns the exit code. */
    static int run(String[] arguments) {
        LegacyScript script;
        IntConsumer rounds;
        try {
            script = new LegacyScript(parse(arguments));
            rounds = script.open();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return WRONG_ARGUMENTS;
        }
        System.err.println(LegacyProcess.READY);
        script.run(rounds);
        return script.failed ? 1 : 0;
    }

    private static Map<String, String> parse(String[] arguments) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            String name = arguments[i].replaceFirst("^--", "");
            if (!OPTIONS.contains(name) || i + 1 == arguments.length) {
                throw new IllegalArgumentException("unknown option or no value: " + arguments[i]);
            }
            options.put(name, arguments[i + 1]);
        }
        return options;
    }

    private IntConsumer open() {
        String directory = options.get("dir");
        if (directory == null) {
            throw new IllegalArgumentException("--dir is missing");
        }
        String mode = options.getOrDefault("mode", "");
        switch (mode) {
            case STATUS -> openStatus(Path.of(directory));
            case FILES -> openFiles(Path.of(directory));
            default -> throw new IllegalArgumentException("--mode must be status or files, not '" + mode + "'");
        }
        String first = scripts.keySet().iterator().next();
        IntConsumer script = scripts.get(options.getOrDefault("script", first));
        if (script == null) {
            throw new IllegalArgumentException("--script must be one of " + scripts.keySet());
        }
        return script;
    }

    private void openStatus(Path directory) {
        LegacyStatusManager manager = LegacyStatusManager.open(directory);
        scripts.put("update", round -> update(manager, round));
        scripts.put("cycle", round -> cycle(manager, issue(round)));
        scripts.put("checkout", round -> checkout(manager, issue(round)));
        scripts.put("heartbeat", round -> heartbeat(manager, issue(round)));
        scripts.put("reset", round -> reset(manager, issue(round)));
        String file = options.getOrDefault("file", "issue-status.json");
        scripts.put("hold", round -> hold(directory.resolve(file + ".lock"), LegacyLock.Manners.REMOVES_DEAD));
    }

    private void openFiles(Path directory) {
        LegacyFileStateManager manager = LegacyFileStateManager.open(directory);
        scripts.put("running-tasks", round -> addTask(manager, round));
        scripts.put("running-cycle", round -> taskCycle(manager, round));
        scripts.put("processed-issues", round -> addIssue(manager, issue(round)));
        scripts.put("processed-comments", round -> addComment(manager, round));
        scripts.put("pending-tasks", round -> savePending(manager, round));
        scripts.put("last-run", round -> saveLastRun(manager, round));
        Path locks = directory.resolve(".locks");
        String file = options.getOrDefault("file", "running-tasks.json");
        scripts.put("hold", round -> hold(locks.resolve(file + ".lock"), LegacyLock.Manners.BREAKS_WHEN_LATE));
    }

    private void run(IntConsumer round) {
        boolean paced = Boolean.parseBoolean(options.get("paced"));
        for (int i = 0; i < count; i++) {
            if (paced && !lineCame()) {
                return;
            }
            round.accept(i);
            pause();
        }
    }

    private void update(LegacyStatusManager manager, int round) {
        ObjectNode metadata = LegacyJson.object().put("processId", id).put("round", round);
        acknowledge(
                "update", key(issue(round)), () -> manager.updateStatus(issue(round), "awaiting-response", metadata));
    }

    private void cycle(LegacyStatusManager manager, long issue) {
        checkout(manager, issue);
        heartbeat(manager, issue);
        acknowledge("checkin", key(issue), () -> manager.checkin(issue));
    }

    private void checkout(LegacyStatusManager manager, long issue) {
        acknowledge("checkout", key(issue), () -> manager.checkout(issue, id, "issue"));
    }

    private void heartbeat(LegacyStatusManager manager, long issue) {
        acknowledge("heartbeat", key(issue), () -> {
            if (!manager.updateHeartbeat(issue)) {
                throw new LegacyException("not processing");
            }
        });
    }

    private void reset(LegacyStatusManager manager, long issue) {
        acknowledge("reset", key(issue), () -> manager.resetIssueStatus(issue));
    }

    private void addTask(LegacyFileStateManager manager, int round) {
        ObjectNode task = LegacyJson.object().put("type", "issue");
        task.set("issueNumber", LegacyJson.number(issue(round)));
        task.set("pid", LegacyJson.number(ProcessHandle.current().pid()));
        acknowledge("add-running-task", ownKey(round), () -> manager.addRunningTask(ownKey(round), task));
    }

    private void taskCycle(LegacyFileStateManager manager, int round) {
        addTask(manager, round);
        acknowledge("remove-running-task", ownKey(round), () -> manager.removeRunningTask(ownKey(round)));
    }

    private void addIssue(LegacyFileStateManager manager, long issue) {
        acknowledge("add-processed-issue", key(issue), () -> manager.addProcessedIssue(issue));
    }

    private void addComment(LegacyFileStateManager manager, int round) {
        long issue = issue(round);
        String key = issue + "/" + ownKey(round);
        acknowledge("add-processed-comment", key, () -> manager.addProcessedComment(issue, ownKey(round)));
    }

    private void savePending(LegacyFileStateManager manager, int round) {
        ObjectNode task = LegacyJson.object().put("type", "issue").put("id", ownKey(round));
        acknowledge(
                "save-pending-tasks",
                ownKey(round),
                () -> manager.savePendingTasks(LegacyJson.array().add(task)));
    }

    private void saveLastRun(LegacyFileStateManager manager, int round) {
        ObjectNode info = LegacyJson.object().put("by", ownKey(round));
        acknowledge("save-last-run", ownKey(round), () -> manager.saveLastRun(info));
    }

    private void hold(Path file, LegacyLock.Manners manners) {
        LegacyLock lock = new LegacyLock(file, manners, LegacyHost.here());
        String key = file.getFileName().toString();
        acknowledge("hold", key, lock::acquire);
        if (lineCame()) {
            acknowledge("release", key, lock::release);
        }
    }

    private long issue(int round) {
        return first + round * step;
    }

    private static String key(long issue) {
        return Long.toString(issue);
    }

    private String ownKey(int round) {
        return id + "-" + round;
    }

    private long number(String option, long otherwise) {
        String value = options.get(option);
        return value == null ? otherwise : Long.parseLong(value);
    }

    private void acknowledge(String operation, String key, Runnable work) {
        try {
            work.run();
        } catch (LegacyException | UncheckedIOException e) {
            failed = true;
            System.err.println("failed " + operation + " " + key + ": " + e.getMessage());
            return;
        }
        say("ok " + operation + " " + key);
    }

    /** One write for the whole line, so that a killed process leaves no half of one. */
    private void say(String line) {
        try {
            stdout.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean lineCame() {
        try {
            int next = System.in.read();
            while (next >= 0 && next != '\n') {
                next = System.in.read();
            }
            return next == '\n';
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(pauseMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
