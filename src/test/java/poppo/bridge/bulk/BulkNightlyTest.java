package poppo.bridge.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.redis.RedisServerProcess;

/**
 * A million issues with the heap at 256 MiB, beside what Lettuce alone reaches in the same run on the same server; the
 * report is in {@code target/bulk-report.md}. {@code -Dbulk.issues=N} takes another size.
 *
 * <p>The command starts a JVM and goes through the directory once before it copies; its own count of records a second begins
 * with the copying, and that is compared.
 */
@Tag("nightly")
@Timeout(7200)
final class BulkNightlyTest {
    private static final int HEAP = 256;
    private static final double AT_LEAST = 0.5;
    private static final Pattern RATE = Pattern.compile("\"ratePerSecond\": (\\d+)");

    @TempDir
    Path directory;

    private final int issues = Integer.getInteger("bulk.issues", 1_000_000);

    @Test
    void aMillionIssuesFitAndGoHalfAsFastAsLettuceAlone() throws Exception {
        Path stateDir = Files.createDirectory(directory.resolve("state"));
        BigDirectory made = new BigDirectory(stateDir, issues, 1);
        made.make();
        try (RedisServerProcess server = RedisServerProcess.start(directory.resolve("redis"))) {
            double hset;
            double hgetall;
            try (RawLettuce raw = new RawLettuce(server.uri())) {
                raw.hset(Math.min(issues, 50_000), 1);
                raw.flushAll();
                hset = raw.hset(issues, 1);
                hgetall = raw.hgetall(issues);
                raw.flushAll();
            }
            Child.Ended backfill = Child.start(HEAP, stateDir, server.uri(), "backfill", "--json")
                    .await();
            long begun = System.nanoTime();
            Child.Ended diff =
                    Child.start(HEAP, stateDir, server.uri(), "diff", "--json").await();
            double diffSeconds = (System.nanoTime() - begun) / 1e9;

            double copied = number(RATE, backfill.said());
            double compared = made.records() / diffSeconds;
            Files.writeString(Path.of("target", "bulk-report.md"), """
                    | %,d issues, %,d records, heap %d MiB | records/s | of Lettuce alone |
                    |---|---|---|
                    | raw pipelined HSET | %,.0f | |
                    | backfill | %,.0f | %.2f |
                    | raw pipelined HGETALL | %,.0f | |
                    | diff, start of the JVM included | %,.0f | %.2f |
                    """.formatted(
                    issues, made.records(), HEAP, hset, copied, copied / hset, hgetall, compared, compared / hgetall));
            assertThat(backfill.exitCode()).as(backfill.said()).isZero();
            assertThat(diff.exitCode()).as(diff.said()).isZero();
            assertThat(copied / hset).isGreaterThanOrEqualTo(AT_LEAST);
            assertThat(compared / hgetall).isGreaterThanOrEqualTo(AT_LEAST);
        }
    }

    private static double number(Pattern pattern, String said) {
        Matcher found = pattern.matcher(said);
        assertThat(found.find()).as(said).isTrue();
        return Double.parseDouble(found.group(1));
    }
}
