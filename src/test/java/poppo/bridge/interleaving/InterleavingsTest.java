package poppo.bridge.interleaving;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whatever happens, in whatever order: nothing acknowledged is lost, nothing goes back, and all agree in the end. */
class InterleavingsTest {
    private static final Logger LOG = LoggerFactory.getLogger(InterleavingsTest.class);

    /** What must have happened how often in a thousand schedules, for these to have been worth something. */
    private static final Map<String, Integer> LEAST = Map.ofEntries(
            Map.entry("await points", 500_000),
            Map.entry("answers", 15_000),
            Map.entry("looks", 10_000),
            Map.entry("fail-over", 250),
            Map.entry("return", 1_000),
            Map.entry("phase-change", 1_500),
            Map.entry("kills", 700),
            Map.entry("power cuts", 300),
            Map.entry("clean stops", 300),
            Map.entry("redis down", 200),
            Map.entry("redis frozen", 200),
            Map.entry("redis restarts", 500),
            Map.entry("redis restarts empty", 150),
            Map.entry("redis restarts older", 150),
            Map.entry("redis flushed", 150),
            Map.entry("redis late writes", 60),
            Map.entry("redis ANSWER_LOST", 25),
            Map.entry("redis REQUEST_LOST", 25),
            Map.entry("files REFUSED", 300),
            Map.entry("files ANSWER_LOST", 60),
            Map.entry("disk REFUSED", 150),
            Map.entry("disk ANSWER_LOST", 150),
            Map.entry("foreign writes", 500),
            Map.entry("clock jumps", 500));

    @Test
    void theSameSeedGivesTheSameSchedule() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(Run.of(seed).schedule()).isEqualTo(Run.of(seed).schedule());
        }
    }

    static List<Fixtures.Seed> fixtures() {
        return Fixtures.all();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    @Timeout(30)
    void aSeedThatOnceFoundSomethingFindsNothingNow(Fixtures.Seed seed) {
        Run.of(seed.number()).failure().ifPresent(failure -> {
            throw failure;
        });
    }

    @Test
    @Timeout(180)
    void noScheduleBreaksAPromise() {
        run(1, 2_500, Duration.ofSeconds(40));
    }

    @Test
    @Tag("nightly")
    @Timeout(1_200)
    void noneOfManySchedulesBreaksAPromise() {
        run(1_000_000, 1_000_000, Duration.ofMinutes(10));
    }

    /** Runs as many seeds as there is time for, but a thousand in any case. */
    private static void run(long first, int most, Duration time) {
        long start = System.nanoTime();
        Counts counts = new Counts();
        List<Long> failing = new ArrayList<>();
        List<AssertionError> failures = new ArrayList<>();
        for (long seed = first;
                seed < first + most && (seed < first + 1_000 || System.nanoTime() - start < time.toNanos());
                seed++) {
            Run.Result result = Run.of(seed);
            counts.addAll(result.counts());
            if (result.failure().isPresent()) {
                failing.add(seed);
                result.failure().filter(failure -> failures.isEmpty()).ifPresent(failures::add);
            }
        }
        LOG.info(
                "{} in {} s",
                counts,
                Duration.ofNanos(System.nanoTime() - start).toSeconds());
        if (!failing.isEmpty()) {
            throw new AssertionError("these seeds fail, the first as below: " + failing, failures.get(0));
        }
        LEAST.forEach((what, least) ->
                assertThat(counts.of(what) * 1_000).as(what).isGreaterThanOrEqualTo(least * counts.of("schedules")));
    }
}
