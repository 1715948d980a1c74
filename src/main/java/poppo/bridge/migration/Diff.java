package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Authority;
import poppo.bridge.shadow.Comparison;
import poppo.bridge.shadow.Difference;
import poppo.bridge.shadow.Pair;
import poppo.bridge.shadow.Repairs;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.Walk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/**
 * Compares every record that either store has. What differs in passing is looked at again with its operations held off, and
 * once more after a while, several rounds, so a change under way is not taken for a difference.
 *
 * <p>A record that can't be read is a difference like any other and stops nothing. Memory is bounded: of what differs only
 * keys wait for their next round, and {@value #LISTED} differences are listed. Runs once. Not thread-safe.
 */
final class Diff {
    /** So many differences are listed one by one. */
    static final int LISTED = 10_000;

    /** Looked at again together; enough that the rest between two rounds weighs little when everything differs. */
    private static final int PENDING = 4096;

    /** Locked at once: workers wait for one such lot at most. */
    private static final int LOT = 64;

    /** Before each round. What a worker does takes milliseconds, and what a legacy process does is seen within the last. */
    private static final List<Duration> RESTS = List.of(Duration.ZERO, Duration.ofMillis(20), Duration.ofMillis(100));

    private static final int CHECKPOINT_EVERY = 8192;

    private final ShadowStateManager state;
    private final Clock clock;
    private final Pause pause;
    private final Order order;
    private final List<NoiseRule> rules;
    private final Repairs repairs;
    private final Causes causes;
    private final Planted planted = new Planted();
    private final List<RecordKey> pending = new ArrayList<>();
    private final long start = System.nanoTime();
    private DiffTally tally = new DiffTally();
    private int resumed;
    private Consumer<DiffTally.Checkpoint> checkpoints = checkpoint -> {};
    private long noted;

    /**
     * What is asked of a diff.
     *
     * @param repair which side is right about what differs
     * @param dryRun whether the repair is only told, and nothing at all is written
     */
    record Order(String id, Repair repair, boolean dryRun) {
        boolean writes() {
            return !dryRun;
        }
    }

    /** @param rules those of the operators that apply */
    Diff(ShadowStateManager state, Clock clock, Pause pause, List<NoiseRule> rules, Order order) {
        this.state = state;
        this.clock = clock;
        this.pause = pause;
        this.rules = rules;
        this.order = order;
        this.repairs = state.repairs();
        this.causes = new Causes(state);
    }

    /** Tells {@code checkpoints} from time to time where it could go on. */
    Diff notingTo(Consumer<DiffTally.Checkpoint> told) {
        checkpoints = told;
        return this;
    }

    /**
     * Compares everything.
     *
     * @param from where an earlier run of the same order was stopped; null to begin
     * @param progress told after each chunk how many records were compared; may throw to stop
     * @throws BridgeException.Conflict when the store to repair from may not be taken for right
     */
    DiffReport run(DiffTally.@Nullable Checkpoint from, LongConsumer progress) {
        repairs.require(right());
        if (from != null) {
            tally = DiffTally.of(from.report());
            resumed = from.report().header().resumed() + 1;
        } else if (order.writes() && state.standing().phase().usesRedis()) {
            meet(scratch());
            settle();
        }
        try (Walk walk = state.walk()) {
            for (StateCollection collection : StateCollection.values()) {
                if (from == null || collection.compareTo(from.collection()) > 0) {
                    sweep(walk, collection, null, progress);
                } else if (collection == from.collection() && from.after() != null) {
                    sweep(walk, collection, from.after(), progress);
                }
            }
        }
        if (order.writes()) {
            state.keepAgreed();
        }
        return report();
    }

    private DiffReport report() {
        return tally.report(
                new DiffReport.Header(
                        order.id,
                        clock.instant(),
                        state.standing().phase().label(),
                        state.standing().epoch(),
                        (System.nanoTime() - start) / 1_000_000,
                        order.repair,
                        order.dryRun,
                        resumed),
                rules);
    }

