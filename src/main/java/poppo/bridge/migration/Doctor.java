package poppo.bridge.migration;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import poppo.bridge.migration.Finding.Level;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.ServerFacts;

/**
 * Examines whether a Redis and a state directory are fit for each other, by the rules of spec/redis-layout.md. Writes
 * nothing. Each finding says what to change.
 */
public final class Doctor implements Supplier<List<Finding>> {
    private static final long MAX_SKEW_MILLIS = 5_000;
    private static final long SLOW_PING_MICROS = 5_000;
    /**
     * Redis is to have room for so many times the bytes of the files. Measured on 300 000 issues as legacy processes write
     * them, with everything that goes with them: 1.08 times; the rest is for client buffers and for what is copied on write
     * while Redis saves.
     */
    private static final int MEMORY_FACTOR = 2;

    private final DirectoryExam directory;
    private final Supplier<ServerFacts> redis;
    private final Clock clock;

    public Doctor(Path stateDirectory, LocalStateManager files, Supplier<ServerFacts> redis, Clock clock) {
        this.directory = new DirectoryExam(stateDirectory, files, clock);
        this.redis = redis;
        this.clock = clock;
    }

    @Override
    public List<Finding> get() {
        List<Finding> findings = new ArrayList<>();
        findings.addAll(directory.examine());
        try {
            examineServer(redis.get(), findings);
        } catch (BridgeException.Unavailable e) {
            findings.add(new Finding(
                    "redis",
                    Level.ERROR,
                    String.valueOf(e.getMessage()),
                    "start Redis, or correct its URI and password"));
        }
        return findings;
    }

    private void examineServer(ServerFacts facts, List<Finding> findings) {
        findings.add(version(facts));
        findings.add(role(facts));
        findings.add(replication(facts));
        findings.add(eviction(facts));
        findings.add(persistence(facts));
        findings.add(memory(facts));
        findings.add(
                facts.loading()
                        ? new Finding(
                                "redis-loading", Level.ERROR, "still reading its data set", "wait until it is done")
                        : Finding.ok("redis-loading", "ready"));
        findings.add(
                facts.pingMicros() > SLOW_PING_MICROS
                        ? new Finding(
                                "redis-latency",
                                Level.WARNING,
                                facts.pingMicros() + " µs for a round trip",
                                "bring Redis nearer, or find what slows it down (redis-cli --latency)")
                        : Finding.ok("redis-latency", facts.pingMicros() + " µs for a round trip"));
        findings.add(skew(facts));
    }

    private static Finding version(ServerFacts facts) {
        String[] parts = facts.version().split("\\.", 3);
        int major = Integer.parseInt(parts[0]);
        int minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
        boolean fit = major > 6 || (major == 6 && minor >= 2);
        return fit
                ? Finding.ok("redis-version", facts.version())
                : new Finding("redis-version", Level.ERROR, facts.version(), "use Redis 6.2 or later, or Valkey");
    }

    private static Finding role(ServerFacts facts) {
        return facts.role().equals("master")
                ? Finding.ok("redis-role", facts.role())
                : new Finding(
                        "redis-role", Level.ERROR, "a replica (" + facts.role() + ")", "give the URI of the master");
    }

    /** Redis acknowledges before its replicas have a write, so one promoted without it is a Redis with older data. */
    private static Finding replication(ServerFacts facts) {
        if (facts.replicas() == 0) {
            return Finding.ok("redis-replication", "no replicas");
        }
        return facts.minReplicasToWrite() > 0
                ? Finding.ok(
                        "redis-replication",
                        facts.replicas() + " replicas, min-replicas-to-write " + facts.minReplicasToWrite())
                : new Finding(
                        "redis-replication",
                        Level.WARNING,
                        facts.replicas() + " replicas, and writes don't wait for any: a promoted one may lack the last",
                        "redis-cli CONFIG SET min-replicas-to-write 1; the bridge notices a Redis with older data"
                                + " and carries over what it lacks, except in redis-only");
    }

    private static Finding eviction(ServerFacts facts) {
        String policy = facts.maxmemoryPolicy();
        if (policy.startsWith("allkeys")) {
            return new Finding(
                    "redis-eviction",
                    Level.ERROR,
                    "maxmemory-policy is " + policy + ": it silently deletes state when memory is full",
                    "redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf");
        }
        if (policy.startsWith("volatile")) {
            return new Finding(
                    "redis-eviction",
                    Level.WARNING,
                    "maxmemory-policy is " + policy + ": it may drop heartbeats when memory is full",
                    "redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf");
        }
        return Finding.ok("redis-eviction", "maxmemory-policy is " + policy);
    }

    private static Finding persistence(ServerFacts facts) {
        if (!facts.appendonly()) {
            return new Finding(
                    "redis-persistence",
                    Level.ERROR,
                    "appendonly is off: a restart loses what was written since the last snapshot",
                    "redis-cli CONFIG SET appendonly yes, and the same in redis.conf");
        }
        if (!facts.aofLastWriteOk() || !facts.rdbLastSaveOk()) {
            return new Finding(
                    "redis-persistence",
                    Level.ERROR,
                    "the last write to disk failed",
                    "look into Redis's log; check its disk's space and permissions");
        }
        if ("no".equals(facts.appendfsync())) {
            return new Finding(
                    "redis-persistence",
                    Level.ERROR,
                    "appendfsync is no: a power failure loses what the system hadn't written yet",
                    "redis-cli CONFIG SET appendfsync everysec, and the same in redis.conf");
        }
        return Finding.ok("redis-persistence", "appendonly yes, appendfsync " + facts.appendfsync());
    }

    private Finding memory(ServerFacts facts) {
        long needed = MEMORY_FACTOR * directory.stateBytes();
        long free = facts.maxmemory() == 0 ? Long.MAX_VALUE : facts.maxmemory() - facts.usedMemory();
        String found = "about " + megabytes(needed) + " needed (" + MEMORY_FACTOR + " times the state files), "
                + (facts.maxmemory() == 0
                        ? "no limit set"
                        : megabytes(Math.max(0, free)) + " free of " + megabytes(facts.maxmemory()));
        return free >= needed
                ? Finding.ok("redis-memory", found)
                : new Finding("redis-memory", Level.ERROR, found, "raise maxmemory in redis.conf");
    }

    static String megabytes(long bytes) {
        return Math.max(1, bytes >> 20) + " MB";
    }

    private Finding skew(ServerFacts facts) {
        long skew = Math.abs(facts.clockMillis() - clock.millis());
        return skew <= MAX_SKEW_MILLIS
                ? Finding.ok("clock-skew", skew + " ms between Redis and the bridge")
                : new Finding(
                        "clock-skew",
                        Level.ERROR,
                        skew + " ms between Redis and the bridge: heartbeats would expire wrongly",
                        "set both clocks by NTP");
    }
}
