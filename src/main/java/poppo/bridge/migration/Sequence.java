package poppo.bridge.migration;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Pair;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/**
 * Whether the records of a collection in insertion order come in the same order in both stores. Each record is held against
 * the one before it; two that stand the other way round in Redis are looked at again, at a moment when no operation is
 * under way on them. Not thread-safe.
 */
final class Sequence {
    /** Looked at again together. */
    private static final int LOT = 32;

    private final Function<List<RecordKey>, List<Pair>> reread;
    private final List<RecordKey> suspects = new ArrayList<>();
    private @Nullable Pair before;
    private long misplaced;

    /** @param reread reads records without those that can't be read */
    Sequence(Function<List<RecordKey>, List<Pair>> reread) {
        this.reread = reread;
    }

    static boolean applies(StateCollection collection) {
        return collection == StateCollection.PROCESSED_ISSUES || collection == StateCollection.RUNNING_TASKS;
    }

    /** Takes the next ones as the file lists them; what one store lacks, or the file listed earlier, has no say. */
    void next(List<Pair> pairs) {
        for (Pair pair : pairs) {
            if (!isPlaced(pair) || (before != null && !follows(pair.file(), before.file()))) {
                continue;
            }
            if (before != null && !follows(pair.redis(), before.redis())) {
                suspects.add(before.key());
                suspects.add(pair.key());
            }
            before = pair;
        }
        if (suspects.size() >= 2 * LOT) {
            settle();
        }
    }

    /** How many records really stand before the one they follow in the file. */
    long misplaced() {
        settle();
        return misplaced;
    }

    private void settle() {
        for (int from = 0; from < suspects.size(); from += 2 * LOT) {
            List<RecordKey> lot = suspects.subList(from, Math.min(from + 2 * LOT, suspects.size()));
            Map<RecordKey, Pair> now = new HashMap<>();
            reread.apply(lot.stream().distinct().toList()).forEach(pair -> now.put(pair.key(), pair));
            for (int i = 0; i < lot.size(); i += 2) {
                Pair first = now.get(lot.get(i));
                Pair second = now.get(lot.get(i + 1));
                misplaced += first != null && second != null && areSwapped(first, second) ? 1 : 0;
            }
        }
        suspects.clear();
    }

    private static boolean areSwapped(Pair first, Pair second) {
        return isPlaced(first)
                && isPlaced(second)
                && follows(second.file(), first.file()) != follows(second.redis(), first.redis());
    }

    /** In both stores; and JavaScript lists a property that is an array index before all others, whenever it came. */
    private static boolean isPlaced(Pair pair) {
        return pair.file().image() != null
                && pair.redis().image() != null
                && (pair.key().collection() != StateCollection.RUNNING_TASKS
                        || !Json.isArrayIndex(pair.key().id()));
    }

    /** As the stores list them: of equal places the ids decide. */
    private static boolean follows(Versioned later, Versioned earlier) {
        return later.order() == earlier.order()
                ? later.key().id().compareTo(earlier.key().id()) > 0
                : later.order() > earlier.order();
    }
}