    private List<Pair> scratch() {
        try {
            return planted.through(state.bareRedis().scratch());
        } catch (BridgeException.Unavailable e) {
            tally.unread("the scratch record in Redis, which proves the codec: " + e.getMessage());
            return List.of();
        }
    }

    private void sweep(Walk walk, StateCollection collection, @Nullable String after, LongConsumer progress) {
        Position position = new Position(collection, after);
        Sequence sequence = new Sequence(this::reread);
        tally.of(collection);
        try {
            walk.through(collection, after, chunk -> {
                List<Pair> unmet = position.unmet(chunk);
                meet(unmet);
                if (Sequence.applies(collection)) {
                    sequence.next(unmet);
                }
                tally.compared(unmet.size());
                position.reached(chunk);
                progress.accept(tally.compared());
                note(position);
            });
        } catch (BridgeException.Corrupt e) {
            sweepOneByOne(collection, position, sequence, progress);
        }
        meet(planted.in(collection));
        settle();
        tally.noise(Comparison.Noise.ORDER.label(), sequence.misplaced());
        noteDamage(collection);
        checkpoint(collection, null);
    }

    /** What stood in for a file that can't be understood was compared, and the file was not. */
    private void noteDamage(StateCollection collection) {
        String damage = state.bareFiles().damage(collection);
        if (damage != null) {
            tally.unread(
                    state.bareFiles().file(collection) + ": " + damage
                            + "; what was known before, or its backup, was compared in its place; the next write of it mends it");
        }
    }

    /** Where a sweep is, in a collection that is walked by number; the others are short, and begun again. */
    private static final class Position {
        private final StateCollection collection;
        private long reached;
        private boolean ascends = true;

        Position(StateCollection collection, @Nullable String after) {
            this.collection = collection;
            this.reached = after == null ? 0 : Long.parseLong(after);
        }

        boolean isKept() {
            return Walk.isByNumber(collection);
        }

        /** What plain clients made comes last, in any order; those of it that the files have too were met by number. */
        List<Pair> unmet(List<Pair> chunk) {
            return !isKept() || ascends
                    ? chunk
                    : chunk.stream().filter(pair -> pair.file().image() == null).toList();
        }

        void reached(List<Pair> chunk) {
            if (isKept() && !chunk.isEmpty()) {
                long last = chunk.get(chunk.size() - 1).key().number();
                ascends &= last > reached;
                reached = Math.max(reached, last);
            }
        }
    }

    private void note(Position position) {
        if (position.isKept() && position.ascends && tally.compared() - noted >= CHECKPOINT_EVERY) {
            settle();
            checkpoint(position.collection, Long.toString(position.reached));
        }
    }

    private void checkpoint(StateCollection collection, @Nullable String after) {
        noted = tally.compared();
        // What was planted so far counts, and is planted no more when the run goes on.
        tally.planted(planted.tally());
        planted.forget();
        checkpoints.accept(new DiffTally.Checkpoint(report(), collection, after));
    }

    /** Where a walk meets what can't be read: every key that either store knows, each for itself. */
    private void sweepOneByOne(
            StateCollection collection, Position position, Sequence sequence, LongConsumer progress) {
        Set<RecordKey> keys = new LinkedHashSet<>();
        gather(collection, "files", () -> fileKeys(collection), keys);
        gather(collection, "Redis", () -> state.bareRedis().keys(collection), keys);
        gather(collection, "Redis", () -> state.bareRedis().unlisted(List.of(collection)), keys);
        if (position.isKept()) {
            settle();
            keys.removeIf(key -> key.number() <= position.reached);
        } else {
            pending.clear();
            tally.restart(collection);
        }
        for (RecordKey key : keys) {
            List<Pair> readable = reread(List.of(key));
            meet(readable);
            if (Sequence.applies(collection)) {
                sequence.next(readable);
            }
            tally.compared(1);
            progress.accept(tally.compared());
        }
    }

