package poppo.bridge.bench;

import java.io.IOException;
import java.util.List;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.bench.Meter.Step;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.StateManager;

/** A checkout in {@code dual-write}, beside what it costs in the files and in Redis alone. */
final class DualWrites extends Contest {
    private static final int ISSUES = 1000;

    DualWrites() {
        super("dual-write");
    }

    @Override
    void open() throws IOException {
        RedisServerProcess server = newServer();
        RedisStateManager redis = keep(RedisStateManager.connect(RedisOptions.of(server.uri(), "alone")));
        redis.fence(redis.probe().epoch(), 1);
        measure("redis", redis);
        measure("files", keep(Bridges.open(newDirectory(ISSUES), server.uri(), "files", Phase.FILE)));
        measure("both", keep(Bridges.open(newDirectory(ISSUES), server.uri(), "both", Phase.DUAL_WRITE)));
    }

    private void measure(String side, StateManager store) {
        Step[] checkouts = new Worker(ISSUES, 1).checkouts(store);
        side(side, () -> Meter.cycles(1, checkouts));
    }

    @Override
    List<Goal> goals() {
        return List.of(new Goal(
                "checkout in dual-write / files + 1.2 × Redis, p50",
                Unit.MICROS,
                Term.of("both", "p50"),
                Bound.ratioAtMost(1),
                Term.of("files", "p50"),
                Term.of("redis", "p50").times(1.2)));
    }
}
