package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;

/**
 * Threads at work on a bridge, and an independent account of what they were told: every acknowledged write, and who holds
 * what. Each thread checks after each of its reads that nothing it was told of has gone.
 */
final class Ledger implements AutoCloseable {
    private static final int ISSUES = 3;

    private final Bridge bridge;
    private final Map<Long, Set<String>> comments = new ConcurrentHashMap<>();
    private final Set<String> tasks = ConcurrentHashMap.newKeySet();
    private final Map<Long, String> holders = new ConcurrentHashMap<>();
    private final AtomicInteger checkouts = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final Semaphore turns = new Semaphore(0);
    private int asked;
    private final AtomicBoolean working = new AtomicBoolean(true);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> workers;

    Ledger(Bridge bridge, int count) {
        this.bridge = bridge;
        this.workers = IntStream.range(0, count)
                .<Future<?>>mapToObj(i -> threads.submit(() -> work("p" + i)))
                .toList();
    }

    private void work(String process) {
        for (int round = 0; takeTurn(); round++) {
            long issue = 1 + round % ISSUES;
            attempt(() -> holdOnce(issue, process));
            String id = process + "-" + round;
            attempt(() -> comment(issue, id));
            attempt(() -> task(id));
            attempt(() -> readBack(issue));
            done.incrementAndGet();
        }
    }

    private boolean takeTurn() {
        turns.acquireUninterruptibly();
        // The logs of the stores are of no use here, and grow.
        bridge.files.forgetCalls();
        bridge.redis.forgetCalls();
        return working.get();
    }

    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (BridgeException.Unavailable refused) {
            // Told so: not acknowledged, nothing to account for.
            return;
        } catch (RuntimeException | AssertionError e) {
            broken.add(e.toString());
        }
    }

    private void holdOnce(long issue, String process) {
        if (!bridge.done(Bridge.checkout(issue, process))) {
            return;
        }
        checkouts.incrementAndGet();
        String other = holders.putIfAbsent(issue, process);
        if (other != null) {
            broken.add("issue " + issue + " is held by " + other + " and by " + process);
        }
        holders.remove(issue, process);
        Execution end = bridge.run(Bridge.checkin(issue, process));
        if (!end.isDone()) {
            broken.add(process + " lost issue " + issue + ": " + end.decision());
        }
    }

    private void comment(long issue, String id) {
        bridge.run(new Operation.AddProcessedComment(issue, id));
        comments.computeIfAbsent(issue, key -> ConcurrentHashMap.newKeySet()).add(id);
    }

    private void task(String id) {
        bridge.run(new Operation.AppendPendingTask(Json.text(id)));
        tasks.add(id);
    }

    private void readBack(long issue) {
        Set<String> told = new HashSet<>(comments.getOrDefault(issue, Set.of()));
        told.removeAll(texts(RecordKey.processedComments(issue)));
        if (!told.isEmpty()) {
            broken.add("a read of issue " + issue + " went back behind " + told);
        }
    }

    private Set<String> texts(RecordKey key) {
        var image = bridge.state.read(key).image();
        Set<String> texts = new HashSet<>();
        if (image != null) {
            StreamSupport.stream(image.spliterator(), false).forEach(each -> texts.add(each.textValue()));
        }
        return texts;
    }

    /** Lets the threads do so many rounds more, from now on; returns at once. */
    void go(int rounds) {
        asked += rounds;
        turns.release(rounds);
    }

    /** Waits until the threads have done all they were let. */
    void await() {
        while (done.get() < asked) {
            Thread.onSpinWait();
            Thread.yield();
        }
    }

    int checkouts() {
        return checkouts.get();
    }

    /** Stops the threads and holds the account against the bridge. */
    void settle() throws Exception {
        await();
        stop();
        for (Future<?> worker : workers) {
            worker.get(60, TimeUnit.SECONDS);
        }
        assertThat(broken).isEmpty();
        for (Map.Entry<Long, Set<String>> entry : comments.entrySet()) {
            assertThat(texts(RecordKey.processedComments(entry.getKey()))).containsAll(entry.getValue());
        }
        assertThat(texts(RecordKey.PENDING_TASKS)).containsAll(tasks);
    }

    private void stop() {
        working.set(false);
        turns.release(workers.size());
    }

    @Override
    public void close() {
        stop();
        threads.shutdown();
    }
}
