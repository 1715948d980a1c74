package poppo.bridge.interleaving;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import poppo.bridge.interleaving.Weather.Kind;
import poppo.bridge.journal.Fsync;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.shadow.Comparison;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.Standing;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.TestClock;

/**
 * One run: a bridge over stores and a disk in memory, everybody who works with it, and all that befalls it, as a seed has it.
 * It ends with everything mended, and then the promises must hold.
 */
final class World {
    private static final int MOST_STEPS = 40_000;
    private static final List<Duration> PAUSES =
            List.of(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(11));
    private static final List<Duration> JUMPS =
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(20), Duration.ofHours(1));

    final SplittableRandom random;
    final Scheduler scheduler;
    final Counts counts = new Counts();
    final Ledger ledger = new Ledger();
    final Weather weather;
    final RedisServer server;
    final TestClock clock = new TestClock(Instant.parse("2026-01-01T00:00:00Z"));
    final Stamp.Source stamps;
    final ForeignWriter foreign;

    private final Parts parts;
    private final Path directory;
    private final MemoryFiles files = new MemoryFiles();
    private final Platter platter;
    private final ShadowOptions options;
    private Life life;
    private @Nullable ShadowStateManager state;
    private @Nullable SteppedRedis connection;
    private @Nullable SteppedFiles connectedFiles;
    private int inside;
    private boolean stopping;
    private int clientsLeft;

    /** @param directory an empty one of its own */
    World(long seed, Path directory, Parts parts) {
        this.random = new SplittableRandom(seed);
        this.parts = parts;
        this.directory = directory;
        this.scheduler = new Scheduler(random.split(), MOST_STEPS);
        this.weather = new Weather(random.split(), counts);
        this.server = new RedisServer(random.split(), counts);
        this.platter = new Platter(directory.resolve("journal"), random.split());
        this.stamps = new Stamp.Source(clock, random.split());
        this.foreign = new ForeignWriter(files, ledger, counts);
        this.life = new Life(scheduler);
        this.options = options();
        scheduler.note("has " + weather.kinds() + ", fsync " + options.journal().fsync());
    }

    private ShadowOptions options() {
        // Only `always` promises anything for a power cut.
        Fsync fsync = weather.has(Kind.POWER_CUTS) ? Fsync.ALWAYS : Fsync.values()[random.nextInt(3)];
        return new ShadowOptions(
                0,
                new JournalOptions(fsync, 1 << 20, 0, 4096),
                Duration.ZERO,
                Duration.ZERO,
                random.nextBoolean() ? 2 : 1000,
                256,
                4,
                Duration.ofMillis(500),
                Duration.ofSeconds(10));
    }

    // ---- the run

    void run() {
        try {
            begin();
            scheduler.run();
            mend();
            checkTheEnd();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(e.getMessage() + "\nschedule:\n  " + String.join("\n  ", scheduler.steps()), e);
        } finally {
            counts.add("await points", scheduler.steps().size());
            countEvents();
        }
    }

    private void countEvents() {
        weather.clear();
        new AuditJournal(new poppo.bridge.machine.Disk(), directory, clock)
                .read(0, Integer.MAX_VALUE)
                .forEach(event -> counts.count(event.path("event").textValue()));
    }

    private void begin() {
        openQuietly();
        server.recover();
        clientsLeft = 3;
        for (int i = 1; i <= 3; i++) {
            scheduler.add("client" + i, new Client(this, "p" + i, random.split())::run);
        }
        scheduler.add("keeper", () -> upkeep(ShadowStateManager::keep));
        scheduler.add("mirror", () -> upkeep(ShadowStateManager::mirror));
        scheduler.add("operator", new Operator(this, random.split())::run);
        scheduler.add("fate", new Fate(this, random.split())::run);
        scheduler.add("starter", this::startAgain);
    }

    /** The way to where the run begins goes well. */
    private void openQuietly() {
        Rollout start = Operator.anyRollout(random, weather.has(Kind.REDIS_ONLY));
        weather.pause(() -> {
            open();
            bridge().change(start, "test", "where the run begins");
        });
    }

    // ---- the bridge

    private ShadowStateManager bridge() {
        return Objects.requireNonNull(state);
    }

    /** Calls the bridge as one of its threads; waits while none is there. */
    <T> T inBridge(java.util.function.Function<ShadowStateManager, T> call) {
        scheduler.until(() -> isServing() || clientsLeft == 0, () -> {});
        if (!isServing()) {
            // Nobody is going to start it again any more.
            throw new Killed();
        }
        inside++;
        try {
            return call.apply(bridge());
        } finally {
            inside--;
        }
    }

    private boolean isServing() {
        return state != null && !stopping;
    }

    private void open() {
        Life own = new Life(scheduler);
        life = own;
        SteppedDisk disk = parts.disk(platter, own, weather, directory.resolve("journal"), this::killSometimes);
        SteppedRedis redis = parts.redis(server.connect(), own, weather, server);
        connection = redis;
        SteppedFiles stepped = parts.files(files, own, weather, foreign);
        connectedFiles = stepped;
        ShadowStateManager opened = ShadowStateManager.open(
                new ShadowStateManager.Parts(
                        stepped,
                        redis,
                        directory,
                        new AuditJournal(disk, directory, clock),
                        StoreObserver.NONE,
                        clock,
                        disk,
                        parts.waits(own)),
                options);
        own.requireAlive();
        state = opened;
    }

    private void startAgain() {
        while (clientsLeft > 0) {
            scheduler.until(() -> state == null || clientsLeft == 0, () -> {});
            if (state == null) {
                tryToOpen();
            }
        }
    }

    private void tryToOpen() {
        try {
            scheduler.note("opens the bridge");
            open();
            scheduler.note("has opened it, at " + bridge().standing());
        } catch (Killed e) {
            scheduler.note("was killed while opening");
        } catch (BridgeException.Unavailable e) {
            scheduler.note("can't open: " + e.getMessage());
            end(false);
            scheduler.pause("tries again");
        }
    }

    /** The bridge ends where it is; all its threads with it. */
    void kill() {
        boolean power = weather.has(Kind.POWER_CUTS) && random.nextBoolean();
        counts.count(power ? "power cuts" : "kills");
        scheduler.note(power ? "CUTS THE POWER" : "KILLS THE BRIDGE");
        end(power);
    }

    private void end(boolean power) {
        life.end();
        state = null;
        if (power) {
            platter.losePower();
        }
        files.crash();
        foreign.bridgeEnded();
    }

    private void killSometimes() {
        if (weather.has(Kind.KILLS) && random.nextInt(60) == 0) {
            kill();
        }
    }

    /** As a server does it: lets nobody in any more, waits for those inside, and closes. */
    void stop() {
        if (state == null) {
            return;
        }
        stopping = true;
        try {
            scheduler.until(() -> inside == 0, () -> {});
            if (state != null) {
                counts.count("clean stops");
                closeAndEnd();
            }
        } finally {
            stopping = false;
        }
    }

    private void closeAndEnd() {
        try {
            bridge().close();
            scheduler.note("has closed the bridge");
        } catch (BridgeException.Unavailable e) {
            scheduler.note("could not close in order: " + e.getMessage());
        } catch (Killed e) {
            scheduler.note("was killed while closing");
            return;
        }
        end(false);
    }

    private void upkeep(java.util.function.Consumer<ShadowStateManager> turn) {
        while (clientsLeft > 0) {
            try {
                inBridge(bridge -> {
                    turn.accept(bridge);
                    return true;
                });
            } catch (Killed e) {
                scheduler.note("was killed");
            } catch (BridgeException.Unavailable e) {
                scheduler.note("will try again: " + e.getMessage());
            }
            scheduler.pause("rests");
        }
    }

    void clientHasEnded() {
        clientsLeft--;
    }

    boolean clientsWork() {
        return clientsLeft > 0;
    }

    // ---- time

    void pass() {
        clock.advance(PAUSES.get(random.nextInt(PAUSES.size())));
        if (weather.has(Kind.CLOCK_JUMPS) && random.nextInt(4) == 0) {
            counts.count("clock jumps");
            clock.advance(JUMPS.get(random.nextInt(JUMPS.size())));
        }
    }

    // ---- the end

    private void mend() {
        weather.clear();
        server.recover();
        server.landLateWrites();
        if (state == null) {
            open();
        }
        for (int round = 0; round < 20 && (round < 3 || !isQuiet()); round++) {
            // What nobody has met yet is met by some traffic.
            traffic(100L * round);
            clock.advance(Duration.ofSeconds(11));
            bridge().keep();
            bridge().mirror();
        }
    }

    /** What the doctor does at any time, past everything else: asks Redis who it is. */
    void examine() {
        SteppedRedis redis = connection;
        if (state == null || redis == null) {
            return;
        }
        try {
            redis.examine();
        } catch (BridgeException.Unavailable | Killed e) {
            scheduler.note("finds no Redis");
        }
    }

    private boolean isQuiet() {
        var status = bridge().status();
        boolean isRedisRight =
                status.standing().believed() && status.dirtyRecords() == 0 && status.dirtyCollections() == 0;
        return status.mirrorLagMillis() == 0
                && (isRedisRight || !status.standing().phase().usesRedis());
    }

    private void traffic(long from) {
        try {
            Objects.requireNonNull(connectedFiles).poll();
            for (long issue = from + 1; issue <= from + 4; issue++) {
                bridge().execute(new Operation.AddProcessedIssue(issue), stamps.next());
            }
        } catch (BridgeException.Unavailable e) {
            scheduler.note("not served yet: " + e.getMessage());
        }
    }

    private void read(RecordKey key) {
        Ledger.Entry read = ledger.beginRead(key);
        ledger.saw(read, bridge().read(key).image());
    }

    private void checkTheEnd() {
        require(isQuiet(), "It does not come to rest: " + bridge().status());
        RecordKeys.ALL.forEach(this::read);
        Standing standing = bridge().standing();
        if (standing.phase().usesRedis() && !standing.filesBehind()) {
            RecordKeys.ALL.forEach(this::requireEqual);
        }
        bridge().change(Rollout.of(Phase.FILE), "test", "the way back");
        end(true);
        files.poll();
        RecordKeys.ALL.forEach(
                key -> ledger.saw(ledger.beginRead(key), files.read(key).image()));
        List<String> lost = new ArrayList<>(ledger.labels());
        files.labels().forEach(label -> lost.remove(label.fileName()));
        require(lost.isEmpty(), "Label requests of acknowledged operations are lost: " + lost);
    }

    private void requireEqual(RecordKey key) {
        var pair = bridge().pair(key);
        require(
                Comparison.images(key, pair.file().image(), pair.redis().image())
                        .agrees(),
                "The stores differ in the end: " + pair + ledger.story(key));
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }

    /** A foreign write of one of the records, if the run has them. */
    void writeForeign(RecordKey key, int content) {
        if (weather.has(Kind.FOREIGN_WRITES)) {
            scheduler.note("writes " + key + " behind the bridge's back");
            foreign.write(key, Json.array().add("foreign" + content));
        }
    }
}
