package poppo.bridge.interleaving;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.MemoryRedis;

/** The server behind all connections, and what befalls it. */
final class RedisServer {
    private final MemoryRedis server = new MemoryRedis();
    private final List<SteppedRedis> connections = new ArrayList<>();
    private final SplittableRandom random;
    private final Counts counts;
    private boolean up = true;
    private boolean frozen;

    RedisServer(SplittableRandom random, Counts counts) {
        this.random = random;
        this.counts = counts;
    }

    MemoryRedis connect() {
        return server.anotherClient();
    }

    void add(SteppedRedis connection) {
        connections.add(connection);
    }

    /** What it is, as nobody but the test can see it. */
    FencedStateManager.Server look() {
        return server.probe();
    }

    Counts counts() {
        return counts;
    }

    boolean isUp() {
        return up;
    }

    boolean isFrozen() {
        return frozen;
    }

    void goDown() {
        up = false;
        cutConnections();
        counts.count("redis down");
    }

    void freeze() {
        frozen = true;
        counts.count("redis frozen");
    }

    void recover() {
        up = true;
        frozen = false;
    }

    /** What is on the wire of any connection arrives, if it was ever going to: also that of a bridge that is dead. */
    void landLateWrites() {
        connections.forEach(SteppedRedis::land);
    }

    /** Whether what is on the wire of a connection arrives before its successor kills it. */
    boolean arrivesBeforeKill() {
        return random.nextBoolean();
    }

    private void cutConnections() {
        connections.forEach(SteppedRedis::disconnect);
    }

    void save() {
        server.save();
    }

    void restart() {
        endConnections();
        server.restart();
        counts.count("redis restarts");
    }

    void restartEmpty() {
        endConnections();
        server.restartEmpty();
        counts.count("redis restarts empty");
    }

    void restartOlder() {
        endConnections();
        server.restartFromSaved();
        counts.count("redis restarts older");
    }

    void flushAll() {
        server.flushAll();
        counts.count("redis flushed");
    }

    private void endConnections() {
        cutConnections();
        connections.forEach(connection -> connection.redis.dropLateWrites());
        recover();
    }
}
