package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Issue;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * Copies records from the store that is right about them to the other one: backfill, catch-up, repair and rollback are
 * all this. It copies images and replays nothing; each copy is a compare-and-set on the version seen, read back after;
 * the records of a chunk are locked meanwhile, so no operation of this bridge comes between.
 *
 * <p>Works on the bare stores: it is also what runs while the breaker keeps everybody else away from Redis.
 */
final class CarryOver {
    private final Project project;
    private final Pairs pairs;

    CarryOver(Project project) {
        this.project = project;
        this.pairs = new Pairs(project.files, project.redis);
    }

    /** What a carry-over did: looked at, copied, and could not bring to agreement. */
    record Tally(long compared, long copied, long left) {
        static final Tally NONE = new Tally(0, 0, 0);

        Tally plus(Tally other) {
            return new Tally(compared + other.compared, copied + other.copied, left + other.left);
        }
    }

    /** Told after each chunk how many records were looked at in all; may throw to stop. */
    interface Progress {
        Progress NONE = compared -> {};

        void compared(long total);
    }

    /** Carries over whatever is dirty, the files being right about it. */
    Tally drain() {
        Tally tally = Tally.NONE;
        for (Map.Entry<StateCollection, Long> whole : project.dirty.whole().entrySet()) {
            Tally swept = sweep(whole.getKey(), key -> Authority.FILE, Progress.NONE);
            if (swept.left() == 0) {
                project.dirty.cleanWhole(whole.getKey(), whole.getValue());
            }
            tally = tally.plus(swept);
        }
        List<RecordKey> single = project.dirty.single();
        for (int from = 0; from < single.size(); from += Pairs.CHUNK) {
            List<RecordKey> chunk = single.subList(from, Math.min(from + Pairs.CHUNK, single.size()));
            tally = tally.plus(carry(chunk, key -> Authority.FILE, false));
        }
        return tally;
    }

    /** Compares every record of every collection and copies those that differ. */
    Tally sweepAll(Function<RecordKey, Authority> right, Progress progress) {
        Tally[] tally = {Tally.NONE};
        for (StateCollection collection : StateCollection.values()) {
            long before = tally[0].compared();
            tally[0] = tally[0].plus(sweep(collection, right, compared -> progress.compared(before + compared)));
        }
        return tally[0];
    }

    private Tally sweep(StateCollection collection, Function<RecordKey, Authority> right, Progress progress) {
        Tally[] tally = {Tally.NONE};
        pairs.walk(collection, chunk -> {
            List<RecordKey> differing =
                    chunk.stream().filter(pair -> !pair.compare().agrees()).map(Pair::key).toList();
            tally[0] = tally[0].plus(new Tally(chunk.size() - differing.size(), 0, 0));
            tally[0] = tally[0].plus(carry(differing, right, true));
            progress.compared(tally[0].compared());
        });
        return tally[0];
    }

    /** @param unexplained whether nobody knows why they differ, so that what is overwritten is kept aside */
    Tally carry(List<RecordKey> keys, Function<RecordKey, Authority> right, boolean unexplained) {
        if (keys.isEmpty()) {
            return Tally.NONE;
        }
        try (RecordLocks.Held held = project.locks.lockAll(keys)) {
            List<Pair> differing = readAndClean(keys);
            copy(differing, Authority.REDIS, right, unexplained);
            copy(differing, Authority.FILE, right, unexplained);
            long left = readAndClean(differing.stream().map(Pair::key).toList()).size();
            return new Tally(keys.size(), differing.size() - left, left);
        }
    }

    /** Takes the mark off those that agree, and returns the others. */
    private List<Pair> readAndClean(List<RecordKey> keys) {
        List<DirtyRecords.@Nullable Mark> marks = new ArrayList<>(keys.size());
        keys.forEach(key -> marks.add(project.dirty.markOf(key)));
        List<Pair> differing = new ArrayList<>();
        List<Pair> all = read(keys);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).compare().agrees()) {
                project.dirty.clean(keys.get(i), marks.get(i));
            } else {
                differing.add(all.get(i));
            }
        }
        return differing;
    }

    private List<Pair> read(List<RecordKey> keys) {
        List<Versioned> fromFiles = project.files.readAll(keys);
        List<Versioned> fromRedis = project.redis.readAll(keys);
        List<Pair> read = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            read.add(new Pair(keys.get(i), fromFiles.get(i), fromRedis.get(i)));
        }
        return read;
    }

    /** Copies those that {@code to} is wrong about. */
    private void copy(
            Collection<Pair> differing, Authority to, Function<RecordKey, Authority> right, boolean unexplained) {
        List<Replacement> replacements = new ArrayList<>();
        for (Pair pair : differing) {
            if (right.apply(pair.key()) == to) {
                continue;
            }
            Versioned source = to == Authority.REDIS ? pair.file() : pair.redis();
            Versioned target = to == Authority.REDIS ? pair.redis() : pair.file();
            if (unexplained && target.image() != null) {
                project.setAside.keep(to, pair.key(), target.image(), source.image());
            }
            replacements.add(new Replacement(
                    pair.key(), source.image(), target.version(), holderSeen(source, other(to)), source.order()));
        }
        if (!replacements.isEmpty()) {
            store(to).replaceAll(replacements);
        }
    }

    private @Nullable Instant holderSeen(Versioned source, Authority from) {
        Instant now = Instant.ofEpochMilli(project.clock.millis());
        if (source.key().collection() == StateCollection.PROCESSES) {
            return store(from).lastSeen(source.key().id(), now).orElse(null);
        }
        String holder = source.key().collection() == StateCollection.ISSUES ? Issue.holder(source.image()) : null;
        if (holder == null) {
            return null;
        }
        return store(from).lastSeen(holder, now).orElseGet(() -> lastHeartbeat(source.image()));
    }

    private static @Nullable Instant lastHeartbeat(@Nullable JsonNode issue) {
        return issue == null ? null : new Issue(issue).lastHeartbeat();
    }

    private StateManager store(Authority which) {
        return which == Authority.REDIS ? project.redis : project.files;
    }

    private static Authority other(Authority which) {
        return Arrays.stream(Authority.values())
                .filter(each -> each != which)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Carries over until nothing is dirty.
     *
     * @throws BridgeException.Unavailable when some records can't be brought to agreement
     */
    void drainFully() {
        for (int round = 0; round < 5 && !project.dirty.isEmpty(); round++) {
            drain();
        }
        if (!project.dirty.isEmpty()) {
            throw new BridgeException.Unavailable(
                    project.dirty.count() + " records (first: "
                            + project.dirty.single().stream().findFirst().map(RecordKey::toString).orElse("-")
                            + ") can't be carried over to Redis; see the audit journal");
        }
    }
}
