package poppo.bridge.migration;

import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Authority;
import poppo.bridge.shadow.Comparison;
import poppo.bridge.shadow.Difference;
import poppo.bridge.shadow.Pair;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/**
 * Compares every record that either store has. What differs in passing is looked at again with its operations held off,
 * several rounds, so a change under way is not taken for a difference.
 */
final class Diff {
    /** So many differences are listed one by one. */
    static final int LISTED = 10_000;

    private static final int ROUNDS = 3;
    private static final List<String> NOT_COMPARED = List.of(
            "heartbeats of processes (soft state that expires by itself)",
            "label requests (files in every phase)",
            "the order of records that were added at the same moment");

    private final ShadowStateManager state;
    private final Clock clock;
    private final Map<StateCollection, Count> counts = new EnumMap<>(StateCollection.class);
    private final List<DiffReport.Found> found = new ArrayList<>();
    private long compared;

    Diff(ShadowStateManager state, Clock clock) {
        this.state = state;
        this.clock = clock;
    }

    /**
     * Runs once.
     *
     * @param progress told after each chunk how many records were compared; may throw to stop
     */
    DiffReport run(String id, Repair repair, LongConsumer progress) {
        long start = System.nanoTime();
        for (StateCollection collection : StateCollection.values()) {
            Count count = new Count();
            counts.put(collection, count);
            state.walk(collection, chunk -> {
                chunk.forEach(pair -> compare(pair, count, repair));
                compared += chunk.size();
                progress.accept(compared);
            });
        }
        return new DiffReport(
                id,
                clock.instant(),
                state.standing().phase().label(),
                state.standing().epoch(),
                (System.nanoTime() - start) / 1_000_000,
                counts,
                List.copyOf(found),
                NOT_COMPARED);
    }

    private void compare(Pair met, Count count, Repair repair) {
        Comparison.Result result = met.compare();
        for (int round = 0; round < ROUNDS && !result.agrees(); round++) {
            result = state.pair(met.key()).compare();
        }
        if (result.isEqual() && met.file().image() == null && met.redis().image() == null) {
            return;
        }
        count.compared++;
        if (result.isEqual()) {
            count.equal++;
        } else if (result.agrees()) {
            count.noise++;
        } else {
            differs(met.key(), result.differences(), count, repair);
        }
    }

    private void differs(RecordKey key, List<Difference> differences, Count count, Repair repair) {
        count(differences.get(0), count);
        String cause = cause(key, differences.get(0));
        boolean repaired = repair != Repair.NONE && repair(key, repair);
        count.repaired += repaired ? 1 : 0;
        for (Difference difference : differences) {
            if (found.size() < LISTED) {
                found.add(new DiffReport.Found(difference, cause, repaired));
            }
        }
    }

    /** A field that only one side has makes the record different, not missing. */
    private static void count(Difference first, Count count) {
        switch (first.pointer().isEmpty() ? first.kind() : Difference.Kind.DIFFERENT) {
            case MISSING_IN_REDIS -> count.missingInRedis++;
            case MISSING_IN_FILE -> count.missingInFile++;
            case DIFFERENT -> count.different++;
        }
    }

    private String cause(RecordKey key, Difference first) {
        return state.knownCause(key).orElseGet(() -> switch (first.kind()) {
            case MISSING_IN_REDIS -> state.standing().backfilled() ? "lost-by-redis" : "not-backfilled";
            case MISSING_IN_FILE -> "only-in-redis";
            case DIFFERENT ->
                state.standing().phase().usesRedis() ? "changed-beside-the-bridge" : "changed-since-backfill";
        });
    }

    private boolean repair(RecordKey key, Repair repair) {
        @Nullable
        Authority right = switch (repair) {
            case FILE -> Authority.FILE;
            case REDIS -> Authority.REDIS;
            case AUTHORITY, NONE -> null;
        };
        return state.repair(List.of(key), right).left() == 0;
    }

    /** For people: what this diff is about, e.g. in a gate. */
    static String summary(DiffReport report) {
        return report.verdict() + ", " + report.compared() + " compared, " + report.differing() + " differ, at "
                + Stamp.time(report.time());
    }
}
