package poppo.bridge.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.IntConsumer;

/** Runs command lines in this process and keeps what they print. Pauses take no time. */
public final class CommandRun {
    /** What came of it. */
    public record Outcome(int exitCode, String out, String err) {}

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Interrupts interrupts = new Interrupts();
    private Map<String, String> environment = Map.of();
    private int width;
    private final java.util.ArrayDeque<String> typed = new java.util.ArrayDeque<>();
    private IntConsumer onPause = count -> {};
    private int stopAfter = Integer.MAX_VALUE;
    private Pace pace = new Hasty();

    public static Outcome of(String... args) {
        return new CommandRun().run(args);
    }

    /** With the pauses that a command makes for users: one that only waits for a job must not take its processor. */
    public static Outcome inRealTime(String... args) {
        CommandRun run = new CommandRun();
        run.pace = Pace.SYSTEM;
        return run.run(args);
    }

    CommandRun onTerminal(int columns) {
        width = columns;
        return this;
    }

    /** What is typed when it is asked for. */
    CommandRun typing(String line) {
        typed.add(line);
        return this;
    }

    CommandRun with(Map<String, String> variables) {
        environment = variables;
        return this;
    }

    /** Does something in each pause, told its number from 1. */
    CommandRun onPause(IntConsumer action) {
        onPause = action;
        return this;
    }

    /** The thread is interrupted in the n-th pause. */
    CommandRun stopAfter(int pauses) {
        stopAfter = pauses;
        return this;
    }

    Interrupts interrupts() {
        return interrupts;
    }

    Outcome run(String... args) {
        Terminal terminal = Terminal.of(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment,
                width,
                typed::poll);
        int exitCode = Main.run(terminal, interrupts, pace, args);
        interrupts.finished();
        Thread.interrupted();
        return new Outcome(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** A clock that only pauses move. */
    private final class Hasty implements Pace {
        private long nanos;
        private int pauses;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void pause(Duration length) throws InterruptedException {
            nanos += length.toNanos();
            onPause.accept(++pauses);
            if (pauses >= stopAfter) {
                throw new InterruptedException();
            }
        }
    }
}
