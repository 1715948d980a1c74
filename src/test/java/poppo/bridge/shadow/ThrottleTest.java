package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Time passes only where the test lets it, and in the throttle's own pauses. */
final class ThrottleTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private long now = 1;
    private final Throttle throttle = new Throttle(() -> now, pause -> now += pause);

    /** Works for a while in chunks of 100 that take 10 ms each, ten operations in each; returns the records done. */
    private long work(long millis, long operationMicros) {
        long until = now + millis * MILLI;
        long done = 0;
        while (now < until) {
            for (int i = 0; i < 10; i++) {
                throttle.operationTook(operationMicros * 1000);
            }
            throttle.await(100, () -> {});
            now += 10 * MILLI;
            done += 100;
        }
        return done;
    }

    @Test
    void withoutALimitAndWithoutComplaintsNothingIsHeldBack() {
        throttle.begin(0);

        assertThat(work(10_000, 200)).isEqualTo(100_000);
        assertThat(throttle.rate()).isInfinite();
    }

    @Test
    void operationsAreAskedForWhileItIsAtWorkAndNotElse() {
        assertThat(throttle.isAtWork()).isFalse();
        throttle.begin(0);
        assertThat(throttle.isAtWork()).isTrue();
        throttle.end();
        assertThat(throttle.isAtWork()).isFalse();
    }

    @Test
    void theRateThatWasSetIsKept() {
        throttle.begin(2000);

        assertThat(work(10_000, 200)).isBetween(19_900L, 20_200L);
    }

    @Test
    void workersThatFeelItHalveTheRateAndAgain() {
        throttle.begin(0);
        work(1000, 200);
        work(110, 5000);
        double once = throttle.rate();
        work(200, 5000);

        assertThat(once).isBetween(4000.0, 5500.0);
        assertThat(throttle.rate()).isLessThan(once * 0.6).isGreaterThanOrEqualTo(Throttle.LEAST);
        work(5000, 5000);
        assertThat(throttle.rate()).isEqualTo(Throttle.LEAST);
    }

    @Test
    void itGrowsBackWhenTheyDontFeelItAnyMore() {
        throttle.begin(0);
        work(1000, 200);
        work(2000, 5000);
        double low = throttle.rate();
        work(500, 200);
        double later = throttle.rate();
        work(60_000, 200);

        assertThat(later).isGreaterThan(low).isLessThan(low + 10 * Throttle.STEP);
        assertThat(throttle.rate()).isInfinite();
    }

    @Test
    void aFewSlowOperationsSayNothing() {
        throttle.begin(0);
        work(1000, 200);
        for (int i = 0; i < 50; i++) {
            throttle.operationTook(50_000_000);
            throttle.await(100, () -> {});
            now += 150 * MILLI;
        }

        assertThat(throttle.rate()).isInfinite();
    }

    @Test
    void whoIsNotWantedAnyMoreIsNotHeldBackToTheEnd() {
        throttle.begin(1);
        throttle.await(1000, () -> {});
        long before = now;

        assertThatThrownBy(() -> throttle.await(1, () -> {
                    if (now > before + 500 * MILLI) {
                        throw new CancellationException();
                    }
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(now).isLessThan(before + 1000 * MILLI);
    }
}
