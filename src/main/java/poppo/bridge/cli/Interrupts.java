package poppo.bridge.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What Ctrl-C does while long work is under way: it is asked to stop, and the process waits a moment for the command to
 * say where it stopped. Without such work, and after the end, a signal just ends the process. Thread-safe.
 */
final class Interrupts {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean ending;
    private @Nullable Runnable stop;

    /** Makes the signals of the process arrive here; the JVM then exits with 128 + the signal's number, 130 for Ctrl-C. */
    void listen() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::interrupt, "interrupted"));
    }

    /** From now on an interrupt runs {@code stop}; null ends that. */
    synchronized void stopBy(@Nullable Runnable stop) {
        this.stop = stop;
    }

    /** The command has said all it had to say. */
    void finished() {
        finished.countDown();
    }

    /** Whether a signal is ending the process, whose exit code is the signal's then. */
    boolean isEnding() {
        return ending;
    }

    /** Stops the work under way, and waits until the command has finished. */
    void interrupt() {
        ending = true;
        Runnable work = current();
        if (work == null || finished.getCount() == 0) {
            return;
        }
        try {
            work.run();
            finished.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable Runnable current() {
        return stop;
    }
}
