package poppo.bridge.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;

/** Ten orphans among many processing issues, beside the scan of PoppoBuilder's own proposal, by Lettuce. */
final class Orphans extends Contest {
    private static final int ORPHANS = 10;
    private static final int HOLDERS = 100;
    private static final int CHUNK = 1000;
    private static final List<Integer> SIZES = List.of(1_000, 10_000, 100_000, 1_000_000);
    /** A scan of more would take longer than all the rest. */
    private static final int MOST_SCANNED = 100_000;

    Orphans() {
        super("orphans");
    }

    @Override
    void open() throws IOException {
        RedisServerProcess server = newServer();
        RedisCommands<String, String> raw = keep(new RawRedis(server.uri())).commands();
        for (int size : SIZES) {
            String project = "of-" + size;
            ShadowStateManager bridge = keep(Bridges.open(newDirectory(0), server.uri(), project, Phase.REDIS_ONLY));
            fill(bridge.bareRedis(), size);
            side(
                    "bridge " + size,
                    () -> Meter.calls(
                            1, thread -> require(bridge.orphans(Instant.now()).size())));
            if (size <= MOST_SCANNED) {
                side("scan " + size, () -> once(() -> require(scan(raw, "{" + project + "}:"))));
            }
        }
    }

    private static void require(int orphans) {
        if (orphans != ORPHANS) {
            throw new IllegalStateException("there are " + ORPHANS + " orphans, not " + orphans);
        }
    }

    private static Map<String, Double> once(Runnable scan) {
        long start = System.nanoTime();
        scan.run();
        return Map.of("p50", (double) (System.nanoTime() - start));
    }

    /** The first are held by a process last heard of long ago. */
    private static void fill(FencedStateManager redis, int size) {
        Instant now = Instant.now();
        for (int from = 1; from <= size; from += CHUNK) {
            List<Replacement> chunk = new ArrayList<>(CHUNK);
            for (int number = from; number < from + CHUNK; number++) {
                boolean isOrphan = number <= ORPHANS;
                ObjectNode issue = Issues.issue(number).put("status", "processing");
                issue.put("processId", isOrphan ? "dead" : "alive-" + number % HOLDERS);
                Instant seen = isOrphan ? now.minus(Duration.ofDays(1)) : now;
                chunk.add(new Replacement(RecordKey.issue(number), issue, redis.absentVersion(), seen, number));
            }
            redis.replaceAll(chunk);
        }
    }

    private static int scan(RedisCommands<String, String> redis, String prefix) {
        int orphans = 0;
        for (String number : redis.smembers(prefix + "processing_issues")) {
            Map<String, String> issue = redis.hgetall(prefix + "issue:" + number);
            if (redis.get(prefix + "heartbeat:" + issue.get("processId")) == null) {
                orphans++;
            }
        }
        return orphans;
    }

    @Override
    List<Goal> goals() {
        List<Goal> goals = new ArrayList<>();
        for (int size : SIZES) {
            goals.add(new Goal(
                    "10 orphans of %,d processing issues, p50".formatted(size),
                    Unit.MICROS,
                    Term.of("bridge " + size, "p50"),
                    Bound.atMost(1_000_000)));
        }
        goals.add(new Goal(
                "the same, of 1,000,000 / of 1,000",
                Unit.MICROS,
                Term.of("bridge 1000000", "p50"),
                Bound.ratioAtMost(1.5),
                Term.of("bridge 1000", "p50")));
        goals.add(new Goal(
                "the same, of 100,000 / SMEMBERS + HGETALL + GET of each",
                Unit.MILLIS,
                Term.of("bridge 100000", "p50"),
                Bound.ratioAtMost(1 / 5000.0),
                Term.of("scan 100000", "p50")));
        return goals;
    }
}
