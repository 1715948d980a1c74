package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
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
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.machine.Disk;
import poppo.bridge.redis.RedisExtension;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/** One issue, many processes that want it, and a bridge that changes its phase meanwhile. */
@Timeout(120)
class HoldersTest {
    private static final int THREADS = 50;
    private static final int CHECKOUTS = 1_000;

    @RegisterExtension
    final RedisExtension redis = RedisExtension.any();

    @TempDir
    Path directory;

    private final AtomicReference<String> holder = new AtomicReference<>();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();

    @Test
    void ofAThousandCheckoutsThroughThreeChangesOfPhaseNoTwoHoldAtOnce() throws Exception {
        try (Bridge bridge = Bridge.open(directory, Phase.DUAL_WRITE)) {
            compete(bridge.state, bridge.stamps);
            assertThat(bridge.differing()).isEmpty();
        }
    }

    @Test
    void norDoTwoOverFilesOnADiskAndARealRedis() throws Exception {
        Path own = Files.createDirectory(directory.resolve(".bridge"));
        Clock clock = Clock.systemUTC();
        ShadowStateManager.Parts parts = new ShadowStateManager.Parts(
                FileStateManager.open(FileOptions.of(directory)),
                redis.manager(),
                own,
                new AuditJournal(new Disk(), own, clock),
                StoreObserver.NONE,
                clock);
        try (ShadowStateManager state = ShadowStateManager.open(parts, Bridge.options())) {
            state.change(Rollout.of(Phase.DUAL_WRITE), "test", "to begin with");
            compete(state, new Stamp.Source(clock));
            try (Walk walk = state.walk()) {
                walk.through(
                        StateCollection.ISSUES,
                        chunk -> assertThat(chunk)
                                .hasSize(1)
                                .allMatch(pair -> pair.compare().agrees()));
            }
        }
    }

    private void compete(ShadowStateManager state, Stamp.Source stamps) throws Exception {
        List<Future<?>> all = start(state, stamps);
        for (Phase phase : List.of(Phase.REDIS_READ, Phase.REDIS_WRITE, Phase.DUAL_WRITE)) {
            int from = asked.get();
            while (asked.get() < Math.min(CHECKOUTS, from + 200)) {
                Thread.onSpinWait();
            }
            state.change(Rollout.of(phase), "test", "under way");
        }
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        assertThat(broken).isEmpty();
        assertThat(taken.get()).isPositive();
        state.keep();
    }

    private List<Future<?>> start(ShadowStateManager state, Stamp.Source stamps) {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            String process = "p" + i;
            all.add(threads.submit(() -> {
                while (asked.incrementAndGet() <= CHECKOUTS) {
                    takeOnce(state, stamps, process);
                }
            }));
        }
        threads.shutdown();
        return all;
    }

    /** The holding begins when the checkout is acknowledged and ends when the checkin is asked for. */
    private void takeOnce(ShadowStateManager state, Stamp.Source stamps, String process) {
        try {
            if (!state.execute(Bridge.checkout(7, process), stamps.next()).isDone()) {
                return;
            }
            taken.incrementAndGet();
            if (!holder.compareAndSet(null, process)) {
                broken.add(process + " got what " + holder.get() + " holds");
            }
            Thread.yield();
            holder.compareAndSet(process, null);
            if (!state.execute(Bridge.checkin(7, process), stamps.next()).isDone()) {
                broken.add(process + " could not give back what it held");
            }
        } catch (BridgeException e) {
            broken.add(e.toString());
        }
    }
}
