package poppo.bridge.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PaceTest {
    private static final long SECOND = 1_000_000_000L;

    private long now = 5 * SECOND;
    private final Job job = new Job("j", "backfill", 10_000, () -> now);

    private void goOn(int seconds, long perSecond, long from) {
        for (int i = 1; i <= seconds; i++) {
            now += SECOND;
            job.progress(from + i * perSecond);
        }
    }

    @Test
    void whatIsLeftIsToldByHowItGoesNow() {
        job.progress(0);
        goOn(20, 10, 0);
        goOn(20, 100, 200);

        assertThat(job.toJson().path("done").asLong()).isEqualTo(2200);
        assertThat(job.toJson().path("total").asLong()).isEqualTo(10_000);
        assertThat(job.toJson().path("ratePerSecond").asLong()).isEqualTo(100);
        assertThat(job.toJson().path("etaSeconds").asLong()).isEqualTo(78);
    }

    @Test
    void whatAnEarlierRunDidIsNotTakenForSpeed() {
        now += 30 * SECOND;
        job.progress(5000);
        goOn(5, 50, 5000);

        assertThat(job.toJson().path("ratePerSecond").asLong()).isEqualTo(50);
        assertThat(job.toJson().path("etaSeconds").asLong()).isEqualTo(95);
    }

    @Test
    void inTheEndItIsTheWhole() {
        job.progress(0);
        goOn(10, 100, 0);
        goOn(10, 300, 1000);
        job.run(running -> poppo.bridge.state.Json.object());

        assertThat(job.toJson().path("ratePerSecond").asLong()).isEqualTo(200);
        assertThat(job.toJson().path("etaSeconds").asLong()).isZero();
    }
}
