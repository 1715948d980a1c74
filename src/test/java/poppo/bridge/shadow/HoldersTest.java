package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.state.BridgeException;

/** One issue, many processes that want it, and a bridge that changes its phase meanwhile. */
@Timeout(120)
class HoldersTest {
    private static final int THREADS = 50;
    private static final int CHECKOUTS = 1_000;

    @TempDir
    Path directory;

    private final AtomicReference<String> holder = new AtomicReference<>();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();

    @Test
    void ofAThousandCheckoutsThroughThreeChangesOfPhaseNoTwoHoldAtOnce() throws Exception {
        try (Bridge bridge = Bridge.open(directory, Phase.DUAL_WRITE)) {
            List<Future<?>> all = start(bridge);
            for (Phase phase : List.of(Phase.REDIS_READ, Phase.REDIS_WRITE, Phase.DUAL_WRITE)) {
                int from = asked.get();
                while (asked.get() < Math.min(CHECKOUTS, from + 200)) {
                    Thread.onSpinWait();
                }
                bridge.to(phase);
            }
            for (Future<?> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
            assertThat(broken).isEmpty();
            assertThat(taken.get()).isPositive();
            bridge.state.keep();
            assertThat(bridge.differing()).isEmpty();
        }
    }

    private List<Future<?>> start(Bridge bridge) {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            String process = "p" + i;
            all.add(threads.submit(() -> {
                while (asked.incrementAndGet() <= CHECKOUTS) {
                    takeOnce(bridge, process);
                }
            }));
        }
        threads.shutdown();
        return all;
    }

    /** The holding begins when the checkout is acknowledged and ends when the checkin is asked for. */
    private void takeOnce(Bridge bridge, String process) {
        try {
            if (!bridge.done(Bridge.checkout(7, process))) {
                return;
            }
            taken.incrementAndGet();
            if (!holder.compareAndSet(null, process)) {
                broken.add(process + " got what " + holder.get() + " holds");
            }
            Thread.yield();
            holder.compareAndSet(process, null);
            if (!bridge.done(Bridge.checkin(7, process))) {
                broken.add(process + " could not give back what it held");
            }
        } catch (BridgeException e) {
            broken.add(e.toString());
        }
    }
}
