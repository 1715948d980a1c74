package poppo.bridge.replay;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The clock of a replayed bridge, by which it tries a lost Redis again. It stands still, long before any recorded time: what
 * counts for records are the stamps, and the grace that holders get after a fail-over must not outlive what was recorded.
 */
final class ReplayClock extends Clock {
    private final AtomicLong millis = new AtomicLong(Duration.ofDays(1).toMillis());

    void advance(Duration by) {
        millis.addAndGet(by.toMillis());
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis.get());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
