package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.Waits;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Served;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * The state of a project on its way from files to Redis: takes every call, and lets the {@linkplain Phase phase table}
 * say which store serves it.
 *
 * <p>Guarantees, in every phase but {@code redis-only}: an acknowledged operation is in the files when it is answered, so
 * Redis may vanish at any moment; a record that Redis may not have as it is (a dirty one) is never served from there;
 * what Redis can't do in its time-out is done by the files. In {@code redis-only} Redis has the only copy, and without it
 * operations are refused.
 *
 * <p>A change of phase, a fail-over and a return are {@link Transitions} and {@link Recovery}; here is only the routing.
 */
public final class ShadowStateManager implements StateManager {
    private static final Logger LOG = LoggerFactory.getLogger(ShadowStateManager.class);

    private final Project project;
    private final ObservedStateManager files;
    private final ObservedStateManager redis;
    private final CarryOver carryOver;
    private final Recovery recovery;
    private final Transitions transitions;
    private final Throttle throttle = Throttle.ofSystem();
    private final Checkpoint checkpoint;
    private final Backfill backfill;
    private final Mismatches mismatches;
    private final ShadowReads shadowReads;
    private final Keeper keeper;
    private final Keeper mirroring;
    private final Fallback fallback;
    private final ReadPath reads;
    private final WritePath writes;
    private final ForeignWrites foreignWrites;
    private volatile long lastNoted;
    private final List<Consumer<StatusChange>> listeners = new CopyOnWriteArrayList<>();

    /**
     * What it is made of; it closes the stores when it is closed.
     *
     * @param bridgeDirectory {@code .bridge} in the state directory; must exist, and belong to this bridge alone
     */
    public record Parts(
            LocalStateManager files,
            FencedStateManager redis,
            Path bridgeDirectory,
            AuditJournal audit,
            StoreObserver observer,
            Clock clock,
            Disk disk,
            Waits waits) {
        /** On the machine's own disk, with threads that block. */
        public Parts(
                LocalStateManager files,
                FencedStateManager redis,
                Path bridgeDirectory,
                AuditJournal audit,
                StoreObserver observer,
                Clock clock) {
            this(files, redis, bridgeDirectory, audit, observer, clock, new Disk(), Waits.BLOCKING);
        }
    }

    /**
     * Takes up where the last bridge on this directory left. Redis need not be there: it is believed as soon as it is.
     *
     * @throws BridgeException.Corrupt when what is kept in {@code .bridge} can't be understood
     */
    public static ShadowStateManager open(Parts parts, ShadowOptions options) {
        ShadowStateManager manager = new ShadowStateManager(parts, options);
        manager.start();
        return manager;
    }

    private ShadowStateManager(Parts parts, ShadowOptions options) {
        this.project = new Project(parts, options);
        this.carryOver = new CarryOver(project);
        this.recovery = new Recovery(project, carryOver, options, parts.waits());
        this.transitions = new Transitions(project, carryOver, recovery, parts.waits());
        this.checkpoint = new Checkpoint(parts.disk(), parts.bridgeDirectory());
        this.backfill = new Backfill(project, carryOver, checkpoint, throttle);
        this.foreignWrites = new ForeignWrites(parts.disk(), parts.bridgeDirectory(), parts.clock());
        this.mismatches = new Mismatches(parts.audit(), parts.disk(), parts.bridgeDirectory(), parts.clock());
        this.files =
                new ObservedStateManager(project.files, Served.FILE, ObservedStateManager.Guard.NONE, parts.observer());
        this.redis = new ObservedStateManager(parts.redis(), Served.REDIS, recovery.breaker(), parts.observer());
        this.shadowReads = new ShadowReads(project, redis, mismatches, options.shadowReadPercent(), System::nanoTime);
        this.fallback = new Fallback(project, recovery.breaker());
        this.reads = new ReadPath(project, files, redis, shadowReads, fallback);
        this.writes = new WritePath(project, files, redis, mismatches, fallback);
        this.keeper = new Keeper("bridge-keeper", this::keep, options.keeperInterval());
        this.mirroring = new Keeper("bridge-mirror", this::mirror, options.mirrorInterval());
    }

