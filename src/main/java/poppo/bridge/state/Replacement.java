package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Copies a record into a store: state transfer, not an operation. Backfill, mirror, repair and catch-up consist of
 * these.
 *
 * @param image null removes the record
 * @param expectedVersion the {@link Versioned#version()} that must still be there, so that nothing newer is overwritten
 * @param holderSeen when the process that holds the issue, or is the record, was last heard of; null where that says
 *     nothing. A copy starts a heartbeat where the store has none and never shortens one.
 * @param order the record's place in an insertion-ordered collection, as {@link Stamp#order()}
 */
public record Replacement(
        RecordKey key,
        @Nullable JsonNode image,
        String expectedVersion,
        @Nullable Instant holderSeen,
        long order) {}
