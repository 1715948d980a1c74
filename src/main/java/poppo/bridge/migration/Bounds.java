package poppo.bridge.migration;

import java.time.Duration;

/**
 * What the gates ask for. The defaults are for a change by hand; a plan asks for what it names.
 *
 * @param doctorErrors at most so many findings of the doctor that are errors
 * @param diffMaxAge a diff older than this doesn't count, and one is made
 * @param cleanRounds so many diffs in a row, the last one included, found nothing
 * @param comparisons at least so many dual writes and reads compared since the present phase began
 * @param mismatches at most so many of them disagreed
 * @param mismatchRate what the share of disagreements is at most, at 95 % confidence; 1 asks for nothing
 * @param errorRate at most this share of the calls to Redis failed since the present phase began
 * @param p99Ratio the slowest hundredth of Redis's writes takes at most so many times what the files' does; judged once
 *     there are enough of both
 * @param dirtyRecords at most so many records wait to be carried over
 * @param unknownOutcomes at most so many writes may or may not have happened
 * @param quietFiles nobody else has written the files for so long; asked before writes move to Redis
 * @param mirrorLag the files on the disk are at most so far behind
 */
public record Bounds(
        int doctorErrors,
        Duration diffMaxAge,
        int cleanRounds,
        long comparisons,
        long mismatches,
        double mismatchRate,
        double errorRate,
        double p99Ratio,
        long dirtyRecords,
        long unknownOutcomes,
        Duration quietFiles,
        Duration mirrorLag) {
    /** For a change by hand. */
    public static final Bounds DEFAULT = new Bounds(
            0, Duration.ofMinutes(5), 1, 0, 0, 1, 0.01, 2, 0, 0, Duration.ofSeconds(60), Duration.ofSeconds(5));
}
