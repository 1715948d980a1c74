package poppo.bridge.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.legacy.LegacyStatusManager;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Served;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.Versioned;

/**
 * Single calls, one thread, on {@link Issues#COUNT} issues; {@link BenchmarkReport} compares their medians. All run in
 * one JVM, in turns, on state that is set up once: on a busy machine two forks see two different machines.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 1, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 1, time = 1500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(0)
public class BridgeBenchmark {
    private static final Deque<AutoCloseable> OPENED = new ArrayDeque<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(BridgeBenchmark::closeAll));
    }

    private static <T extends AutoCloseable> T keep(T resource) {
        OPENED.push(resource);
        return resource;
    }

    private static Path newDirectory() throws IOException {
        Path directory = Issues.newDirectory();
        keep(() -> Issues.delete(directory));
        return directory;
    }

    private static void closeAll() {
        while (!OPENED.isEmpty()) {
            try {
                OPENED.pop().close();
            } catch (Exception e) {
                System.err.println("closing failed: " + e);
            }
        }
    }

    /** What a legacy worker does for a checkout: parses the file, locks, changes, prints all of it, renames. */
    @Benchmark
    public void legacyRewrite(LegacyDirectory legacy) {
        LegacyStatusManager.open(LegacyDirectory.directory).checkout(legacy.nextIssue(), "worker-1", "issue");
    }

    /** The same by a legacy process that keeps the file's content from one call to the next. */
    @Benchmark
    public void legacyRewriteFromMemory(LegacyDirectory legacy) {
        LegacyDirectory.longLived.checkout(legacy.nextIssue(), "worker-1", "issue");
    }

    /** A checkout in phase {@code file}; unlike the legacy ones it is durable when answered. */
    @Benchmark
    public Execution fileCheckout(FilePhase bridge) {
        return bridge.checkout();
    }

    /** What a read from Redis costs at least. */
    @Benchmark
    public Map<String, String> rawHgetall(RedisWritePhase bridge) {
        return RedisWritePhase.raw.hgetall(RedisWritePhase.HASH);
    }

    /** The read that callers get in phase {@code redis-write}: the same hash, revision, epoch, decoded to JSON. */
    @Benchmark
    public Versioned bridgeRead(RedisWritePhase bridge) {
        return RedisWritePhase.state.read(RedisWritePhase.ISSUE);
    }

    /** Files that only legacy processes write. */
    @State(Scope.Benchmark)
    public static class LegacyDirectory {
        private static Path directory;
        private static LegacyStatusManager longLived;
        private static int last;

        @Setup
        public void create() throws IOException {
            if (directory != null) {
                return;
            }
            directory = newDirectory();
            longLived = LegacyStatusManager.open(directory);
        }

        private int nextIssue() {
            last = last % Issues.COUNT + 1;
            return last;
        }
    }

    /** A bridge in phase {@code file}, whose Redis isn't there. */
    @State(Scope.Benchmark)
    public static class FilePhase {
        private static final Stamp.Source STAMPS = new Stamp.Source(Clock.systemUTC());
        private static ShadowStateManager state;
        private static int last;

        @Setup
        public void open() throws IOException {
            if (state == null) {
                state = keep(BridgeBenchmark.open(newDirectory(), "redis://127.0.0.1:1"));
            }
        }

        private Execution checkout() {
            last = last % Issues.COUNT + 1;
            return state.execute(new Operation.Checkout(last, "worker-1", 1L, "issue", null), STAMPS.next());
        }

        /** Not measured. The issue is free again for when its turn comes anew. */
        @TearDown(Level.Invocation)
        public void checkin() {
            Operation checkin = new Operation.Checkin(last, "worker-1", "completed", null);
            if (!state.execute(checkin, STAMPS.next()).isDone()) {
                throw new IllegalStateException("the checkout that was measured had not been done");
            }
        }
    }

    /** A bridge in phase {@code redis-write}, and beside it a plain client of the same server. */
    @State(Scope.Benchmark)
    public static class RedisWritePhase {
        private static final int NUMBER = 4711;
        private static final RecordKey ISSUE = RecordKey.issue(NUMBER);
        private static final String HASH = "issue:" + NUMBER;

        private static ShadowStateManager state;
        private static RedisCommands<String, String> raw;

        @Setup
        public void open() throws IOException {
            if (raw != null) {
                return;
            }
            Path directory = newDirectory();
            RedisServerProcess server = keep(RedisServerProcess.start(directory.resolve("redis")));
            state = keep(BridgeBenchmark.open(directory, server.uri()));
            state.carryOver(compared -> {});
            state.change(Rollout.of(Phase.REDIS_WRITE), "operator", "benchmark");
            connectRaw(server.uri());
            requireSameIssue();
        }

        /** As the bridge's own connection is made, so that only what is sent over it differs. */
        private static void connectRaw(String address) {
            ClientResources resources = DefaultClientResources.builder()
                    .ioThreadPoolSize(2)
                    .computationThreadPoolSize(2)
                    .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                    .build();
            RedisClient client = RedisClient.create(resources);
            client.setOptions(ClientOptions.builder()
                    .autoReconnect(false)
                    .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                    .requestQueueSize(8192)
                    .protocolVersion(ProtocolVersion.RESP2)
                    .socketOptions(SocketOptions.builder()
                            .tcpNoDelay(true)
                            .keepAlive(true)
                            .build())
                    .build());
            RedisURI uri = RedisURI.create(address);
            uri.setTimeout(Duration.ofMillis(500));
            raw = client.connect(uri).sync();
            keep(() -> {
                client.shutdown();
                resources.shutdown();
            });
        }

        private static void requireSameIssue() {
            Versioned read = state.read(ISSUE);
            JsonNode image = read.image();
            if (read.served() != Served.REDIS
                    || image == null
                    || !image.path("status").textValue().equals(raw.hget(HASH, "status"))) {
                throw new IllegalStateException("the bridge read " + read + ", which is not in Redis under " + HASH);
            }
        }
    }

    private static ShadowStateManager open(Path directory, String redisUri) throws IOException {
        Clock clock = Clock.systemUTC();
        Path bridge = Files.createDirectories(directory.resolve(".bridge"));
        return ShadowStateManager.open(
                new ShadowStateManager.Parts(
                        FileStateManager.open(FileOptions.of(directory)),
                        RedisStateManager.connect(RedisOptions.of(redisUri, "default")),
                        bridge,
                        new AuditJournal(new poppo.bridge.machine.Disk(), bridge, clock),
                        StoreObserver.NONE,
                        clock),
                ShadowOptions.defaults());
    }
}
