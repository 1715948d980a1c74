package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A record as read from one store.
 *
 * @param image null where there is none
 * @param version names this content in this store only; {@link Replacement} takes it to overwrite no newer one
 * @param order where it stands in an insertion-ordered collection, as {@link Stamp#order()}; 0 elsewhere
 */
public record Versioned(RecordKey key, @Nullable JsonNode image, String version, long order, Served served) {
    /** The process whose life goes with the record: its holder, or the one it describes. */
    public @Nullable String process() {
        return switch (key.collection()) {
            case PROCESSES -> key.id();
            case ISSUES -> Issue.holder(image);
            default -> null;
        };
    }
}
