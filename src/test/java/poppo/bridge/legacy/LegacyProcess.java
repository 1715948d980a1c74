package poppo.bridge.legacy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A legacy process in a JVM of its own, to be raced, stopped and killed; {@link #main} is what runs in it.
 *
 * <p>It runs one script of {@link LegacyScript} on one state directory, and prints to stdout one line
 * {@code ok <operation> <key>} when an operation has returned, before it begins the next. So what stands there was
 * acknowledged, also if the process is killed. What failed goes to stderr as {@code failed <operation> <key>: <why>}.
 */
public final class LegacyProcess implements AutoCloseable {
    /** The line on stderr that says that the class under test has started and has read its file. */
    static final String READY = "ready";

    private final Process process;
    private final Lines acknowledged = new Lines();
    private final Lines complaints = new Lines();

    private LegacyProcess(Process process) {
        this.process = process;
        listen("legacy-stdout-" + process.pid(), process.getInputStream(), acknowledged);
        listen("legacy-stderr-" + process.pid(), process.getErrorStream(), complaints);
    }

    /**
     * Runs a script; exits with 0 if every operation succeeded, 1 if one failed, 2 if the arguments are wrong.
     *
     * @param arguments the options that {@link LegacyScript} lists
     */
    public static void main(String[] arguments) {
        System.exit(LegacyScript.run(arguments));
    }

    /** Starts the mode's first script: {@code count} updates, or {@code count} running tasks. */
    public static LegacyProcess start(Path directory, String mode, int count, String id) {
        return start("--dir", directory.toString(), "--mode", mode, "--count", Integer.toString(count), "--id", id);
    }

    /** Starts a process with these options, on the current Java and class path. */
    public static LegacyProcess start(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", "-cp", System.getProperty("java.class.path")));
        command.add(LegacyProcess.class.getName());
        command.addAll(List.of(arguments));
        try {
            return new LegacyProcess(new ProcessBuilder(command).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For its pid, its exit code, and to kill it ({@link Process#destroyForcibly()}). */
    public Process process() {
        return process;
    }

    /** The lines on stdout so far; a line whose end never came is not among them. */
    public List<String> acknowledged() {
        return acknowledged.copy();
    }

    /** The lines on stderr so far, without {@code ready}. */
    public List<String> complaints() {
        return complaints.copy().stream().filter(line -> !line.equals(READY)).toList();
    }

    /** Waits until the legacy class has started, so that a StatusManager has read its file. */
    public LegacyProcess awaitReady(Duration atMost) {
        require(complaints.await(lines -> lines.contains(READY), atMost), "not ready");
        return this;
    }

    /** Waits until at least {@code count} operations were acknowledged. */
    public LegacyProcess awaitAcknowledged(int count, Duration atMost) {
        require(acknowledged.await(lines -> lines.size() >= count, atMost), "fewer than " + count + " acknowledged");
        return this;
    }

    /** Lets a process with {@code --paced} do its next operation, or a {@code hold} release its lock. */
    public void proceed() {
        try {
            OutputStream stdin = process.getOutputStream();
            stdin.write('\n');
            stdin.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits for the end, and until all its lines are captured.
     *
     * @return the exit code
     * @throws LegacyException if it has not ended in time
     */
    public int awaitExit(Duration atMost) {
        boolean drained = acknowledged.await(atMost) && complaints.await(atMost);
        require(drained && hasExited(atMost), "still running after " + atMost);
        return process.exitValue();
    }

    /** Kills it, if it still runs, as {@code kill -9} does. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public String toString() {
        return "legacy process " + process.pid() + ", acknowledged " + acknowledged() + ", complaints " + complaints();
    }

    private boolean hasExited(Duration atMost) {
        try {
            return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LegacyException("interrupted", e);
        }
    }

    private void require(boolean met, String otherwise) {
        if (!met) {
            throw new LegacyException(otherwise + ": " + this);
        }
    }

    private static void listen(String name, InputStream stream, Lines lines) {
        Thread thread = new Thread(() -> lines.readFrom(stream), name);
        thread.setDaemon(true);
        thread.start();
    }

    /** The complete lines of a stream, as they come. */
    private static final class Lines {
        private final List<String> lines = new ArrayList<>();
        private boolean closed;

        void readFrom(InputStream stream) {
            try (InputStream in = new BufferedInputStream(stream)) {
                ByteArrayOutputStream line = new ByteArrayOutputStream();
                for (int next = in.read(); next >= 0; next = in.read()) {
                    if (next == '\n') {
                        add(line.toString(StandardCharsets.UTF_8));
                        line.reset();
                    } else {
                        line.write(next);
                    }
                }
            } catch (IOException e) {
                add("lost the stream: " + e);
            } finally {
                close();
            }
        }

        private synchronized void add(String line) {
            lines.add(line);
            notifyAll();
        }

        private synchronized void close() {
            closed = true;
            notifyAll();
        }

        synchronized List<String> copy() {
            return List.copyOf(lines);
        }

        /** Waits for the end of the stream; false if it did not come in time. */
        boolean await(Duration atMost) {
            return await(soFar -> closed, atMost);
        }

        /** Waits for the condition; false if it was not met in time or before the stream ended. */
        synchronized boolean await(Predicate<List<String>> condition, Duration atMost) {
            long deadline = System.nanoTime() + atMost.toNanos();
            while (!condition.test(lines)) {
                long left = deadline - System.nanoTime();
                if (left <= 0 || closed) {
                    return false;
                }
                waitNanos(left);
            }
            return true;
        }

        private void waitNanos(long nanos) {
            try {
                TimeUnit.NANOSECONDS.timedWait(this, nanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LegacyException("interrupted", e);
            }
        }
    }
}