    private void start() {
        project.files.onForeignWrite(this::foreignWrite);
        recovery.start();
        keeper.start();
        mirroring.start();
    }

    // ---- operations

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        boolean isTimed = throttle.isAtWork();
        long start = isTimed ? System.nanoTime() : 0;
        RecordKey key = operation.key();
        Execution execution;
        try (Gate.Pass pass = project.gate.enter();
                RecordLocks.Held held = project.locks.lock(key)) {
            execution = writes.execute(key, operation, stamp);
        }
        if (isTimed) {
            throttle.operationTook(System.nanoTime() - start);
        }
        tell(execution, stamp);
        return execution;
    }

    @Override
    public List<Boolean> replaceAll(List<Replacement> replacements) {
        List<Boolean> written = new ArrayList<>(replacements.size());
        try (Gate.Pass pass = project.gate.enter()) {
            for (Replacement replacement : replacements) {
                written.add(writes.replace(replacement));
            }
        }
        return written;
    }

    // ---- reads

    @Override
    public Versioned read(RecordKey key) {
        return reads.read(key);
    }

    @Override
    public List<Versioned> readAll(List<RecordKey> keys) {
        return keys.stream().map(reads::read).toList();
    }

    @Override
    public List<Versioned> page(StateCollection collection, @Nullable String after, int limit) {
        return reads.list(store -> store.page(collection, after, limit));
    }

    @Override
    public long count(StateCollection collection) {
        return reads.list(store -> store.count(collection));
    }

    @Override
    public List<Long> processing() {
        return reads.list(StateManager::processing);
    }

    @Override
    public List<Long> heldBy(String processId) {
        return reads.list(store -> store.heldBy(processId));
    }

    @Override
    public Optional<Instant> lastSeen(String processId, Instant now) {
        return reads.list(store -> store.lastSeen(processId, now));
    }

    @Override
    public List<Orphan> orphans(Instant now) {
        return reads.list(store -> store.orphans(now));
    }

    /** Which store lists come from at the moment. */
    public Served listsFrom() {
        return reads.list(store -> store == redis ? Served.REDIS : Served.FILE);
    }

    // ---- the phase

    public Standing standing() {
        return project.standing();
    }

    /**
     * Changes the phase or its percents, passing through every phase between. Holds operations up only while the authority
     * moves. Judging whether to is up to the caller.
     *
     * @param who the role that wants it, for the audit journal
     * @throws BridgeException.Unavailable when a store that the change needs can't be reached; the phase stays
     */
    public Change change(Rollout target, String who, String why) {
        Change change = transitions.change(target, who, why);
        mismatches.beginStage();
        return change;
    }

    /** When the rollout moved last. */
    public Instant stageBegan() {
        return mismatches.since();
    }

    /** How often the breaker came into each of its states since the start, by the state's name. */
    public Map<String, Long> breakerTransitions() {
        return recovery.breaker().transitions();
    }

    /** How often {@code to} got authority since the start. */
    public long authorityChanges(Authority to) {
        return project.authorityChanges(to);
    }

    /** What the running comparison has found, by signature. */
    public ObjectNode mismatches() {
        return mismatches.toJson();
    }

    /**
     * Compares every record of both stores and copies what differs from the store that has authority to the other one.
     * In phase {@code file} this is the backfill: it goes on behind the last {@link Checkpoint} that fits, and refuses
     * before it writes anything if some record would not survive.
     *
     * @param recordsPerSecond at most; 0 for no limit but the workers' latency
     * @param progress told after each chunk how many records were compared so far; may throw to stop
     * @throws BridgeException.Conflict {@code not-lossless}, naming what would not survive
     */
    public Copied carryOver(long recordsPerSecond, java.util.function.LongConsumer progress) {
        Checkpoint.Place from = Checkpoint.Place.START;
        CarryOver.Tally tally;
        if (project.standing().phase().usesRedis()) {
            tally = carryOver.sweepAll(progress::accept);
        } else {
            FencedStateManager.Server server = project.redis.probe();
            from = checkpoint.resume(project.files.mark(), server);
            if (from.isStart()) {
                new Survival(project.files, project.redis).require(() -> progress.accept(0));
            }
            fenceForBackfill(server);
            throttle.begin(recordsPerSecond);
            try {
                tally = backfill.run(from, server, progress::accept);
            } finally {
                throttle.end();
            }
            checkpoint.forget();
        }
        if (tally.left() == 0) {
            project.commit(s -> s.withBackfilled(true));
        }
        return new Copied(tally.compared(), tally.copied(), tally.left(), from.isStart() ? null : from.toString());
    }

    /** As {@link #carryOver(long, java.util.function.LongConsumer)}, as fast as it goes. */
    public Copied carryOver(java.util.function.LongConsumer progress) {
        return carryOver(0, progress);
    }

    /** Counts what a backfill would look at and copy now, and writes nothing anywhere. */
    public Copied rehearse(java.util.function.LongConsumer progress) {
        return Rehearsal.of(project.files, project.redis, progress);
    }

    private void fenceForBackfill(FencedStateManager.Server server) {
        long epoch = Math.max(project.standing().epoch(), server.epoch() == null ? 0 : server.epoch());
        project.fence(server.epoch(), epoch);
        project.commit(s -> s.withEpoch(epoch));
    }

    /**
     * What a carry-over did.
     *
     * @param left records that kept changing or could not be copied
     * @param wentOnBehind the place up to which an earlier one had done it all; null when it began at the start
     */
    public record Copied(
            long compared, long copied, long left, @Nullable String wentOnBehind) {}

    /** Goes through every record that either store has, collection by collection. */
    public Walk walk() {
        return new Walk(project.files, project.redis);
    }

    /** Both stores' images of one record, at a moment when no operation of this bridge is under way on it. */
    public Pair pair(RecordKey key) {
        try (RecordLocks.Held held = project.locks.lock(key)) {
            return new Pair(key, project.files.read(key), project.redis.read(key));
        }
    }

    /** As {@link #pair}, of many records at once: few enough that nobody waits long for one of them. */
    public List<Pair> pairs(List<RecordKey> keys) {
        try (RecordLocks.Held held = project.locks.lockAll(keys)) {
            return new Pairs(project.files, project.redis).read(keys);
        }
    }

    /** Which side of a pair that differs has left what both last agreed on. */
    public Moved moved(Pair pair) {
        return project.agreed.moved(pair);
    }

    /** Remembers that both stores have the same, for {@link #moved}. */
    public void agreed(Pair pair) {
        project.agreed.note(pair.key(), pair.file().image());
    }

    /** Makes durable what was {@linkplain #agreed agreed}. */
    public void keepAgreed() {
        project.agreed.save();
    }

    /** The bare files, for what only a sweep asks of them. */
    public LocalStateManager bareFiles() {
        return project.files;
    }

    /** The bare Redis, for what only a sweep asks of it. */
    public FencedStateManager bareRedis() {
        return project.redis;
    }

    /** Repairs single records; what it may not do, it says. */
    public Repairs repairs() {
        return new Repairs(project, carryOver);
    }

    /** Why a record is known to differ, in kebab case; empty for one that is not. */
    public Optional<String> knownCause(RecordKey key) {
        DirtyRecords.Mark mark = project.dirty.markOf(key);
        return mark == null ? Optional.empty() : Optional.of(mark.cause().label());
    }

    /** Whether nothing is known of the single records of a collection, so that all of it is yet to be carried over. */
    public boolean isDirtyAsAWhole(StateCollection collection) {
        return project.dirty.wholeCollections().contains(collection);
    }

    /** When somebody else last wrote the files; empty if never since the start. */
    public Optional<Instant> lastForeignWrite() {
        return foreignWrites.last();
    }

    /** What others did to the files, and what of ours they erased. */
    public ForeignWrites foreignWrites() {
        return foreignWrites;
    }

    /**
     * Writes again what others erased of ours, where nobody has changed the record since; an older state never takes the
     * place of a newer one.
     *
     * @param keys empty: all open cases
     * @return for each case what became of it
     */
    public Map<RecordKey, Reapplied> reapply(Set<RecordKey> keys) {
        Map<RecordKey, Reapplied> results = new LinkedHashMap<>();
        for (ForeignWrites.Erasure erasure : foreignWrites.erased()) {
            if (keys.isEmpty() || keys.contains(erasure.key())) {
                results.put(erasure.key(), reapply(erasure));
            }
        }
        keys.forEach(key -> results.putIfAbsent(key, Reapplied.NOT_ERASED));
        return results;
    }

    private Reapplied reapply(ForeignWrites.Erasure erasure) {
        Versioned now = read(erasure.key());
        Reapplied result;
        if (Objects.equals(now.image(), erasure.ours())) {
            result = Reapplied.ALREADY_THERE;
        } else if (!Objects.equals(now.image(), erasure.theirs())) {
            result = Reapplied.CHANGED_SINCE;
        } else {
            Replacement again = new Replacement(erasure.key(), erasure.ours(), now.version(), null, now.order());
            result = replaceAll(List.of(again)).get(0) ? Reapplied.REAPPLIED : Reapplied.CHANGED_SINCE;
        }
        foreignWrites.settle(erasure.key(), result.label());
        return result;
    }

    /** What became of a write that others had erased. */
    public enum Reapplied {
        /** The record is again as we had written it. */
        REAPPLIED("reapplied"),
        /** It is so already. */
        ALREADY_THERE("already-there"),
        /** Somebody has changed it since; it was left alone. */
        CHANGED_SINCE("changed-since"),
        /** No write of ours to it is known to be erased. */
        NOT_ERASED("not-erased");

        private final String label;

        Reapplied(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    public ShadowStatus status() {
        Breaker.Condition condition = recovery.breaker().condition();
        Mismatches.Counts compared = mismatches.all();
        Mismatches.Counts inStage = mismatches.sinceStageBegan();
        return new ShadowStatus(
                project.standing(),
                condition.state().label(),
                condition.reason(),
                recovery.announcedTry(),
                project.dirty.count(),
                project.dirty.wholeCollections().size(),
                project.dirty.count(DirtyRecords.Cause.UNKNOWN),
                compared.comparisons(),
                compared.mismatches(),
                compared.noise(),
                inStage.comparisons(),
                inStage.mismatches(),
                foreignWrites.writes(),
                fallback.count(),
                project.files.lagMillis(),
                project.files.lagRecords(),
                project.files.journalBytes(),
                project.files.refusals(),
                recovery.failOvers(),
                recovery.returns());
    }

    /** Calls {@code listener} after every change of an issue's status, on the thread that made it, outside all locks. */
    public void onStatusChange(Consumer<StatusChange> listener) {
        listeners.add(listener);
    }

    private void tell(Execution execution, Stamp stamp) {
        if (execution.key().collection() != StateCollection.ISSUES
                || !(execution.decision() instanceof Decision.Changed)) {
            return;
        }
        String before = status(execution.before());
        String after = status(execution.after());
        if (!Objects.equals(before, after)) {
            String process = execution.after() == null ? null : new Issue(execution.after()).processId();
            StatusChange change = new StatusChange(execution.key().number(), after, process, stamp.now());
            listeners.forEach(listener -> tell(listener, change));
        }
    }

    /** The operation has taken effect, so a listener can't make it fail any more. */
    private static void tell(Consumer<StatusChange> listener, StatusChange change) {
        try {
            listener.accept(change);
        } catch (RuntimeException e) {
            LOG.error("A listener failed on {}", change, e);
        }
    }

    private static @Nullable String status(@Nullable JsonNode image) {
        return image == null ? null : new Issue(image).status();
    }

    private void foreignWrite(LocalStateManager.ForeignWrite write) {
        foreignWrites.note(write);
        boolean filesAreRight = write.setAside() == null;
        if (filesAreRight && project.standing().phase().usesRedis()) {
            write.records().forEach(key -> project.dirty.mark(key, DirtyRecords.Cause.FOREIGN));
        }
        var details = Json.object().put("file", write.file());
        details.set("records", Json.number(write.records().size()));
        var first = details.putArray("first");
        write.records().stream().limit(10).forEach(key -> first.add(key.toString()));
        var erased = details.putArray("erasedOurs");
        write.erasedOurs().keySet().stream().limit(100).forEach(key -> erased.add(key.toString()));
        if (write.setAside() != null) {
            details.put("setAside", write.setAside().getFileName().toString());
        }
        project.audit.note("foreign-write", "somebody else wrote " + write.file(), details);
    }

    /** One turn of the mirror: writes to the files what so far is in the journal only. Called by a thread of its own. */
    public void mirror() {
        project.files.turn();
    }

    /** One turn of the upkeep: tries a lost Redis again, or carries over what is dirty. Called by the keeper's thread. */
    public void keep() {
        Standing standing = project.standing();
        if (!standing.phase().usesRedis()) {
            return;
        }
        mismatches.saveNowAndThen();
        if (!standing.believed()) {
            recovery.tryReturn();
            return;
        }
        if (!project.dirty.isEmpty()) {
            drain();
        } else {
            askRedis();
        }
        if (standing.filesBehind()) {
            noteAcknowledged();
        }
    }

    /** So that a Redis which is gone, or lost its state, is noticed though nobody works. The breaker counts how it went. */
    private void askRedis() {
        try {
            redis.read(RecordKey.LAST_RUN);
        } catch (BridgeException e) {
            LOG.debug("Redis did not answer as it should: {}", e.getMessage());
        }
    }

    /** Where Redis has the only copy; once a second. */
    private void noteAcknowledged() {
        long now = project.clock.millis();
        if (Math.abs(now - lastNoted) >= 1000) {
            project.noteAcknowledged();
            lastNoted = now;
        }
    }

    private void drain() {
        try {
            carryOver.drain();
        } catch (BridgeException.Unavailable e) {
            if (!recovery.doubt(e)) {
                throw e;
            }
        }
    }

    /** Stops in order: what is soft is written, and the next start knows that nothing was left half done. */
    @Override
    public void close() {
        keeper.close();
        mirroring.close();
        shadowReads.close();
        try (Gate.Pass alone = project.gate.shut()) {
            project.files.flush();
            project.agreed.save();
            mismatches.save();
            project.save(leaveInOrder());
        } catch (BridgeException.Unavailable e) {
            LOG.warn("What is left to be written is done at the next start: {}", e.getMessage());
        } finally {
            project.redis.close();
            project.files.close();
        }
    }

    private StandingFile.@Nullable CleanStop leaveInOrder() {
        if (!project.standing().believed() || !project.dirty.isEmpty()) {
            return null;
        }
        try {
            FencedStateManager.Server server = project.redis.probe();
            return recovery.isTrusted(server)
                    ? new StandingFile.CleanStop(server.revision(), project.files.mark())
                    : null;
        } catch (BridgeException.Unavailable e) {
            return null;
        }
    }

    /** How long the bridge has left until it tries Redis again; zero when that is due. */
    public Duration untilNextTry() {
        Duration left = Duration.between(Instant.ofEpochMilli(project.clock.millis()), recovery.nextTry());
        return left.isNegative() ? Duration.ZERO : left;
    }
}
