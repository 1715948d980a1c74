package poppo.bridge.shadow;

import java.time.Clock;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.RecordKey;

/**
 * The two stores of one project, and what routing, recovery and phase changes share.
 *
 * <p>Locks are taken in this order: {@link #gate} (shared by operations, exclusively by whoever changes the authority),
 * then a record's lock. The {@link Standing} is read without a lock and replaced as a whole.
 */
final class Project {
    final Mirror files;
    final FencedStateManager redis;
    final Clock clock;
    final AuditJournal audit;
    final SetAside setAside;
    final DirtyRecords dirty;
    final AgreedImages agreed;
    final RecordLocks locks;
    final Gate gate;

    private final StandingFile file;
    private volatile Standing standing;
    private volatile long fenced;
    private volatile long floor;
    private volatile long noted;

    /** As of the last time the files were told. */
    private Authority authority;

    private final LongAdder toFiles = new LongAdder();
    private final LongAdder toRedis = new LongAdder();

    /** The mark of the files when they were opened. */
    final String marked;

    /** How the last bridge on this directory left; null after a crash. */
    final StandingFile.@Nullable CleanStop cleanStop;

    Project(ShadowStateManager.Parts parts, ShadowOptions options) {
        this.redis = parts.redis();
        this.clock = parts.clock();
        this.audit = parts.audit();
        this.locks = new RecordLocks(parts.waits());
        this.gate = new Gate(parts.waits());
        this.dirty = new DirtyRecords(options.maxDirty());
        this.file = new StandingFile(parts.disk(), parts.bridgeDirectory());
        StandingFile.Stored stored = file.load();
        this.standing = stored.standing();
        this.authority = standing.authority();
        this.fenced = standing.epoch();
        this.cleanStop = stored.cleanStop();
        this.floor = stored.acknowledged();
        this.noted = floor;
        // Only now: what can't be understood leaves no trace of us.
        this.agreed = new AgreedImages(parts.disk(), parts.bridgeDirectory());
        this.setAside = new SetAside(parts.disk(), parts.bridgeDirectory(), parts.clock());
        this.marked = parts.files().mark();
        this.files = new Mirror(parts, options.journal(), setAside);
        save(null);
        tellFiles();
    }

    Standing standing() {
        return standing;
    }

    /** The route of a record now; a dirty record's, even while Redis is believed, is the one without Redis. */
    Route route(RecordKey key) {
        Standing now = standing;
        boolean filesAreRight = now.believed() && !now.filesBehind() && dirty.contains(key);
        return filesAreRight ? now.down() : now.route(key);
    }

    /** Replaces the standing, then makes it durable: for what can't be refused, like a fail-over. */
    void force(UnaryOperator<Standing> change) {
        synchronized (file) {
            standing = change.apply(standing);
            tellFiles();
            file.save(standing, null, acknowledged());
        }
    }

    /** Believes Redis from here on, in memory only: a start never takes that over. */
    void believe() {
        synchronized (file) {
            standing = standing.believing(true);
            tellFiles();
        }
    }

    /** Makes the standing durable, then puts it in force; when it can't be made durable, nothing changes. */
    void commit(UnaryOperator<Standing> change) {
        synchronized (file) {
            Standing next = change.apply(standing);
            file.save(next, null, acknowledged());
            standing = next;
            tellFiles();
        }
    }

    /** Fences Redis, and remembers at which epoch. */
    void fence(@Nullable Long seen, long epoch) {
        redis.fence(seen, epoch);
        fenced = epoch;
    }

    /** Whether Redis holds the epoch that it was left with: then no other bridge has had it meanwhile. */
    boolean isAsFenced(@Nullable Long epoch) {
        return epoch != null && epoch == fenced;
    }

    /** The highest revision of the Redis that was fenced last which anybody was told of, as far as it is known. */
    long acknowledged() {
        return Math.max(floor, redis.acknowledged());
    }

    /** The server that is fenced from here on counts its revisions from its own. */
    void acknowledgedFrom(long revision) {
        floor = revision;
    }

    /** Writes the acknowledged revision down, so that an older state of Redis is known for one even after a crash. */
    void noteAcknowledged() {
        long now = acknowledged();
        if (now != noted) {
            save(null);
            noted = now;
        }
    }

    void save(StandingFile.@Nullable CleanStop clean) {
        synchronized (file) {
            file.save(standing, clean, acknowledged());
        }
    }

    /** How often {@code to} got authority since the start. */
    long authorityChanges(Authority to) {
        return (to == Authority.REDIS ? toRedis : toFiles).sum();
    }

    /** While Redis has authority the files are a mirror, and what others write into them is set aside. */
    private void tellFiles() {
        Authority now = standing.authority();
        if (now != authority) {
            (now == Authority.REDIS ? toRedis : toFiles).increment();
            authority = now;
        }
        files.acceptForeignWrites(now == Authority.FILE);
    }
}