    private void gather(
            StateCollection collection, String where, Supplier<List<RecordKey>> found, Collection<RecordKey> into) {
        try {
            into.addAll(found.get());
        } catch (BridgeException.Corrupt e) {
            tally.unread(collection + " of the " + where + ": " + e.getMessage());
        }
    }

    private List<RecordKey> fileKeys(StateCollection collection) {
        List<RecordKey> keys = new ArrayList<>();
        state.bareFiles().forEachPage(collection, LOT, page -> page.forEach(record -> keys.add(record.key())));
        return keys;
    }

    private void meet(List<Pair> pairs) {
        for (Pair pair : pairs) {
            Comparison.Result result = pair.compare();
            if (result.isEqual()) {
                agrees(pair, result);
            } else {
                pending.add(pair.key());
            }
        }
        if (pending.size() >= PENDING) {
            settle();
        }
    }

    /** Looks at what differed in passing until it agrees, or has differed in every round. */
    private void settle() {
        List<RecordKey> left = new ArrayList<>(pending);
        pending.clear();
        for (int round = 0; round < RESTS.size() && !left.isEmpty(); round++) {
            // What was planted doesn't change by waiting.
            if (round > 0 && left.stream().anyMatch(key -> planted.pair(key) == null)) {
                pause.rest(RESTS.get(round));
            }
            left = look(left, round == RESTS.size() - 1);
        }
    }

