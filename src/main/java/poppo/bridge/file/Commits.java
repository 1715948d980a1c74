package poppo.bridge.file;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;

/**
 * Group commit on one document. Callers queue up; the first of them takes the legacy lock, decides for all, writes once,
 * and answers everybody. Whoever comes meanwhile forms the next batch. There is no thread of its own, and no more waits
 * here than there are callers.
 */
final class Commits {
    private static final int ATTEMPTS = 10;

    /**
     * A legacy process polls for the lock every 100 ms for 5 s. So however busy the bridge is, it leaves the lock free for
     * longer than such a turn now and then.
     */
    private static final long GAP = Duration.ofMillis(110).toNanos();

    private static final long LONGEST_WITHOUT_GAP = Duration.ofSeconds(2).toNanos();

    private final Document document;
    private final Site site;
    private final LegacyLock lock;

    private final List<Task<?>> waiting = new ArrayList<>();
    private boolean led;
    private long released;
    private long lastGap;

    Commits(Document document, Site site) {
        this.document = document;
        this.site = site;
        this.lock = site.lockOf(document.file());
        this.released = site.ticker().nanoTime() - GAP;
        this.lastGap = released;
    }

    /** Runs {@code work} in a batch and returns what it returned once the batch is durable. */
    <T extends @Nullable Object> T run(Function<Batch, T> work) {
        return submit(new Task<>(work, false));
    }

    /** Writes the file if it lacks anything that the memory holds. */
    void catchUp() {
        submit(new Task<>(batch -> true, true));
    }

    private <T extends @Nullable Object> T submit(Task<T> task) {
        if (!isDoneByOthers(task)) {
            lead();
        }
        return task.outcome();
    }

    /** Queues the task and waits until it is done, or until it is on the caller to lead. */
    private synchronized boolean isDoneByOthers(Task<?> task) {
        waiting.add(task);
        boolean interrupted = false;
        while (led && !task.done) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        led |= !task.done;
        return task.done;
    }

    private synchronized void gather(List<Task<?>> batch) {
        batch.addAll(waiting);
        waiting.clear();
    }

    private synchronized void dismiss(List<Task<?>> batch) {
        led = false;
        batch.forEach(task -> task.done = true);
        notifyAll();
    }

    private void lead() {
        List<Task<?>> batch = new ArrayList<>();
        // An interrupt of one caller is not to cut short what the others wait for.
        boolean interrupted = Thread.interrupted();
        try {
            commit(batch);
        } catch (RuntimeException | Error e) {
            if (batch.isEmpty()) {
                // The lock could not be had: whoever waits for it as well has waited long enough.
                gather(batch);
            }
            batch.forEach(task -> task.fail(e));
        } finally {
            dismiss(batch);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void commit(List<Task<?>> batch) {
        for (int i = 0; i < ATTEMPTS; i++) {
            LabelOutbox.Sendable labels = underLock(batch);
            if (labels != null) {
                send(labels, batch);
                return;
            }
        }
        throw new BridgeException.Unavailable(document.file().path()
                + " is written to by others without regard to its lock; nothing was changed: try again");
    }

    private LabelOutbox.@Nullable Sendable underLock(List<Task<?>> batch) {
        leaveGap();
        LegacyLock.Held held = lock.acquire();
        try (held) {
            // Only now, since more have come while we waited for the lock.
            gather(batch);
            AtomicReference<LabelOutbox.@Nullable Sendable> labels = new AtomicReference<>();
            document.exclusively(() -> labels.set(attempt(batch, held)));
            return labels.get();
        } finally {
            released = site.ticker().nanoTime();
        }
    }

    private void leaveGap() {
        Ticker ticker = site.ticker();
        if (ticker.nanoTime() - lastGap > LONGEST_WITHOUT_GAP) {
            ticker.sleep(released + GAP - ticker.nanoTime());
        }
        long now = ticker.nanoTime();
        if (now - released >= GAP) {
            lastGap = now;
        }
    }

    private LabelOutbox.@Nullable Sendable attempt(List<Task<?>> tasks, LegacyLock.Held held) {
        document.refresh();
        Batch batch = document.newBatch();
        try {
            tasks.forEach(task -> task.run(batch));
            boolean flush = tasks.stream().anyMatch(task -> task.flush);
            return document.needsWrite(batch, flush) ? document.write(batch, held) : document.skip(batch);
        } finally {
            batch.settle();
        }
    }

    private void send(LabelOutbox.Sendable labels, List<Task<?>> tasks) {
        try {
            labels.send();
        } catch (IOException e) {
            labels.abandon();
            tasks.stream()
                    .filter(task -> task.labelled)
                    .forEach(task -> task.fail(new BridgeException.UnknownOutcome(
                            "the record is written, but its label request could not be (" + Reasons.of(e)
                                    + "); see to the disk and repeat the operation",
                            e)));
        }
    }

    /** One caller's part of a batch. Written by the leader; the monitor hands it back to the caller. */
    private static final class Task<T extends @Nullable Object> {
        private final Function<Batch, T> work;
        private final boolean flush;
        private boolean done;
        private boolean labelled;
        private Supplier<T> outcome = () -> {
            throw new IllegalStateException("not done");
        };

        Task(Function<Batch, T> work, boolean flush) {
            this.work = work;
            this.flush = flush;
        }

        void run(Batch batch) {
            int labels = batch.labels().size();
            try {
                T result = work.apply(batch);
                outcome = () -> result;
            } catch (RuntimeException e) {
                outcome = () -> {
                    throw e;
                };
            }
            labelled = batch.labels().size() > labels;
        }

        void fail(Throwable e) {
            outcome = () -> {
                throw own(e);
            };
        }

        T outcome() {
            return outcome.get();
        }

        /** An exception with the stack of the caller who gets it, since many may get the same. */
        private static RuntimeException own(Throwable e) {
            String message = String.valueOf(e.getMessage());
            if (e instanceof BridgeException.UnknownOutcome) {
                return new BridgeException.UnknownOutcome(message, e);
            }
            if (e instanceof BridgeException.Unavailable) {
                return new BridgeException.Unavailable(message, e);
            }
            return new BridgeException.UnknownOutcome("the batch failed unexpectedly: " + e, e);
        }
    }
}
