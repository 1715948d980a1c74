package poppo.bridge.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An issue in status {@code processing} whose holder's heartbeat has expired.
 *
 * @param processId null where the record names no holder
 * @param lastSeen null where nothing is known of it
 */
public record Orphan(
        long issue, @Nullable String processId, @Nullable Instant lastSeen) {}
