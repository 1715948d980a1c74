package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import poppo.bridge.state.Json;

/**
 * What the running comparison of dual writes and shadow reads has found. Each signature (collection, pointer, kind) is
 * audited when it is first seen and counted after that; the number of signatures kept is bounded. Thread-safe.
 */
final class Mismatches {
    private static final int MAX_SIGNATURES = 200;

    private final AuditJournal audit;
    private final LongAdder comparisons = new LongAdder();
    private final LongAdder mismatches = new LongAdder();
    private final LongAdder noise = new LongAdder();
    private final Map<String, Long> bySignature = new LinkedHashMap<>();

    Mismatches(AuditJournal audit) {
        this.audit = audit;
    }

    /** @param found where it was found: the operation's name, or {@code shadow-read} */
    void record(String found, Comparison.Result result) {
        comparisons.increment();
        if (result.noise() != null) {
            noise.increment();
        }
        if (!result.agrees()) {
            mismatches.increment();
            note(found, result.differences());
        }
    }

    private synchronized void note(String found, List<Difference> differences) {
        Difference first = differences.get(0);
        String signature = first.key().collection() + " " + first.pointer() + " "
                + first.kind().label();
        if (bySignature.size() >= MAX_SIGNATURES && !bySignature.containsKey(signature)) {
            return;
        }
        if (bySignature.merge(signature, 1L, Long::sum) == 1) {
            ArrayNode details = Json.array();
            differences.stream().limit(10).map(Difference::toJson).forEach(details::add);
            audit.note("mismatch", found + " found " + first.key() + " to differ", details);
        }
    }

    long comparisons() {
        return comparisons.sum();
    }

    long mismatches() {
        return mismatches.sum();
    }

    long noise() {
        return noise.sum();
    }
}
