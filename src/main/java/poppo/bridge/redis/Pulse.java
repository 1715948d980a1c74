package poppo.bridge.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Redis knew of a process at one moment.
 *
 * @param remaining the reply of PTTL: milliseconds, -1 for a heartbeat without end, -2 for none
 * @param noted when the bridge noted its heartbeat to end, as text; null where it never did
 * @param serverMillis the server's clock at that moment
 */
record Pulse(String processId, long remaining, @Nullable String noted, long serverMillis) {
    /** The key is looked at by another command than the clock: so far they may be apart. */
    private static final long SLACK = 3;

    static List<Step> reads(Keys keys, String processId) {
        return List.of(Step.of("PTTL", keys.heartbeat(processId)), Step.of("ZSCORE", keys.heartbeats, processId));
    }

    static Pulse of(String processId, @Nullable Object remaining, @Nullable Object noted, long serverMillis) {
        return new Pulse(processId, remaining instanceof Long millis ? millis : -2, (String) noted, serverMillis);
    }

    /** Reads the reply of TIME. */
    static long millis(@Nullable Object time) {
        if (!(time instanceof List<?> parts) || parts.size() != 2) {
            throw new IllegalArgumentException("TIME was answered with " + time);
        }
        return Long.parseLong(String.valueOf(parts.get(0))) * 1000
                + Long.parseLong(String.valueOf(parts.get(1))) / 1000;
    }

    boolean isAlive(Instant now) {
        return expiry() > now.toEpochMilli();
    }

    /**
     * When it expires; {@link Long#MIN_VALUE} for a dead one. A heartbeat key that is gone before its time was deleted by
     * hand, and its process is dead. One that is gone by the server's clock may still live by that of the caller.
     */
    long expiry() {
        long expected = noted == null ? Long.MIN_VALUE : MemberForm.order(noted);
        if (remaining == -1) {
            return Long.MAX_VALUE;
        }
        if (remaining < 0) {
            return expected <= serverMillis ? expected : Long.MIN_VALUE;
        }
        long actual = serverMillis + remaining;
        return Math.abs(actual - expected) <= SLACK ? expected : actual;
    }

    /** The last sign of life, also of a dead one; null where nothing is known. */
    @Nullable
    Instant lastSeen(Duration ttl) {
        long expiry = expiry();
        if (expiry == Long.MAX_VALUE || expiry == Long.MIN_VALUE) {
            return noted == null
                    ? null
                    : Instant.ofEpochMilli(MemberForm.order(noted)).minus(ttl);
        }
        return Instant.ofEpochMilli(expiry).minus(ttl);
    }

    /** Adds the checks that nobody has heard of it since. */
    void expectNoSignSince(Keys keys, Commit commit) {
        commit.checkAtMost(Step.of("PTTL", keys.heartbeat(processId)), remaining);
        Step note = Step.of("ZSCORE", keys.heartbeats, processId);
        if (noted == null) {
            commit.checkNil(note);
        } else {
            commit.check(note, noted);
        }
    }
}
