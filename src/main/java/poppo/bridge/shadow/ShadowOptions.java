package poppo.bridge.shadow;

import java.time.Duration;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.state.BridgeException;

/**
 * How the shadow manager works.
 *
 * @param shadowReadPercent share of the reads in {@code dual-write} that are compared with Redis, off the caller's path
 * @param journal how the journal is kept on which acknowledgements rest while Redis has authority over the files
 * @param mirrorInterval how often the files are brought up to the journal; zero: only when {@link
 *     ShadowStateManager#mirror()} is called
 * @param keeperInterval how often dirty records are carried over and a lost Redis is tried; zero: only when
 *     {@link ShadowStateManager#keep()} is called
 * @param maxDirty so many records are known as dirty one by one; past that, whole collections are
 * @param maxConcurrentCalls calls to Redis at one time; one more goes to the files at once
 * @param failuresToOpen consecutive-window size of the breaker: it opens when half of the last so many calls failed
 * @param firstRetry how long after a failure Redis is tried again; doubled with each further failure
 * @param lastRetry the longest such pause
 */
public record ShadowOptions(
        int shadowReadPercent,
        JournalOptions journal,
        Duration mirrorInterval,
        Duration keeperInterval,
        int maxDirty,
        int maxConcurrentCalls,
        int failuresToOpen,
        Duration firstRetry,
        Duration lastRetry) {
    public ShadowOptions {
        if (shadowReadPercent < 0 || shadowReadPercent > 100) {
            throw new BridgeException.Invalid("bridge.shadow-read-percent", "must be from 0 to 100");
        }
        requirePositive("bridge.max-dirty", maxDirty);
        requirePositive("bridge.redis.max-concurrent-calls", maxConcurrentCalls);
        requirePositive("bridge.breaker.failures", failuresToOpen);
        if (firstRetry.isNegative() || firstRetry.isZero() || lastRetry.compareTo(firstRetry) < 0) {
            throw new BridgeException.Invalid(
                    "bridge.breaker.first-retry", "must be positive and at most bridge.breaker.last-retry");
        }
    }

    private static void requirePositive(String field, int value) {
        if (value < 1) {
            throw new BridgeException.Invalid(field, "must be at least 1");
        }
    }

    public static ShadowOptions defaults() {
        return new ShadowOptions(
                10,
                JournalOptions.defaults(),
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                10_000,
                256,
                10,
                Duration.ofMillis(500),
                Duration.ofSeconds(10));
    }
}
