package poppo.bridge.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import poppo.bridge.bench.Callers.Move;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowStateManager;

/**
 * How long a worker's call takes at worst while authority moves, under load: ten times each way in a round. Beside it the
 * longest call of half a second in which nothing moves, in the phase that was left.
 */
final class Pauses extends Contest {
    private static final int ISSUES = 10_000;
    private static final int WORKERS = 4;
    private static final int TIMES = 10;
    private static final double MOST = 50e6;
    /** The default; a Redis that is frozen costs it once. */
    private static final double TIMEOUT = 500e6;

    private static final String CUTOVER = "cutover";
    private static final String FAIL_OVER = "fail-over";
    private static final String RETURN = "return";
    private static final String ROLLBACK = "rollback";
    private static final String QUIET_FILES = "files";
    private static final String QUIET_REDIS = "redis";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private RedisServerProcess server;
    private ShadowStateManager bridge;

    Pauses() {
        super("pauses");
    }

    @Override
    void open() throws IOException {
        server = newServer();
        bridge = keep(Bridges.open(newDirectory(ISSUES), server.uri(), "pauses", Phase.FILE));
        side("bridge", this::round);
    }

    private Map<String, Double> round() throws Exception {
        Map<String, Double> longest = new LinkedHashMap<>();
        try (Callers callers = new Callers(WORKERS, new Worker(ISSUES, WORKERS).cycle(bridge))) {
            for (int i = 0; i < TIMES; i++) {
                Bridges.bring(bridge, Phase.REDIS_READ);
                note(longest, QUIET_FILES, callers, () -> TimeUnit.MILLISECONDS.sleep(500));
                note(longest, CUTOVER, callers, () -> change(Phase.REDIS_WRITE));
                note(longest, QUIET_REDIS, callers, () -> TimeUnit.MILLISECONDS.sleep(500));
                note(longest, FAIL_OVER, callers, () -> {
                    server.freeze();
                    await(() -> !bridge.standing().believed());
                });
                note(longest, RETURN, callers, () -> {
                    server.thaw();
                    await(() -> bridge.standing().believed());
                });
                note(longest, ROLLBACK, callers, () -> change(Phase.FILE));
            }
        }
        return longest;
    }

    /** Of ten, the 99th percentile is the longest. */
    private static void note(Map<String, Double> longest, String figure, Callers callers, Move move) throws Exception {
        longest.merge(figure, (double) callers.longestDuring(move), Math::max);
    }

    private void change(Phase phase) {
        bridge.change(Rollout.of(phase), "operator", "benchmark");
    }

    private static void await(BooleanSupplier isThere) throws InterruptedException {
        long start = System.nanoTime();
        while (!isThere.getAsBoolean()) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new IllegalStateException("authority did not move within " + PATIENCE);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Override
    List<Goal> goals() {
        return List.of(
                goal(CUTOVER, QUIET_FILES, MOST),
                goal(FAIL_OVER, QUIET_REDIS, MOST + TIMEOUT),
                goal(RETURN, QUIET_FILES, MOST),
                goal(ROLLBACK, QUIET_REDIS, MOST));
    }

    private static Goal goal(String move, String quiet, double most) {
        return new Goal(
                "longest call at a " + move + " / in 0.5 s before, 10,000 issues, p99",
                Unit.MILLIS,
                Term.of("bridge", move),
                Bound.atMost(most),
                Term.of("bridge", quiet));
    }
}
