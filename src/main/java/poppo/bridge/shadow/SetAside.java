package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;

/**
 * Keeps what a copy overwrites without knowing why it differed, in {@code .bridge/set-aside.jsonl}: nothing is dropped
 * silently. What can't be kept is not overwritten. Thread-safe.
 */
final class SetAside {
    private static final long MAX_BYTES = 64L << 20;

    private final JsonLines lines;
    private final Clock clock;

    SetAside(Disk disk, Path bridgeDirectory, Clock clock) {
        this.lines = new JsonLines(disk, bridgeDirectory, "set-aside", MAX_BYTES);
        this.clock = clock;
    }

    /**
     * @param from the store the image is about to go from
     * @param kept what takes its place; null where the record goes
     */
    synchronized void keep(Authority from, RecordKey key, JsonNode image, @Nullable JsonNode kept) {
        ObjectNode entry = Json.object();
        entry.put("time", Stamp.time(Instant.ofEpochMilli(clock.millis())));
        entry.put("store", from.label());
        entry.put("collection", key.collection().label());
        entry.put("record", key.id());
        entry.set("overwritten", image);
        entry.set("by", kept == null ? Json.nullValue() : kept);
        try {
            lines.append(entry);
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    lines.file() + " can't be written, so " + key + " is not overwritten: " + e + "; check the disk",
                    e);
        }
    }
}
