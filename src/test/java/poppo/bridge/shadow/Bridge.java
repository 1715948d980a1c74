package poppo.bridge.shadow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import poppo.bridge.journal.Fsync;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.TestDisk;
import poppo.bridge.machine.Waits;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Fences;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.MemoryRedis;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.TestClock;

/** A shadow manager over two stores in memory, whose upkeep and clock are in the test's hand. */
public final class Bridge implements AutoCloseable {
    public final MemoryFiles files;
    public final MemoryRedis redis;
    public final TestClock clock;
    public final TestDisk disk = new TestDisk();
    public final Path directory;
    public final AuditJournal audit;
    public final Stamp.Source stamps;
    public final ShadowStateManager state;
    private final ShadowOptions options;

    private Bridge(Path directory, MemoryFiles files, MemoryRedis redis, TestClock clock, ShadowOptions options) {
        this.directory = directory;
        this.files = files;
        this.redis = redis;
        this.clock = clock;
        this.options = options;
        this.stamps = new Stamp.Source(clock, new SplittableRandom(1));
        this.audit = new AuditJournal(new Disk(), directory, clock);
        this.state = ShadowStateManager.open(
                new ShadowStateManager.Parts(
                        files, redis, directory, audit, StoreObserver.NONE, clock, disk, Waits.BLOCKING),
                options);
    }

    /** Small segments, so that a test meets more than one. */
    private static final JournalOptions JOURNAL = new JournalOptions(Fsync.ALWAYS, 8 << 20, 0, 1 << 16);

    static ShadowOptions options() {
        return options(10_000, 4);
    }

    static ShadowOptions options(int maxDirty, int failuresToOpen) {
        return new ShadowOptions(
                0,
                JOURNAL,
                Duration.ZERO,
                Duration.ZERO,
                maxDirty,
                256,
                failuresToOpen,
                Duration.ofMillis(500),
                Duration.ofSeconds(10));
    }

    public static Bridge open(Path directory) {
        return open(directory, options());
    }

    static Bridge open(Path directory, ShadowOptions options) {
        return open(directory, new TestClock(), options);
    }

    static Bridge open(Path directory, TestClock clock, ShadowOptions options) {
        return new Bridge(directory, new MemoryFiles(), new MemoryRedis(), clock, options);
    }

    /** Stands in {@code rollout} from the start, without the way there. */
    static Bridge openAt(Path directory, TestClock clock, ShadowOptions options, Rollout rollout) {
        MemoryRedis redis = new MemoryRedis();
        Fences.fence(redis, 1);
        boolean filesBehind = !rollout.phase().keepsFiles();
        new StandingFile(new Disk(), directory).save(new Standing(rollout, 1, false, filesBehind, true), null, 0);
        return new Bridge(directory, new MemoryFiles(), redis, clock, options);
    }

    public static Bridge open(Path directory, Rollout rollout) {
        Bridge bridge = open(directory);
        bridge.to(rollout);
        return bridge;
    }

    public static Bridge open(Path directory, Phase phase) {
        return open(directory, Rollout.of(phase));
    }

    /** Another bridge on the same directory and stores; the first one is taken for killed unless it was closed. */
    public Bridge reopen() {
        files.crash();
        return new Bridge(directory, files, redis.anotherClient(), clock, options);
    }

    Change to(Phase phase) {
        return to(Rollout.of(phase));
    }

    Change to(Rollout rollout) {
        return state.change(rollout, "test", "test");
    }

    Execution run(Operation operation) {
        return state.execute(operation, stamps.next());
    }

    public boolean done(Operation operation) {
        return run(operation).isDone();
    }

    public Standing standing() {
        return state.standing();
    }

    boolean isDirty(RecordKey key) {
        return state.knownCause(key).isPresent();
    }

    /** Lets enough time pass for Redis to be tried again, and does the upkeep. */
    public void keepLater() {
        clock.advance(Duration.ofSeconds(11));
        state.keep();
    }

    /** The records in which the bare stores differ. */
    List<String> differing() {
        List<String> differing = new ArrayList<>();
        try (Walk walk = state.walk()) {
            for (StateCollection collection : StateCollection.values()) {
                walk.through(
                        collection,
                        chunk -> chunk.stream()
                                .filter(pair -> !pair.compare().agrees())
                                .forEach(pair -> differing.add(
                                        pair.compare().differences().toString())));
            }
        }
        return differing;
    }

    /** The events of the audit journal, in order. */
    List<String> events() {
        return audit.read(0, Integer.MAX_VALUE).stream()
                .map(entry -> entry.path("event").textValue())
                .toList();
    }

    String standingOnDisk() {
        try {
            return Files.readString(directory.resolve("standing.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on nothing can be made durable in {@code .bridge/standing.json}. */
    void breakStandingFile() throws IOException {
        Files.createDirectories(directory.resolve("standing.json.new/full"));
    }

    void mendStandingFile() throws IOException {
        Files.delete(directory.resolve("standing.json.new/full"));
        Files.delete(directory.resolve("standing.json.new"));
    }

    public static Operation checkout(long issue, String process) {
        return new Operation.Checkout(issue, process, null, null, null);
    }

    static Operation checkin(long issue, String process) {
        return new Operation.Checkin(issue, process, "completed", null);
    }

    static boolean isChanged(Execution execution) {
        return execution.decision() instanceof Decision.Changed;
    }

    @Override
    public void close() {
        state.close();
    }
}
