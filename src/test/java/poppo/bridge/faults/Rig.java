package poppo.bridge.faults;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A bridge, its Redis behind a proxy, its directory, and an API to it: everything that can be broken, once. */
final class Rig implements AutoCloseable {
    static final Duration COMMAND_TIMEOUT = Duration.ofMillis(150);
    static final Duration TTL = Duration.ofSeconds(8);

    /** The TTL less what a crash may lose of the soft heartbeats, and a delay of the clients' own. */
    static final Duration SURE = Duration.ofSeconds(6);

    static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final Map<String, String> SETTINGS = Map.of(
            "BRIDGE_HEARTBEAT_TTL", TTL.toSeconds() + "s",
            "BRIDGE_BREAKER_FIRST_RETRY", "50ms",
            "BRIDGE_BREAKER_LAST_RETRY", "200ms",
            "BRIDGE_SHADOW_READ_PERCENT", "50");

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final StateHome home;
    private final RedisUnderTest redis;
    private final TcpProxy proxy;
    private final BridgeUnderTest bridge;
    private final Api api;
    private final List<Finding> invented = new ArrayList<>();
    private PhaseUnderTest phase;

    private Rig(Path directory, StateHome home, PhaseUnderTest phase, Map<String, String> settings) throws IOException {
        this.phase = PhaseUnderTest.FILE;
        this.home = keep(home);
        try {
            this.redis = keep(new RedisUnderTest(directory.resolve("redis")));
            this.proxy = keep(new TcpProxy(redis.port()));
            this.bridge =
                    keep(new BridgeUnderTest(home.state(), proxy.port(), settings, directory.resolve("bridge.log")));
            this.api = new Api(bridge::url);
            enter(phase);
        } catch (IOException | RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    static Rig start(Path directory, StateHome home, PhaseUnderTest phase) throws IOException {
        return start(directory, home, phase, COMMAND_TIMEOUT);
    }

    static Rig start(Path directory, StateHome home, PhaseUnderTest phase, Duration commandTimeout) throws IOException {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("BRIDGE_REDIS_COMMAND_TIMEOUT", commandTimeout.toMillis() + "ms");
        return new Rig(directory, home, phase, settings);
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    StateHome home() {
        return home;
    }

    RedisUnderTest redis() {
        return redis;
    }

    TcpProxy proxy() {
        return proxy;
    }

    BridgeUnderTest bridge() {
        return bridge;
    }

    Api api() {
        return api;
    }

    PhaseUnderTest phase() {
        return phase;
    }

    /** Notes what came to be in the place of a state directory that was away. */
    void foundInvented(String what) {
        invented.add(new Finding(Finding.Kind.INVENTED, "in the place of the deleted state directory: " + what));
    }

    /** What was noted so since the last time. */
    List<Finding> takeInvented() {
        List<Finding> taken = List.copyOf(invented);
        invented.clear();
        return taken;
    }

    // ---- what the operator does

    /** The migration's status, or missing while there is nobody to ask. */
    JsonNode status() throws InterruptedException {
        return api.get("migration").body();
    }

    /**
     * Goes down to the files, and up to {@code target} by the gates. With a time-out as short as here a gate can fail on a
     * busy machine for no other reason, so it is asked again.
     */
    void enter(PhaseUnderTest target) {
        insist("migration/rollback", () -> callQuietly("POST", "migration/rollback", "{'reason':'the next phase'}"));
        phase = PhaseUnderTest.FILE;
        if (target.usesRedis()) {
            job("backfill");
            insist(
                    "migration/phase",
                    () -> callQuietly("PUT", "migration/phase", "{'phase':'" + target.label() + "'}"));
        }
        phase = target;
    }

    private static void insist(String what, Supplier<Api.Reply> call) {
        Api.Reply[] last = new Api.Reply[1];
        boolean done = await(PATIENCE, () -> {
            last[0] = call.get();
            return last[0].isDone();
        });
        if (!done) {
            throw new AssertionError(what + ": " + last[0].status() + " " + last[0].problem());
        }
    }

    /** Runs a job to its end and returns it; again where it failed, for the same reason as above. */
    JsonNode job(String kind) {
        JsonNode[] job = new JsonNode[1];
        boolean done = await(PATIENCE, () -> {
            String id = callQuietly("POST", "migration/" + kind, "{}")
                    .body()
                    .path("id")
                    .asText();
            await(PATIENCE, () -> {
                job[0] = getQuietly("migration/jobs/" + id);
                return !job[0].path("state").asText("running").equals("running");
            });
            return job[0].path("state").asText().equals("done");
        });
        if (!done) {
            throw new AssertionError(kind + " did not get done: " + job[0]);
        }
        return job[0];
    }

    private Api.Reply callQuietly(String method, String path, String json) {
        try {
            return api.call(method, path, json);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private JsonNode getQuietly(String path) {
        return callQuietly("GET", path, null).body();
    }

    /** Whether Redis has its part back. */
    boolean isBack() {
        JsonNode status = getQuietly("migration");
        return !phase.usesRedis()
                ? status.has("phase")
                : status.path("breaker").path("state").asText().equals("closed")
                        && status.path("authority").asText().equals(phase.authority());
    }

    /** Whether nothing is left to carry over. */
    boolean isSettled() {
        JsonNode status = getQuietly("migration");
        return isBack()
                && status.path("dirtyRecords").asLong(-1) == 0
                && status.path("unknownOutcomes").asLong(-1) == 0
                && status.path("mirrorLagMillis").asLong(0) == 0;
    }

    /** Looks every few milliseconds, until {@code holds} or the time is over. */
    static boolean await(Duration atMost, BooleanSupplier holds) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        return true;
    }

    /** Ends everything that was started, in reverse; each by its own handle. */
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                System.err.println("closing the rig: " + e);
            }
        }
    }
}
