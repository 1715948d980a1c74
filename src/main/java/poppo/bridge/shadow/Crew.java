package poppo.bridge.shadow;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/** A few daemon threads for one bulk job; they go with it. */
final class Crew implements Ahead, AutoCloseable {
    private final ExecutorService threads;

    Crew(String name, int size) {
        threads = Executors.newFixedThreadPool(size, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public <T> Supplier<T> begin(Supplier<T> work) {
        Future<T> begun = threads.submit(work::get);
        return () -> result(begun);
    }

    private static <T> T result(Future<T> begun) {
        try {
            return begun.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** What is under way ends by itself; what has not begun never does. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
