package poppo.bridge.bench;

import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Served;

/** The read that callers get in the phases that read from Redis, beside {@code HGETALL} of the same hash by Lettuce alone. */
final class Reads extends Contest {
    private static final int ISSUES = 1000;
    private static final int NUMBER = 471;
    private static final RecordKey KEY = RecordKey.issue(NUMBER);
    private static final List<Phase> PHASES = List.of(Phase.REDIS_READ, Phase.REDIS_WRITE);
    private static final int[] THREADS = {1, 8};

    Reads() {
        super("read");
    }

    @Override
    void open() throws IOException {
        RedisServerProcess server = newServer();
        RawRedis client = keep(new RawRedis(server.uri()));
        RedisCommands<String, String> raw = client.commands();
        for (Phase phase : PHASES) {
            String project = phase.label();
            ShadowStateManager bridge = keep(Bridges.open(newDirectory(ISSUES), server.uri(), project, phase));
            String hash = "{" + project + "}:issue:" + NUMBER;
            if (bridge.read(KEY).served() != Served.REDIS || !raw.hexists(hash, "status")) {
                throw new IllegalStateException("in " + project + " the issue is not read from " + hash);
            }
            for (int threads : THREADS) {
                side(phase.label() + threads, () -> Meter.calls(threads, thread -> bridge.read(KEY)));
                side("HGETALL " + phase.label() + threads, () -> Meter.calls(threads, thread -> raw.hgetall(hash)));
                side(
                        "four " + phase.label() + threads,
                        () -> Meter.calls(threads, thread -> client.readWith(hash, hash, "status")));
            }
        }
    }

    @Override
    List<Goal> goals() {
        List<Goal> goals = new ArrayList<>();
        for (Phase phase : PHASES) {
            for (int threads : THREADS) {
                goals.add(goal(phase, threads, "p50", 1.1));
                goals.add(goal(phase, threads, "p99", 1.3));
                goals.add(limit(phase, threads));
            }
        }
        return goals;
    }

    /** A read asks for the record, for its revision before and after, and for the epoch. */
    private static Goal limit(Phase phase, int threads) {
        return new Goal(
                "%s, %s: these four commands by hand / raw HGETALL, p50".formatted(phase.label(), threads(threads)),
                Unit.MICROS,
                Term.of("four " + phase.label() + threads, "p50"),
                Bound.NONE,
                Term.of("HGETALL " + phase.label() + threads, "p50"));
    }

    private static String threads(int threads) {
        return threads + (threads == 1 ? " thread" : " threads");
    }

    private static Goal goal(Phase phase, int threads, String figure, double most) {
        return new Goal(
                "read in %s / raw HGETALL, %s, %s".formatted(phase.label(), threads(threads), figure),
                Unit.MICROS,
                Term.of(phase.label() + threads, figure),
                Bound.ratioAtMost(most),
                Term.of("HGETALL " + phase.label() + threads, figure));
    }
}
