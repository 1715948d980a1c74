package poppo.bridge.interleaving;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import poppo.bridge.machine.Waits;

/**
 * Runs workers on threads of their own, exactly one at a time: who has the turn keeps it until it {@linkplain #pause pauses},
 * waits or ends, and then the seed picks the next. The same seed gives the same schedule. Outside {@link #run} nobody else
 * is there to have a turn, so that a pause returns at once and a wait must not be needed.
 */
final class Scheduler implements Waits {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread daemon = new Thread(task, "interleaved");
        daemon.setDaemon(true);
        return daemon;
    });
    private static final ThreadLocal<Worker> CURRENT = new ThreadLocal<>();

    private final SplittableRandom random;
    private final int mostSteps;
    private final List<Worker> workers = new ArrayList<>();
    private final List<String> steps = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private Throwable failure;

    Scheduler(SplittableRandom random, int mostSteps) {
        this.random = random;
        this.mostSteps = mostSteps;
    }

    /** All wait for each other, or go on forever. */
    static final class Stuck extends AssertionError {
        private static final long serialVersionUID = 1L;

        Stuck(String message) {
            super(message);
        }
    }

    /** Unwinds the others when one has failed. */
    private static final class Abandoned extends Error {
        private static final long serialVersionUID = 1L;

        Abandoned() {
            super("another worker failed", null, false, false);
        }
    }

    private static final class Worker {
        private final String name;
        private final Runnable body;
        private volatile boolean hasTurn;
        private Thread thread;
        private boolean isWaiting;
        private String waitsAt = "";

        Worker(String name, Runnable body) {
            this.name = name;
            this.body = body;
        }

        void awaitTurn() {
            while (!hasTurn) {
                LockSupport.park(this);
            }
            hasTurn = false;
        }

        void giveTurn() {
            hasTurn = true;
            LockSupport.unpark(thread);
        }
    }

    void add(String name, Runnable body) {
        workers.add(new Worker(name, body));
    }

    /** Runs until all workers have ended; throws what the first one threw that failed. */
    void run() {
        CountDownLatch started = new CountDownLatch(workers.size());
        for (Worker worker : workers) {
            THREADS.execute(() -> {
                worker.thread = Thread.currentThread();
                started.countDown();
                live(worker);
            });
        }
        await(started);
        pick().giveTurn();
        await(ended);
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void live(Worker worker) {
        worker.awaitTurn();
        CURRENT.set(worker);
        try {
            if (failure == null) {
                worker.body.run();
            }
        } catch (Abandoned e) {
            worker.waitsAt = "abandoned";
        } catch (RuntimeException | Error e) {
            if (failure == null) {
                failure = e;
                steps.add(worker.name + " FAILS: " + e.getMessage());
            }
        } finally {
            CURRENT.remove();
            end(worker);
        }
    }

    private void end(Worker worker) {
        workers.remove(worker);
        stopWaiting();
        if (workers.isEmpty()) {
            ended.countDown();
        } else {
            pick().giveTurn();
        }
    }

    /** An await point: somebody else may be next. */
    void pause(String where) {
        Worker me = CURRENT.get();
        if (me == null) {
            return;
        }
        step(me, where);
        stopWaiting();
        // Runs of one worker and not only hops: many a race needs one that stands still while another gets far.
        if (random.nextInt(2) == 0) {
            handOver(me);
        }
    }

    /** Notes what happens at this moment, for the schedule; nobody else gets a turn. */
    void note(String what) {
        Worker me = CURRENT.get();
        steps.add((me == null ? "-" : me.name) + " " + what);
    }

    private void step(Worker me, String where) {
        if (failure != null) {
            throw new Abandoned();
        }
        steps.add(me.name + " " + where);
        if (steps.size() > mostSteps) {
            throw new Stuck("still not done after " + mostSteps + " steps; waiting: " + waiting());
        }
    }

    @Override
    public void until(BooleanSupplier attempt, Runnable block) {
        Worker me = CURRENT.get();
        if (attempt.getAsBoolean()) {
            return;
        }
        // Since its last step it may have let go what others wait for.
        stopWaiting();
        while (!attempt.getAsBoolean()) {
            if (me == null) {
                throw new Stuck("nobody is there to end this wait");
            }
            step(me, "waits");
            me.isWaiting = true;
            me.waitsAt = place();
            if (workers.stream().allMatch(worker -> worker.isWaiting)) {
                throw new Stuck("all wait for each other: " + waiting());
            }
            handOver(me);
        }
    }

    private List<String> waiting() {
        return workers.stream()
                .filter(worker -> worker.isWaiting)
                .map(worker -> worker.name + " at " + worker.waitsAt)
                .toList();
    }

    /** Which of the bridge's methods waits. */
    private static String place() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !frame.getClassName().equals(Scheduler.class.getName()))
                        .findFirst()
                        .map(StackWalker.StackFrame::toString)
                        .orElse("?"));
    }

    /** What somebody waits for may be had now: whoever did a step may have let it go. */
    private void stopWaiting() {
        workers.forEach(worker -> worker.isWaiting = false);
    }

    private void handOver(Worker me) {
        Worker next = pick();
        if (next != me) {
            next.giveTurn();
            me.awaitTurn();
        }
        if (failure != null) {
            throw new Abandoned();
        }
    }

    private Worker pick() {
        List<Worker> ready =
                workers.stream().filter(worker -> !worker.isWaiting).toList();
        return ready.get(random.nextInt(ready.size()));
    }

    /** Everything so far, one line a step. */
    List<String> steps() {
        return steps;
    }
}
