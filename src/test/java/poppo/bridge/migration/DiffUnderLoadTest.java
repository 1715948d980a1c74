package poppo.bridge.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;

/** A diff of stores that many write to sees no difference where there is none, and the one that there is. */
@Timeout(600)
class DiffUnderLoadTest {
    private static final int WORKERS = 6;

    @TempDir
    Path root;

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"DUAL_WRITE", "REDIS_WRITE"})
    void noDifferenceIsMadeUp(Phase phase) throws Exception {
        compareUnderLoad(phase, 10, Duration.ZERO);
    }

    @Test
    @Tag("nightly")
    void noDifferenceIsMadeUpInFiveMinutes() throws Exception {
        compareUnderLoad(Phase.DUAL_WRITE, 1, Duration.ofMinutes(5));
    }

    private void compareUnderLoad(Phase phase, int diffs, Duration atLeast) throws Exception {
        try (Rig rig = new Rig(root)) {
            rig.write("issue-status.json", "{\"issues\": {\"1\": {\"status\": \"completed\"}}, \"lastSync\": null}");
            rig.at(phase);
            AtomicBoolean working = new AtomicBoolean(true);
            AtomicLong done = new AtomicLong();
            ExecutorService threads = Executors.newCachedThreadPool();
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                SplittableRandom random = new SplittableRandom(i);
                workers.add(threads.submit(() -> {
                    while (working.get()) {
                        rig.run(operation(random));
                        done.incrementAndGet();
                    }
                }));
            }
            long end = System.nanoTime() + atLeast.toNanos();
            long before = 0;
            for (int i = 0; i < diffs || System.nanoTime() < end; i++) {
                DiffReport report = rig.diff(Repair.NONE);
                assertThat(report.verdict())
                        .as(ReportFormat.TEXT.render(report))
                        .isEqualTo("consistent");
                awaitWork(done, before, workers);
                before = done.get();
                rig.state.mirror();
            }
            rig.redis.hset("issue:1000", "status", "odd");
            assertThat(rig.diff(Repair.NONE).differences())
                    .extracting(Found::place)
                    .containsExactly("issues/1000 ");
            working.set(false);
            for (Future<?> worker : workers) {
                worker.get();
            }
            threads.shutdown();
        }
    }

    /** So that each diff has work beside it, whoever has the machine; an operation that fails ends this. */
    private static void awaitWork(AtomicLong done, long before, List<Future<?>> workers) throws Exception {
        while (done.get() == before) {
            for (Future<?> worker : workers) {
                if (worker.isDone()) {
                    worker.get();
                }
            }
            Thread.sleep(1);
        }
    }

    private static Operation operation(SplittableRandom random) {
        long issue = 1 + random.nextInt(300);
        return switch (random.nextInt(7)) {
            case 0 -> new Operation.UpdateStatus(issue, Json.object().put("status", "s" + random.nextInt(9)));
            case 1 -> new Operation.Checkout(issue, "p" + random.nextInt(5), 1L, "t", null);
            case 2 -> new Operation.ResetIssue(issue);
            case 3 -> new Operation.AddProcessedComment(issue, "c" + random.nextInt(20));
            case 4 ->
                random.nextBoolean()
                        ? new Operation.AddProcessedIssue(issue)
                        : new Operation.RemoveProcessedIssue(issue);
            case 5 ->
                random.nextBoolean()
                        ? new Operation.PutRunningTask(
                                "t" + issue, Json.object().put("x", random.nextInt(9)))
                        : new Operation.RemoveRunningTask("t" + issue, null);
            default -> new Operation.SetLastRun(Json.object().put("run", random.nextInt()));
        };
    }
}
