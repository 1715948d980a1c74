package poppo.bridge.redis;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A process was heard of, and counts as alive until {@code expiry}, in ms.
 *
 * @param copied whether another store says so: a copy starts a heartbeat, and never shortens one
 */
record SignOfLife(String processId, long expiry, boolean copied) {
    static @Nullable SignOfLife now(@Nullable String processId, Instant now, Duration ttl) {
        return processId == null ? null : new SignOfLife(processId, now.plus(ttl).toEpochMilli(), false);
    }

    static @Nullable SignOfLife copied(@Nullable String processId, @Nullable Instant seen, Duration ttl) {
        return processId == null || seen == null
                ? null
                : new SignOfLife(processId, seen.plus(ttl).toEpochMilli(), true);
    }

    /** Adds the heartbeat that other programs see, and the note of when it ends. */
    void write(Keys keys, Commit commit) {
        String millis = Long.toString(expiry);
        String heartbeat = keys.heartbeat(processId);
        if (copied) {
            commit.effect(Step.of("SET", heartbeat, "alive", "NX", "PXAT", millis));
            commit.effect(Step.of("ZADD", keys.heartbeats, "GT", millis, processId));
        } else {
            commit.effect(Step.of("SET", heartbeat, "alive", "PXAT", millis));
            commit.effect(Step.of("ZADD", keys.heartbeats, millis, processId));
        }
    }
}
