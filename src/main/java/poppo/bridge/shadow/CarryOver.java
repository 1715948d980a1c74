package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
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
    /** So many dirty records are locked at once; those that are dirty are those that are in use. */
    private static final int AT_ONCE = 32;

    /** No store tells to the millisecond when it last heard of a process. */
    private static final Duration HEARD_OF_PRECISION = Duration.ofSeconds(2);

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

    /** Carries over whatever is dirty, the files being right about it; Redis, where they don't have the state. */
    Tally drain() {
        Tally tally = Tally.NONE;
        Map<StateCollection, Long> wholes = project.dirty.whole();
        if (!wholes.isEmpty()) {
            // One that marked its collection may not have written yet, and the sweep would not see what it is about to.
            project.locks.awaitOthers();
        }
        for (Map.Entry<StateCollection, Long> whole : wholes.entrySet()) {
            Tally swept = sweep(whole.getKey(), key -> rightAboutDirty(), Progress.NONE);
            if (swept.left() == 0) {
                project.dirty.cleanWhole(whole.getKey(), whole.getValue());
            }
            tally = tally.plus(swept);
        }
        List<RecordKey> single = project.dirty.single();
        for (int from = 0; from < single.size(); from += AT_ONCE) {
            List<RecordKey> chunk = single.subList(from, Math.min(from + AT_ONCE, single.size()));
            tally = tally.plus(carry(chunk, key -> rightAboutDirty(), false));
        }
        return tally;
    }

    /** Asked for each record once it is locked: the files may come to have the whole state, and more, meanwhile. */
    private Authority rightAboutDirty() {
        return project.standing().filesBehind() ? Authority.REDIS : Authority.FILE;
    }

    /** As {@link #sweepAll(Function, Progress)}, each record from the store that has authority over it. */
    Tally sweepAll(Progress progress) {
        return sweepAll(this::authority, progress);
    }

    /** Which store is right about a record now. */
    Authority authority(RecordKey key) {
        return project.route(key).authority();
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
            List<RecordKey> differing = chunk.stream()
                    .filter(pair -> !agrees(pair, right.apply(pair.key())))
                    .map(Pair::key)
                    .toList();
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
            // Asked once for each, so that a change of authority meanwhile can't have a record copied both ways.
            Map<RecordKey, Authority> asked = new HashMap<>();
            Function<RecordKey, Authority> from = key -> asked.computeIfAbsent(key, right);
            List<Pair> differing = readAndClean(keys, pair -> agrees(pair, from.apply(pair.key())));
            copy(differing, Authority.REDIS, from, unexplained);
            copy(differing, Authority.FILE, from, unexplained);
            List<RecordKey> copied = differing.stream().map(Pair::key).toList();
            long left = readAndClean(copied, pair -> pair.compare().agrees()).size();
            return new Tally(keys.size(), differing.size() - left, left);
        }
    }

    /**
     * Whether there is nothing to carry over: the images agree, and the store that is to be told has heard of the holder as
     * lately as the one that is right. Without that a holder that lives would be dead to whom authority goes.
     */
    private boolean agrees(Pair pair, Authority right) {
        return pair.compare().agrees() && isHeardOfAlike(pair, right);
    }

    private boolean isHeardOfAlike(Pair pair, Authority right) {
        Versioned source = right == Authority.FILE ? pair.file() : pair.redis();
        String process = process(source);
        if (process == null) {
            return true;
        }
        Instant now = Instant.ofEpochMilli(project.clock.millis());
        Instant known = store(right).lastSeen(process, now).orElse(null);
        if (known == null) {
            return true;
        }
        Instant there = store(other(right)).lastSeen(process, now).orElse(null);
        return there != null && !there.isBefore(known.minus(HEARD_OF_PRECISION));
    }

    /** The process whose life goes with a record: its holder, or the one it describes. */
    private static @Nullable String process(Versioned record) {
        return switch (record.key().collection()) {
            case PROCESSES -> record.key().id();
            case ISSUES -> Issue.holder(record.image());
            default -> null;
        };
    }

    /** Takes the mark off those that agree, and returns the others. */
    private List<Pair> readAndClean(List<RecordKey> keys, Predicate<Pair> agrees) {
        List<DirtyRecords.@Nullable Mark> marks = new ArrayList<>(keys.size());
        keys.forEach(key -> marks.add(project.dirty.markOf(key)));
        List<Pair> differing = new ArrayList<>();
        List<Pair> all = pairs.read(keys);
        for (int i = 0; i < all.size(); i++) {
            if (agrees.test(all.get(i))) {
                project.dirty.clean(keys.get(i), marks.get(i));
            } else {
                differing.add(all.get(i));
            }
        }
        return differing;
    }

    /** Copies those that {@code to} is wrong about. */
    private void copy(
            Collection<Pair> differing, Authority to, Function<RecordKey, Authority> from, boolean unexplained) {
        List<Replacement> replacements = new ArrayList<>();
        for (Pair pair : differing) {
            if (from.apply(pair.key()) == to) {
                continue;
            }
            Versioned source = to == Authority.REDIS ? pair.file() : pair.redis();
            Versioned target = to == Authority.REDIS ? pair.redis() : pair.file();
            if (unexplained && target.image() != null && !pair.compare().agrees()) {
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
        String process = process(source);
        if (process == null) {
            return null;
        }
        return store(from).lastSeen(process, now).orElseGet(() -> lastHeartbeat(source));
    }

    private static @Nullable Instant lastHeartbeat(Versioned record) {
        JsonNode image = record.image();
        return image == null || record.key().collection() != StateCollection.ISSUES
                ? null
                : new Issue(image).lastHeartbeat();
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
            throw new BridgeException.Unavailable(project.dirty.count() + " records (first: "
                    + project.dirty.single().stream()
                            .findFirst()
                            .map(RecordKey::toString)
                            .orElse("-")
                    + ") can't be carried over to Redis; see the audit journal");
        }
    }
}
