package poppo.bridge.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import poppo.bridge.bench.Meter.Step;
import poppo.bridge.state.BridgeException;

/** Workers that call all the time, until {@link #close}; and how long the longest of their calls took. */
final class Callers implements AutoCloseable {
    /** Between two calls of one worker, so that it is the calls that are slow, and not the processors that are full. */
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(2);

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLongArray calls;
    private final AtomicLong longest = new AtomicLong();
    private volatile boolean ended;

    Callers(int count, Step... cycle) {
        calls = new AtomicLongArray(count);
        for (int i = 0; i < count; i++) {
            int number = i;
            Thread thread = new Thread(() -> call(number, cycle), "caller-" + i);
            thread.start();
            threads.add(thread);
        }
    }

    /** What moves the bridge from one state to the next, and returns when it is there. */
    @FunctionalInterface
    interface Move {
        void run() throws Exception;
    }

    /** In ns, of the calls that ended during the move, or were under way at its end. */
    long longestDuring(Move move) throws Exception {
        longest.set(0);
        move.run();
        for (int i = 0; i < threads.size(); i++) {
            long underWay = calls.get(i);
            while (calls.get(i) == underWay && threads.get(i).isAlive()) {
                LockSupport.parkNanos(PAUSE);
            }
        }
        if (threads.stream().anyMatch(thread -> !thread.isAlive())) {
            throw new IllegalStateException("a caller has ended");
        }
        return longest.get();
    }

    private void call(int number, Step... cycle) {
        for (int i = 0; !ended; i = (i + 1) % cycle.length) {
            long start = System.nanoTime();
            try {
                cycle[i].body().call(number);
            } catch (BridgeException refused) {
                // It was told so, and goes on; how long that took counts like any answer.
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            longest.accumulateAndGet(System.nanoTime() - start, Math::max);
            calls.incrementAndGet(number);
            LockSupport.parkNanos(PAUSE);
        }
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
