package poppo.bridge.file;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Issue;

/**
 * When which process was last heard of, from whatever source: its own heartbeats, those of the issues it holds, what
 * the files say. Never takes back a sign of life. Thread-safe; forgets what expired long ago.
 */
final class Heartbeats {
    private final Duration ttl;
    private final Map<String, Instant> seen = new ConcurrentHashMap<>();
    private final AtomicReference<Instant> grace = new AtomicReference<>(Instant.MIN);
    /** The latest time anybody asked for, in epoch milliseconds. Operations may be replayed at times long past, so no clock is asked. */
    private final AtomicLong latest = new AtomicLong(Long.MIN_VALUE);

    Heartbeats(Duration ttl) {
        this.ttl = ttl;
    }

    void seen(Entry.@Nullable SignOfLife life) {
        if (life != null && life.processId() != null && life.lastSeen() != null) {
            seen(life.processId(), life.lastSeen());
        }
    }

    void seen(String processId, Instant at) {
        seen.merge(processId, at, Heartbeats::max);
    }

    @Nullable
    Instant lastSeen(String processId) {
        return seen.get(processId);
    }

    void grant(Instant now) {
        grace.accumulateAndGet(now, Heartbeats::max);
    }

    /** Whether the holder of an issue is alive; without a process id only the issue's own heartbeat can tell. */
    boolean isAlive(Entry.SignOfLife holding, Instant now) {
        Instant last = lastSign(holding);
        if (holding.processId() != null) {
            last = later(last, grace.get());
        }
        return isFresh(last, now);
    }

    boolean isAlive(Issue issue, Instant now) {
        return isAlive(new Entry.SignOfLife(issue.processId(), issue.lastHeartbeat()), now);
    }

    /** The latest sign of life of an issue's holder, without any grace. */
    @Nullable
    Instant lastSign(Entry.SignOfLife holding) {
        Instant last = holding.processId() == null ? null : seen.get(holding.processId());
        return later(last, holding.lastSeen());
    }

    /** When a process that is known here was last heard of, grace included, if that has not expired. */
    @Nullable
    Instant alive(String processId, Instant now) {
        Instant last = later(seen.get(processId), grace.get());
        return last != null && isFresh(last, now) ? last : null;
    }

    private boolean isFresh(@Nullable Instant last, Instant now) {
        return last != null
                && !last.equals(Instant.MIN)
                && Duration.between(last, now).compareTo(ttl) < 0;
    }

    /** Notes that time has come to {@code now}. */
    void tick(Instant now) {
        latest.accumulateAndGet(now.toEpochMilli(), Math::max);
    }

    /** Forgets what can't make a difference any more. */
    void prune() {
        seen.values().removeIf(this::isLongGone);
    }

    /** After twice the time to live, so that an operation stamped a little earlier still finds what it should. */
    boolean isLongGone(Instant last) {
        return last.isBefore(Instant.ofEpochMilli(latest.get()).minus(ttl.multipliedBy(2)));
    }

    static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return max(one, other);
    }

    private static Instant max(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
