package poppo.bridge.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** Clients that work all the time, but for the pauses in which everything is looked at. */
final class Load implements AutoCloseable {
    private static final int SHARED_ISSUES = 3;

    private final List<Thread> threads = new ArrayList<>();
    private final Object monitor = new Object();
    private int working;
    private boolean paused = true;
    private boolean ended;
    private volatile Throwable failure;

    /**
     * @param sure for how long a client surely counts as alive after a sign of life
     */
    Load(int clients, Api api, Records records, History history, long seed, Duration sure) {
        List<Long> shared =
                LongStream.range(60_000, 60_000 + SHARED_ISSUES).boxed().toList();
        shared.forEach(records::knowIssue);
        for (int i = 0; i < clients; i++) {
            Worker worker = new Worker(i, api, records, history, seed, sure, shared);
            Thread thread = new Thread(() -> work(worker), "client-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void work(Worker worker) {
        try {
            while (begin()) {
                try {
                    worker.act();
                } finally {
                    finish();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    /** @return false when it is over */
    private boolean begin() throws InterruptedException {
        synchronized (monitor) {
            while (paused && !ended) {
                monitor.wait();
            }
            if (!ended) {
                working++;
            }
            return !ended;
        }
    }

    private void finish() {
        synchronized (monitor) {
            working--;
            monitor.notifyAll();
        }
    }

    void resume() {
        synchronized (monitor) {
            paused = false;
            monitor.notifyAll();
        }
    }

    /** Returns when no call is under way any more. */
    void pause() throws InterruptedException {
        synchronized (monitor) {
            paused = true;
            while (working > 0) {
                monitor.wait(TimeUnit.SECONDS.toMillis(1));
            }
        }
        requireHealthy();
    }

    /** A client that failed in a way that no fault explains. */
    void requireHealthy() {
        if (failure != null) {
            throw new AssertionError("a client failed", failure);
        }
    }

    @Override
    public void close() {
        synchronized (monitor) {
            ended = true;
            monitor.notifyAll();
        }
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(60));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
