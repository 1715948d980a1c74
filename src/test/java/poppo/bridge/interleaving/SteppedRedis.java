package poppo.bridge.interleaving;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Fault;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.MemoryRedis;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.ServerFacts;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * Redis over the one connection of one life of the bridge: each call is an await point before its effect and one after.
 * Commands of a connection take effect in their order, so what timed out has arrived when a later one is answered; a broken
 * connection is renewed by {@link #probe} alone, which kills the earlier one first.
 */
class SteppedRedis implements FencedStateManager {
    final MemoryRedis redis;
    private final Life life;
    private final Weather weather;
    private final RedisServer server;
    private boolean connected;
    private boolean fenced;
    /** Whether this connection is the one that was fenced, or none ever was. */
    private boolean bound = true;

    SteppedRedis(MemoryRedis redis, Life life, Weather weather, RedisServer server) {
        this.redis = redis;
        this.life = life;
        this.weather = weather;
        this.server = server;
        server.add(this);
    }

    void disconnect() {
        connected = false;
    }

    <T> T call(String what, boolean writes, Supplier<T> effect) {
        return call(what, writes, false, effect);
    }

    private <T> T call(String what, boolean writes, boolean unbound, Supplier<T> effect) {
        life.at("redis " + what);
        if (!connected || !server.isUp()) {
            connected = false;
            throw new BridgeException.Unavailable("not connected to Redis: " + what);
        }
        if (!bound && !unbound) {
            throw new BridgeException.Fenced("connected anew and not fenced yet: " + what);
        }
        Trouble trouble = server.isFrozen() ? frozen(writes) : weather.redis(writes);
        return answered(what, writes, trouble, effect);
    }

    private Trouble frozen(boolean writes) {
        return writes ? Trouble.LATE : Trouble.REFUSED;
    }

    private <T> T answered(String what, boolean writes, Trouble trouble, Supplier<T> effect) {
        if (trouble == Trouble.REFUSED) {
            throw new BridgeException.Unavailable("Redis doesn't answer: " + what);
        }
        T result = null;
        if (trouble == Trouble.LATE) {
            sendLate(effect);
        } else if (trouble != Trouble.REQUEST_LOST) {
            land();
            result = effect.get();
        }
        redis.forgetCalls();
        life.at("redis " + what + " done" + (trouble == Trouble.NONE ? "" : ", " + trouble));
        if (trouble != Trouble.NONE) {
            throw new BridgeException.UnknownOutcome("Redis gave no answer in time: " + what, null);
        }
        return result;
    }

    private void sendLate(Supplier<?> effect) {
        redis.faults().nth(1, Fault.late());
        try {
            effect.get();
        } catch (BridgeException.UnknownOutcome e) {
            server.counts().count("redis late writes");
        } finally {
            redis.faults().clear();
        }
    }

    /** What is on the wire arrives; a server that has moved on since refuses it. */
    void land() {
        try {
            redis.landLateWrites();
        } catch (BridgeException.Fenced e) {
            server.counts().count("redis late writes refused");
        }
    }

    /** A look by somebody who draws no conclusion from it, like the doctor's. */
    void examine() {
        probe();
    }

    @Override
    public Server probe() {
        life.at("redis probe");
        if (!server.isUp() || server.isFrozen()) {
            connected = false;
            throw new BridgeException.Unavailable("Redis can't be reached");
        }
        Trouble trouble = weather.redis(false);
        if (connected || server.arrivesBeforeKill()) {
            land();
        }
        return answered("probe", false, trouble, () -> {
            // Not after the answer: a server that restarts until then has broken this connection too.
            bound &= connected || !fenced;
            connected = true;
            return redis.probe();
        });
    }

    @Override
    public void fence(@Nullable Long seen, long epoch) {
        call("fence " + epoch, true, true, () -> {
            redis.fence(seen, epoch);
            return true;
        });
        fenced = true;
        bound = true;
    }

    @Override
    public String absentVersion() {
        return redis.absentVersion();
    }

    @Override
    public long acknowledged() {
        return redis.acknowledged();
    }

    @Override
    public List<RecordKey> unlisted(Collection<StateCollection> collections) {
        return List.of();
    }

    @Override
    public boolean hasMetadata(RecordKey key) {
        return redis.hasMetadata(key);
    }

    @Override
    public List<RecordKey> keys(StateCollection collection) {
        return redis.keys(collection);
    }

    @Override
    public JsonNode roundTrip(RecordKey key, JsonNode image) {
        return redis.roundTrip(key, image);
    }

    @Override
    public StateManager scratch() {
        return redis.scratch();
    }

    @Override
    public Losses losses() {
        return redis.losses();
    }

    @Override
    public ServerFacts facts() {
        return redis.facts();
    }

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        return call(operation.name() + " " + operation.key(), true, () -> redis.execute(operation, stamp));
    }

    @Override
    public Versioned read(RecordKey key) {
        return call("read " + key, false, () -> redis.read(key));
    }

    @Override
    public List<Versioned> readAll(List<RecordKey> keys) {
        return call("readAll " + keys.size(), false, () -> redis.readAll(keys));
    }

    @Override
    public List<Boolean> replaceAll(List<Replacement> replacements) {
        return call("replaceAll " + Names.of(replacements), true, () -> redis.replaceAll(replacements));
    }

    @Override
    public List<Versioned> page(StateCollection collection, @Nullable String after, int limit) {
        return call("page " + collection, false, () -> redis.page(collection, after, limit));
    }

    @Override
    public List<Long> processing() {
        return call("processing", false, redis::processing);
    }

    @Override
    public List<Long> heldBy(String processId) {
        return call("heldBy", false, () -> redis.heldBy(processId));
    }

    @Override
    public Optional<Instant> lastSeen(String processId, Instant now) {
        return call("lastSeen", false, () -> redis.lastSeen(processId, now));
    }

    @Override
    public List<Orphan> orphans(Instant now) {
        return call("orphans", false, () -> redis.orphans(now));
    }

    @Override
    public void close() {
        life.requireAlive();
    }
}
