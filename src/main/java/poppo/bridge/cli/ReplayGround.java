package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.journal.Fsync;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.TemporaryDirectory;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.replay.Ground;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.LocalStateManager;

/** The real stores under a replay: on a Redis that is given, or on one of its own, which ends with it. */
final class ReplayGround implements Ground, AutoCloseable {
    /** A machine busy with other things must not look like an outage. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** Where outages are meant to be, nobody wants to wait for each. */
    private static final Duration IMPATIENCE = Duration.ofMillis(250);

    private final String uri;
    private final Duration commandTimeout;
    private final @Nullable Own own;

    private ReplayGround(String uri, Duration commandTimeout, @Nullable Own own) {
        this.uri = uri;
        this.commandTimeout = commandTimeout;
        this.own = own;
    }

    /**
     * On a Redis that others may use as well: each run has a project of its own there, and removes it.
     *
     * @throws BridgeException.Unavailable when it can't be reached
     */
    static ReplayGround on(String uri) {
        try (RedisStateManager manager = RedisStateManager.connect(RedisOptions.of(uri, "replay"))) {
            manager.probe();
        }
        return new ReplayGround(uri, PATIENCE, null);
    }

    /** @param hasFaults whether it will be in trouble */
    static ReplayGround own(boolean hasFaults) throws IOException {
        Own own = new Own(new TemporaryDirectory("poppo-bridge-replay-redis"));
        return new ReplayGround(own.server.uri(), hasFaults ? IMPATIENCE : PATIENCE, own);
    }

    @Override
    public LocalStateManager openFiles(Path stateDirectory, Clock clock, Disk disk) {
        return FileStateManager.open(
                FileOptions.of(stateDirectory).withClock(clock).withoutSchedule(), disk);
    }

    @Override
    public Redis openRedis(String project) {
        RedisStateManager manager =
                RedisStateManager.connect(RedisOptions.of(uri, project).withCommandTimeout(commandTimeout));
        return new Redis() {
            @Override
            public FencedStateManager manager() {
                return manager;
            }

            @Override
            public SortedMap<String, JsonNode> content() {
                return manager.content();
            }

            @Override
            public void remove() {
                manager.removeProject();
            }
        };
    }

    @Override
    public ShadowOptions options() {
        ShadowOptions usual = ShadowOptions.defaults();
        return new ShadowOptions(
                0,
                JournalOptions.defaults().withFsync(Fsync.NO),
                Duration.ZERO,
                Duration.ZERO,
                usual.maxDirty(),
                usual.maxConcurrentCalls(),
                usual.failuresToOpen(),
                usual.firstRetry(),
                usual.lastRetry());
    }

    @Override
    public Trouble trouble() {
        if (own == null) {
            throw new BridgeException.Invalid("faults", "are for a Redis of the replay's own; leave --redis-uri out");
        }
        return own;
    }

    @Override
    public void close() {
        if (own != null) {
            own.close();
        }
    }

    private static final class Own implements Trouble, AutoCloseable {
        private static final String DATA = "appendonlydir";

        private final TemporaryDirectory directory;
        private final RedisServerProcess server;
        private boolean frozen;

        Own(TemporaryDirectory directory) {
            this.directory = directory;
            this.server = RedisServerProcess.start(directory.path()).stoppedAtExit();
        }

        @Override
        public void kill() {
            server.kill();
        }

        @Override
        public void freeze() {
            server.freeze();
            frozen = true;
        }

        @Override
        public void empty() {
            server.kill();
            TemporaryDirectory.delete(directory.path().resolve(DATA));
            TemporaryDirectory.delete(directory.path().resolve("appendonly.aof"));
            server.restart();
        }

        @Override
        public void heal() {
            if (frozen) {
                server.thaw();
                frozen = false;
            }
            if (!server.isRunning()) {
                server.restart();
            }
        }

        @Override
        public void close() {
            if (frozen) {
                server.thaw();
            }
            server.close();
            directory.close();
        }
    }
}
