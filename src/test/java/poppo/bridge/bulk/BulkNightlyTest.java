package poppo.bridge.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.bulk.BulkRun.Rate;
import poppo.bridge.redis.RedisServerProcess;

/**
 * A million issues with the heap at 256 MiB; the report is in {@code target/bulk-report.md}. {@code -Dbulk.issues=N} takes
 * another size.
 *
 * <p>The commands are run once as an operator does, cold: they have to end well, and what they reach is told. How fast they
 * are is judged by {@link BulkRun}, beside what Lettuce alone reaches: both warm in one JVM, in turns, so that no start of
 * a JVM and no compiler is in the ratio.
 */
@Tag("nightly")
@Timeout(7200)
final class BulkNightlyTest {
    private static final int HEAP = 256;
    private static final int ROUNDS = 3;
    private static final double AT_LEAST = 0.5;

    @TempDir
    Path directory;

    private final int issues = Integer.getInteger("bulk.issues", 1_000_000);

    @Test
    void aMillionIssuesFitAndGoHalfAsFastAsLettuceAlone() throws Exception {
        Path stateDir = Files.createDirectory(directory.resolve("state"));
        BigDirectory made = new BigDirectory(stateDir, issues, 1);
        made.make();
        double coldBackfill;
        double coldDiff;
        try (RedisServerProcess server = RedisServerProcess.start(directory.resolve("redis"))) {
            coldBackfill = cold(stateDir, server, made.records(), "backfill");
            coldDiff = cold(stateDir, server, made.records(), "diff");
        }
        Map<Rate, List<Double>> rates =
                BulkRun.inChild(HEAP, Files.createDirectory(directory.resolve("run")), issues, ROUNDS);
        double hset = median(rates.get(Rate.RAW_HSET));
        double backfill = median(rates.get(Rate.BACKFILL));
        double hgetall = median(rates.get(Rate.RAW_HGETALL));
        double diff = median(rates.get(Rate.DIFF));
        Files.writeString(Path.of("target", "bulk-report.md"), """
                | %,d issues, %,d records, heap %d MiB | records/s | of Lettuce alone |
                |---|--:|--:|
                | raw pipelined HSET | %,.0f | |
                | backfill | %,.0f | %.2f |
                | raw pipelined HGETALL | %,.0f | |
                | diff | %,.0f | %.2f |
                | backfill as a command, start of the JVM included | %,.0f | |
                | diff as a command, start of the JVM included | %,.0f | |
                """.formatted(
                        issues,
                        made.records(),
                        HEAP,
                        hset,
                        backfill,
                        backfill / hset,
                        hgetall,
                        diff,
                        diff / hgetall,
                        coldBackfill,
                        coldDiff));
        assertThat(backfill / hset).isGreaterThanOrEqualTo(AT_LEAST);
        assertThat(diff / hgetall).isGreaterThanOrEqualTo(AT_LEAST);
    }

    /** How many records a second. */
    private static double cold(Path stateDir, RedisServerProcess server, long records, String command)
            throws Exception {
        long begun = System.nanoTime();
        Child.Ended ended =
                Child.start(HEAP, stateDir, server.uri(), command, "--json").await();
        assertThat(ended.exitCode()).as(ended.said()).isZero();
        return records / ((System.nanoTime() - begun) / 1e9);
    }

    private static double median(List<Double> rates) {
        return rates.stream().sorted().toList().get(rates.size() / 2);
    }
}
