package poppo.bridge.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;

/** What an issue of the five fields of PoppoBuilder's own proposal takes in Redis, with all that the bridge keeps beside it. */
final class RedisMemory extends Contest {
    private static final int ISSUES = 100_000;
    private static final int CHUNK = 1000;
    private static final double MOST = 1.6;

    RedisMemory() {
        super("redis-memory");
    }

    @Override
    boolean isCold() {
        return true;
    }

    /** Fills a server that is empty. */
    @FunctionalInterface
    private interface Filling {
        void into(RedisServerProcess server, RawRedis raw);
    }

    @Override
    void open() {
        side("bridge", () -> perIssue((server, raw) -> fill(server)));
        side("hash", () -> perIssue((server, raw) -> fill(raw.commands())));
    }

    private static Map<String, Double> perIssue(Filling filling) throws IOException {
        Path directory = Issues.newEmptyDirectory();
        try (RedisServerProcess server = RedisServerProcess.start(directory.resolve("redis"));
                RawRedis raw = new RawRedis(server.uri())) {
            // What waits to be written to the disk would count as well.
            raw.commands().configSet("appendonly", "no");
            long before = raw.usedMemory();
            filling.into(server, raw);
            return Map.of("bytes", (raw.usedMemory() - before) / (double) ISSUES);
        } finally {
            Issues.delete(directory);
        }
    }

    private static void fill(RedisServerProcess server) {
        try (RedisStateManager redis = RedisStateManager.connect(RedisOptions.of(server.uri(), "default"))) {
            redis.fence(redis.probe().epoch(), 1);
            for (int from = 1; from <= ISSUES; from += CHUNK) {
                List<Replacement> chunk = new ArrayList<>(CHUNK);
                for (int number = from; number < from + CHUNK; number++) {
                    chunk.add(new Replacement(
                            RecordKey.issue(number), issue(number), redis.absentVersion(), null, number));
                }
                redis.replaceAll(chunk);
            }
        }
    }

    private static void fill(RedisCommands<String, String> redis) {
        for (int number = 1; number <= ISSUES; number++) {
            Map<String, String> hash = new HashMap<>();
            issue(number)
                    .properties()
                    .forEach(field -> hash.put(field.getKey(), field.getValue().asText()));
            redis.hset("issue:" + number, hash);
        }
    }

    private static ObjectNode issue(int number) {
        ObjectNode issue = Json.object().put("status", "completed").put("processId", "issue-" + number);
        issue.set("pid", Json.number(1000 + number % 60_000));
        return issue.put("taskType", "claude-cli").put("startTime", "2025-06-24T11:59:58.000Z");
    }

    @Override
    List<Goal> goals() {
        return List.of(new Goal(
                "Redis per issue of five fields, 100,000 issues / the bare hash",
                Unit.BYTES,
                Term.of("bridge", "bytes"),
                Bound.ratioAtMost(MOST),
                Term.of("hash", "bytes")));
    }
}
