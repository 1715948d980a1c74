package poppo.bridge.shadow;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An issue's status became another one.
 *
 * @param status null when the record was removed
 */
public record StatusChange(
        long issue, @Nullable String status, @Nullable String processId, Instant time) {}
