package poppo.bridge.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.bulk.BulkRun;
import poppo.bridge.bulk.BulkRun.Rate;

/** Backfill and full diff of everything, beside the same hashes pipelined by Lettuce alone; a small heap for both. */
final class Bulk extends Contest {
    private static final int ISSUES = Integer.getInteger("bench.issues", 1_000_000);
    private static final int HEAP = 256;
    private static final double AT_LEAST = 0.7;
    private static final String RUN = "run";

    Bulk() {
        super("bulk");
    }

    @Override
    boolean isCold() {
        return true;
    }

    @Override
    void open() {
        side(RUN, Bulk::round);
    }

    /** {@link BulkRun} warms itself up, and lets the two take turns. */
    private static Map<String, Double> round() throws IOException, InterruptedException {
        Path directory = Issues.newEmptyDirectory();
        try {
            Map<String, Double> figures = new HashMap<>();
            BulkRun.inChild(HEAP, directory, ISSUES, 1).forEach((rate, once) -> figures.put(rate.name(), once.get(0)));
            return figures;
        } finally {
            Issues.delete(directory);
        }
    }

    @Override
    List<Goal> goals() {
        return List.of(
                goal("backfill of %,d issues / raw HSET, records", Rate.BACKFILL, Rate.RAW_HSET),
                goal("full diff of %,d issues / raw HGETALL, records", Rate.DIFF, Rate.RAW_HGETALL));
    }

    private static Goal goal(String row, Rate ours, Rate raw) {
        return new Goal(
                row.formatted(ISSUES),
                Unit.PER_SECOND,
                Term.of(RUN, ours.name()),
                Bound.ratioAtLeast(AT_LEAST),
                Term.of(RUN, raw.name()));
    }
}
