package poppo.bridge.faults;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Promise 6: never an unbounded queue, a pile-up of threads, or memory that grows with the length of an outage. */
@Timeout(600)
final class BoundedOutageTest {
    @TempDir
    Path directory;

    private final long seed = Long.getLong("faults.seed", System.nanoTime());

    @Test
    void tenSecondsWithoutRedisTakeNoMoreThanFour() throws Exception {
        Outage.run(directory, seed, Duration.ofSeconds(4), Duration.ofSeconds(10));
    }

    @Test
    @Tag("nightly")
    void threeMinutesWithoutRedisTakeNoMoreThanTwentySeconds() throws Exception {
        ReportFile.write("2-outage", Outage.run(directory, seed, Duration.ofSeconds(20), Duration.ofMinutes(3)));
    }
}
