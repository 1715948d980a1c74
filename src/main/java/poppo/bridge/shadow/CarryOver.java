package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
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
    /** So many dirty records are locked at once; those that are dirty are those that are in use. */
    private static final int AT_ONCE = 32;

    /** No store tells to the millisecond when it last heard of a process. */
    private static final Duration HEARD_OF_PRECISION = Duration.ofSeconds(2);

    private final Project project;

    CarryOver(Project project) {
        this.project = project;
    }

    private Pairs pairs() {
        return new Pairs(project.files, project.redis);
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
        Pairs pairs = pairs();
        for (Map.Entry<StateCollection, Long> whole : wholes.entrySet()) {
            Tally swept = sweep(pairs, whole.getKey(), key -> rightAboutDirty(), Progress.NONE);
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
        Pairs pairs = pairs();
        for (StateCollection collection : StateCollection.values()) {
            long before = tally[0].compared();
            tally[0] = tally[0].plus(sweep(pairs, collection, right, compared -> progress.compared(before + compared)));
        }
        return tally[0];
    }

    private Tally sweep(
            Pairs pairs, StateCollection collection, Function<RecordKey, Authority> right, Progress progress) {
        Tally[] tally = {Tally.NONE};
        pairs.walk(collection, chunk -> {
            Lives lives = lives(chunk);
            List<RecordKey> differing = chunk.stream()
                    .filter(pair -> !agrees(pair, right.apply(pair.key()), lives))
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
            List<Pair> differing = readAndClean(keys, (pair, lives) -> agrees(pair, from.apply(pair.key()), lives));
            Lives lives = lives(differing);
            copy(differing, Authority.REDIS, from, lives, unexplained);
            copy(differing, Authority.FILE, from, lives, unexplained);
            List<RecordKey> copied = differing.stream().map(Pair::key).toList();
            long left = readAndClean(copied, (pair, known) -> pair.compare().agrees())
                    .size();
            return new Tally(keys.size(), differing.size() - left, left);
        }
    }

    /** When the processes of some records were last heard of, by store. */
    record Lives(Map<String, Instant> files, Map<String, Instant> redis) {
        Map<String, Instant> in(Authority store) {
            return store == Authority.REDIS ? redis : files;
        }
    }

    /** Asks both stores, once for all of them. */
    Lives lives(Collection<Pair> of) {
        Set<String> processes = new LinkedHashSet<>();
        for (Pair pair : of) {
            processes.add(pair.file().process());
            processes.add(pair.redis().process());
        }
        processes.remove(null);
        if (processes.isEmpty()) {
            return new Lives(Map.of(), Map.of());
        }
        Instant now = Instant.ofEpochMilli(project.clock.millis());
        return new Lives(project.files.lastSeenAll(processes, now), project.redis.lastSeenAll(processes, now));
    }

    /**
     * Whether there is nothing to carry over: the images agree, and the store that is to be told has heard of the holder as
     * lately as the one that is right. Without that a holder that lives would be dead to whom authority goes.
     */
    static boolean agrees(Pair pair, Authority right, Lives lives) {
        return pair.compare().agrees() && isHeardOfAlike(pair, right, lives);
    }

    private static boolean isHeardOfAlike(Pair pair, Authority right, Lives lives) {
        String process = (right == Authority.FILE ? pair.file() : pair.redis()).process();
        Instant known = process == null ? null : lives.in(right).get(process);
        if (known == null) {
            return true;
        }
        Instant there = lives.in(other(right)).get(process);
        return there != null && !there.isBefore(known.minus(HEARD_OF_PRECISION));
    }

    /** Takes the mark off those that agree, and returns the others. */
    private List<Pair> readAndClean(List<RecordKey> keys, BiPredicate<Pair, Lives> agrees) {
        List<DirtyRecords.@Nullable Mark> marks = new ArrayList<>(keys.size());
        keys.forEach(key -> marks.add(project.dirty.markOf(key)));
        List<Pair> differing = new ArrayList<>();
        List<Pair> all = pairs().read(keys);
        Lives lives = lives(all);
        for (int i = 0; i < all.size(); i++) {
            if (agrees.test(all.get(i), lives)) {
                project.dirty.clean(keys.get(i), marks.get(i));
                project.agreed.note(keys.get(i), all.get(i).file().image());
            } else {
                differing.add(all.get(i));
            }
        }
        return differing;
    }

    /** Copies those that {@code to} is wrong about. */
    private void copy(
            Collection<Pair> differing,
            Authority to,
            Function<RecordKey, Authority> from,
            Lives lives,
            boolean unexplained) {
        List<Replacement> replacements = differing.stream()
                .filter(pair -> from.apply(pair.key()) != to)
                .map(pair -> replacement(pair, to, lives, unexplained))
                .toList();
        if (!replacements.isEmpty()) {
            store(to).replaceAll(replacements);
        }
    }

    /** What makes {@code to} have a record as the other store has it; what that overwrites unexplained is kept aside. */
    Replacement replacement(Pair pair, Authority to, Lives lives, boolean unexplained) {
        Versioned source = to == Authority.REDIS ? pair.file() : pair.redis();
        Versioned target = to == Authority.REDIS ? pair.redis() : pair.file();
        if (unexplained && target.image() != null && !pair.compare().agrees()) {
            project.setAside.keep(to, pair.key(), target.image(), source.image());
        }
        String process = source.process();
        Instant seen = process == null ? null : lives.in(other(to)).get(process);
        Instant holderSeen = process == null || seen != null ? seen : lastHeartbeat(source);
        return new Replacement(pair.key(), source.image(), target.version(), holderSeen, source.order());
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