    private List<RecordKey> look(List<RecordKey> keys, boolean lastRound) {
        List<RecordKey> differing = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += LOT) {
            for (Pair pair : reread(keys.subList(from, Math.min(from + LOT, keys.size())))) {
                Comparison.Result result = pair.compare();
                List<Difference> rest = withoutNoise(result.differences());
                if (rest.isEmpty()) {
                    agrees(pair, result);
                } else if (lastRound) {
                    differs(pair, result.differences(), rest);
                } else {
                    differing.add(pair.key());
                }
            }
        }
        return differing;
    }

    /** The pairs as they are now, without those that can't be read: these are told of at once. */
    private List<Pair> reread(List<RecordKey> keys) {
        List<Pair> pairs = new ArrayList<>(keys.size());
        List<RecordKey> real = new ArrayList<>(keys.size());
        for (RecordKey key : keys) {
            Pair own = planted.pair(key);
            if (own == null) {
                real.add(key);
            } else {
                pairs.add(own);
            }
        }
        try {
            pairs.addAll(state.pairs(real));
        } catch (BridgeException.Corrupt e) {
            if (real.size() == 1) {
                unreadable(real.get(0), e);
            } else {
                real.forEach(key -> pairs.addAll(reread(List.of(key))));
            }
        }
        return pairs;
    }

    private void agrees(Pair pair, Comparison.Result result) {
        if (planted.pair(pair.key()) != null
                || (pair.file().image() == null && pair.redis().image() == null)) {
            return;
        }
        Count count = tally.of(pair.key().collection());
        count.compared++;
        if (result.isEqual()) {
            count.equal++;
        } else {
            count.noise++;
        }
        if (result.agrees()) {
            state.agreed(pair);
        }
        if (result.noise() != null) {
            tally.noise(result.noise().label());
        }
        result.differences().forEach(this::countNoise);
    }

    private List<Difference> withoutNoise(List<Difference> differences) {
        return differences.stream().filter(each -> ruleOf(each) == null).toList();
    }

    private @Nullable NoiseRule ruleOf(Difference difference) {
        return rules.stream()
                .filter(rule -> rule.covers(difference))
                .findFirst()
                .orElse(null);
    }

    private void countNoise(Difference difference) {
        NoiseRule rule = ruleOf(difference);
        if (rule != null) {
            tally.noise(rule.name());
        }
    }

    private void differs(Pair pair, List<Difference> all, List<Difference> rest) {
        if (planted.pair(pair.key()) != null) {
            planted.found(rest);
            return;
        }
        all.forEach(this::countNoise);
        Causes.Cause cause = causes.of(pair, rest.get(0));
        list(pair, rest, cause, repaired(pair));
    }

    private void unreadable(RecordKey key, BridgeException.Corrupt e) {
        Versioned file = orUnreadable(() -> state.bareFiles().read(key), key);
        Versioned redis = orUnreadable(() -> state.bareRedis().read(key), key);
        Pair pair = new Pair(key, file, redis);
        String why = String.valueOf(e.getMessage());
        Repairs.@Nullable Outcome left = order.repair == Repair.NONE
                ? null
                : new Repairs.Outcome(repairs.source(key, right()), pair, "it can't be read; mend it by hand: " + why);
        list(
                pair,
                List.of(new Difference(key, "", file.image(), redis.image())),
                new Causes.Cause("codec", why, state.moved(pair)),
                left);
    }

    private static Versioned orUnreadable(Supplier<Versioned> read, RecordKey key) {
        try {
            return read.get();
        } catch (BridgeException.Corrupt e) {
            ObjectNode told = Json.object().put("unreadable", e.getMessage());
            return new Versioned(key, told, "unreadable", 0, poppo.bridge.state.Served.FILE);
        }
    }

    /** What became of the record, or in a dry run would; null when no repair was asked for. */
    private Repairs.@Nullable Outcome repaired(Pair pair) {
        if (order.repair == Repair.NONE) {
            return null;
        }
        if (!order.dryRun) {
            return repairs.repair(pair, right());
        }
        Authority from = repairs.source(pair.key(), right());
        Versioned source = from == Authority.FILE ? pair.file() : pair.redis();
        return new Repairs.Outcome(from, new Pair(pair.key(), source, source), repairs.refusal(pair.key(), from));
    }

    private void list(Pair pair, List<Difference> differences, Causes.Cause cause, Repairs.@Nullable Outcome outcome) {
        if (tally.isListed(pair.key())) {
            return;
        }
        Count count = tally.of(pair.key().collection());
        count.compared++;
        count(differences.get(0), count);
        boolean agrees = outcome != null && outcome.refusal() == null;
        count.repaired += agrees && !order.dryRun ? 1 : 0;
        for (Difference difference : differences) {
            tally.list(new Found(difference, cause, outcome == null ? null : fix(difference, outcome)));
        }
    }

    private Fix fix(Difference difference, Repairs.Outcome outcome) {
        String from = outcome.from().label();
        if (outcome.refusal() != null) {
            return new Fix(from, Fix.LEFT, null, outcome.refusal());
        }
        Versioned target = outcome.from() == Authority.FILE
                ? outcome.now().redis()
                : outcome.now().file();
        return new Fix(
                from, order.dryRun ? Fix.WOULD_REPAIR : Fix.REPAIRED, at(target.image(), difference.pointer()), null);
    }

    private static @Nullable JsonNode at(@Nullable JsonNode image, String pointer) {
        JsonNode value = image == null ? null : image.at(pointer);
        return value == null || value.isMissingNode() ? null : value;
    }

    private @Nullable Authority right() {
        return switch (order.repair) {
            case FILE -> Authority.FILE;
            case REDIS -> Authority.REDIS;
            case AUTHORITY, NONE -> null;
        };
    }

    /** A field that only one side has makes the record different, not missing. */
    private static void count(Difference first, Count count) {
        switch (first.pointer().isEmpty() ? first.kind() : Difference.Kind.DIFFERENT) {
            case MISSING_IN_REDIS -> count.missingInRedis++;
            case MISSING_IN_FILE -> count.missingInFile++;
            case DIFFERENT -> count.different++;
        }
    }

    /** For people: what this diff is about, e.g. in a gate. */
    static String summary(DiffReport report) {
        return report.verdict() + ", " + report.compared() + " compared, " + report.differing() + " differ, at "
                + Stamp.time(report.time());
    }
}
