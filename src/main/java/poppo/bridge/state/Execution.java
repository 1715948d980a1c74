package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * An executed operation: what was decided, on which record, and what the record was and is.
 *
 * @param before the record the decision was made on; null where there was none
 * @param after the record as it stands now; equal to {@code before} unless the decision is {@link Decision.Changed}
 * @param served the store whose decision this is
 */
public record Execution(
        RecordKey key,
        Decision decision,
        @Nullable JsonNode before,
        @Nullable JsonNode after,
        Served served) {

    public static Execution of(RecordKey key, Decision decision, @Nullable JsonNode before, Served served) {
        JsonNode after = decision instanceof Decision.Changed changed ? changed.after() : before;
        return new Execution(key, decision, before, after, served);
    }

    /** Whether the caller got what it asked for. */
    public boolean isDone() {
        return !(decision instanceof Decision.Refused);
    }
}
