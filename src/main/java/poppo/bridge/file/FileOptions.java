package poppo.bridge.file;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.StateManager;

/**
 * How a state directory is opened.
 *
 * @param stateDirectory an existing directory
 * @param heartbeatTtl how long a heartbeat keeps a process alive
 * @param clock for the names of files kept aside; what is written into records comes from stamps
 * @param pollInterval how often foreign writes are looked for, beside being told of them; zero for never, when {@code poll()} is called instead
 * @param flushInterval how long a heartbeat may wait to be written; zero for until {@code flush()} is called
 */
public record FileOptions(
        Path stateDirectory, Duration heartbeatTtl, Clock clock, Duration pollInterval, Duration flushInterval) {
    public static final Duration POLL_INTERVAL = Duration.ofMillis(500);
    public static final Duration FLUSH_INTERVAL = Duration.ofSeconds(1);

    public FileOptions {
        if (heartbeatTtl.isNegative() || heartbeatTtl.isZero()) {
            throw new BridgeException.Invalid("heartbeatTtl", "must be longer than zero, but is " + heartbeatTtl);
        }
        notNegative("pollInterval", pollInterval);
        notNegative("flushInterval", flushInterval);
    }

    /** The usual times and the system's clock. */
    public static FileOptions of(Path stateDirectory) {
        return new FileOptions(
                stateDirectory, StateManager.HEARTBEAT_TTL, Clock.systemUTC(), POLL_INTERVAL, FLUSH_INTERVAL);
    }

    public FileOptions withHeartbeatTtl(Duration ttl) {
        return new FileOptions(stateDirectory, ttl, clock, pollInterval, flushInterval);
    }

    public FileOptions withClock(Clock other) {
        return new FileOptions(stateDirectory, heartbeatTtl, other, pollInterval, flushInterval);
    }

    /** Nothing happens by itself: whoever opened the directory calls {@code poll()} and {@code flush()}. */
    public FileOptions withoutSchedule() {
        return new FileOptions(stateDirectory, heartbeatTtl, clock, Duration.ZERO, Duration.ZERO);
    }

    public FileOptions withIntervals(Duration poll, Duration flush) {
        return new FileOptions(stateDirectory, heartbeatTtl, clock, poll, flush);
    }

    private static void notNegative(String field, Duration value) {
        if (value.isNegative()) {
            throw new BridgeException.Invalid(field, "must not be negative, but is " + value);
        }
    }
}
