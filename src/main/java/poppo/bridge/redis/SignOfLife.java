package poppo.bridge.redis;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A process was heard of, and counts as alive until {@code expiry}, in ms. It may have been heard of later already. */
record SignOfLife(String processId, long expiry) {
    /** The last that a score holds exactly; some 285 000 years from now. */
    private static final long MOST = 1L << 53;

    static @Nullable SignOfLife of(@Nullable String processId, @Nullable Instant seen, Duration ttl) {
        return processId == null || seen == null ? null : new SignOfLife(processId, expiry(seen, ttl));
    }

    /** When what was seen then expires, within the times that Redis can count in. */
    static long expiry(Instant seen, Duration ttl) {
        try {
            return Math.min(MOST, Math.max(0, Math.addExact(seen.toEpochMilli(), ttl.toMillis())));
        } catch (ArithmeticException beyond) {
            return seen.getEpochSecond() < 0 ? 0 : MOST;
        }
    }

    /** Adds the heartbeat that other programs see, and the note of when it ends. */
    void write(Keys keys, Commit commit) {
        String millis = Long.toString(expiry);
        commit.effect(Step.of("HEARTBEAT", keys.heartbeat(processId), millis));
        commit.effect(Step.of("ZADD", keys.heartbeats, "GT", millis, processId));
    }
}
