package poppo.bridge.bench;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RMap;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.bench.Meter.Step;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.state.FencedStateManager;

/**
 * Checkout, heartbeat and checkin in {@code redis-write}, beside one hand-written script each by Lettuce alone; the
 * checkout also beside a lock and a map of Redisson; and what {@code redis-benchmark} gets out of the server.
 */
final class Commits extends Contest {
    private static final int ISSUES = 1000;
    private static final List<String> OPERATIONS = List.of("checkout", "heartbeat", "checkin");
    private static final int MOST = 8;
    private static final int[] THREADS = {1, MOST};
    /** As many as the mirror hands on in one turn. */
    private static final int LABELS = 500;

    private static final int LABEL_BYTES = 350;
    private static final Pattern RATE = Pattern.compile("\"([0-9.]+)\"");

    private Like like;

    Commits() {
        super("commit");
    }

    @Override
    void open() throws IOException {
        RedisServerProcess server = newServer();
        RawRedis client = keep(new RawRedis(server.uri()));
        like = new Like(client.commands());
        ShadowStateManager bridge =
                keep(Bridges.open(newDirectory(ISSUES), server.uri(), "commits", Phase.REDIS_WRITE));
        FencedStateManager store = keep(RedisStateManager.connect(RedisOptions.of(server.uri(), "store")));
        store.probe();
        store.fence(null, 1);
        Step[] bare = new Worker(ISSUES, MOST).cycle(store);
        side("store", () -> Meter.cycles(MOST, bare));
        Path outbox = newDirectory(0);
        side("label files", () -> Map.of("rate", labelFiles(outbox)));
        for (int threads : THREADS) {
            Step[] cycle = new Worker(ISSUES, threads).cycle(bridge);
            side("bridge " + threads, () -> countingTrips(client, threads, cycle));
            Step[] like = likeCycle(new Worker(ISSUES, threads));
            side("raw " + threads, () -> countingTrips(client, threads, like));
        }
        RedissonClient redisson = redisson(server);
        Worker worker = new Worker(ISSUES, 1);
        side("Redisson", () -> Meter.calls(1, thread -> checkout(redisson, worker)));
        side("redis-benchmark", () -> Map.of("rate", benchmark(server.port())));
    }

    private static Map<String, Double> countingTrips(RawRedis client, int threads, Step... cycle) throws Exception {
        long before = client.reads();
        Map<String, Double> figures = new HashMap<>(Meter.cycles(threads, cycle));
        figures.put("trips", (client.reads() - before - 1) / figures.get("calls"));
        return figures;
    }

    private Step[] likeCycle(Worker worker) {
        return OPERATIONS.stream()
                .map(operation -> new Step(operation, thread -> {
                    long issue = operation.equals("checkout") ? worker.next(thread) : worker.issue(thread);
                    like.call(operation, issue, Worker.process(thread));
                }))
                .toArray(Step[]::new);
    }

    /** What becomes of the label requests of checkouts and checkins: files that are whole when they are seen, and durable. */
    private static double labelFiles(Path outbox) throws Exception {
        byte[] request = new byte[LABEL_BYTES];
        return LABELS * Meter.calls(1, thread -> writeLabels(outbox, request)).get("rate");
    }

    private static void writeLabels(Path outbox, byte[] request) throws IOException {
        List<Path> asides = new ArrayList<>();
        for (int i = 0; i < LABELS; i++) {
            Path aside = Files.createTempFile(outbox, "", ".tmp");
            Files.write(aside, request);
            asides.add(aside);
        }
        for (Path aside : asides) {
            try (FileChannel channel = FileChannel.open(aside)) {
                channel.force(true);
            }
        }
        for (Path aside : asides) {
            Files.move(aside, outbox.resolve(aside.getFileName() + ".json"), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private RedissonClient redisson(RedisServerProcess server) {
        Config config = new Config().setCodec(StringCodec.INSTANCE);
        config.useSingleServer().setAddress(server.uri()).setConnectionMinimumIdleSize(1);
        RedissonClient redisson = Redisson.create(config);
        keep(() -> redisson.shutdown(0, 2, TimeUnit.SECONDS));
        return redisson;
    }

    private static void checkout(RedissonClient redisson, Worker worker) {
        long issue = worker.next(0);
        RLock lock = redisson.getLock("lock:" + issue);
        lock.lock(30, TimeUnit.SECONDS);
        try {
            RMap<String, String> hash = redisson.getMap("redisson:issue:" + issue);
            Map<String, String> image = new HashMap<>(hash.readAllMap());
            String now = Instant.now().toString();
            image.putAll(Map.of("status", "processing", "lastUpdated", now, "processId", "worker-0", "pid", "1"));
            image.putAll(Map.of("startTime", now, "lastHeartbeat", now, "taskType", "issue", "metadata", "{}"));
            hash.putAll(image);
        } finally {
            lock.unlock();
        }
    }

    /** Commands a second of eight connections that do nothing else, with the checkout of the hand-written script. */
    private double benchmark(int port) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("redis-benchmark", "-p", Integer.toString(port), "--csv"));
        command.addAll(
                List.of("-c", "8", "-n", "20000", "evalsha", like.sha(), "8", "authority", "issue:1", "revisions:0"));
        command.addAll(List.of("processing_issues", "deadlines", "heartbeat:x", "heartbeats", "held:x"));
        command.addAll(
                List.of("checkout", "1", "x", Instant.now().toString(), Long.toString(System.currentTimeMillis())));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        String line = said.lines().reduce((first, second) -> second).orElse("");
        Matcher rate = RATE.matcher(line);
        if (!rate.find()) {
            throw new IllegalStateException("redis-benchmark said " + said);
        }
        return Double.parseDouble(rate.group(1));
    }

    @Override
    List<Goal> goals() {
        List<Goal> goals = new ArrayList<>();
        for (String operation : OPERATIONS) {
            goals.add(new Goal(
                    operation + " in redis-write / raw EVALSHA, p50",
                    Unit.MICROS,
                    Term.of("bridge 1", operation + " p50"),
                    Bound.ratioAtMost(1.4),
                    Term.of("raw 1", operation + " p50")));
        }
        goals.add(new Goal(
                "the three of them / raw EVALSHA, 8 threads",
                Unit.PER_SECOND,
                Term.of("bridge 8", "rate"),
                Bound.ratioAtLeast(0.7),
                Term.of("raw 8", "rate")));
        goals.add(new Goal(
                "the same of the Redis store alone, without files / raw EVALSHA",
                Unit.PER_SECOND,
                Term.of("store", "rate"),
                Bound.NONE,
                Term.of("raw 8", "rate")));
        goals.add(new Goal(
                "the three of them, 8 threads / label requests' files alone, one thread",
                Unit.PER_SECOND,
                Term.of("bridge 8", "rate"),
                Bound.NONE,
                Term.of("label files", "rate")));
        goals.add(new Goal(
                "round trips of each",
                Unit.COUNT,
                Term.of("bridge 1", "trips"),
                Bound.atMost(1.05),
                Term.of("raw 1", "trips")));
        goals.add(new Goal(
                "checkout in redis-write / Redisson: lock, read, write, unlock, p50",
                Unit.MICROS,
                Term.of("bridge 1", "checkout p50"),
                Bound.NONE,
                Term.of("Redisson", "p50")));
        goals.add(new Goal(
                "the three of them, 8 threads / redis-benchmark, 8 connections",
                Unit.PER_SECOND,
                Term.of("bridge 8", "rate"),
                Bound.NONE,
                Term.of("redis-benchmark", "rate")));
        return goals;
    }
}
