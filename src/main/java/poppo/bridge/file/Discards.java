package poppo.bridge.file;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Frees files that were replaced, off the path of whoever waits for the replacement: the system takes about as long to
 * free some megabytes as to write them. At most one file waits here; the next one frees it, should the executor be late.
 */
final class Discards {
    private final Executor executor;
    private final AtomicReference<@Nullable Closeable> waiting = new AtomicReference<>();

    Discards(Executor executor) {
        this.executor = executor;
    }

    /** @param held the last that keeps a file which has no name any more */
    void add(Closeable held) {
        free(waiting.getAndSet(held));
        try {
            executor.execute(this::freeNow);
        } catch (RejectedExecutionException closed) {
            freeNow();
        }
    }

    private void freeNow() {
        free(waiting.getAndSet(null));
    }

    private static void free(@Nullable Closeable held) {
        try {
            if (held != null) {
                held.close();
            }
        } catch (IOException e) {
            System.getLogger(FileStateManager.class.getName())
                    .log(System.Logger.Level.WARNING, "could not close a replaced file: " + Reasons.of(e));
        }
    }
}
