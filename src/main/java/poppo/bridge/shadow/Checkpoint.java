package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;
import poppo.bridge.state.StateCollection;

/**
 * How far a backfill has come, durably: a later one of the same files into the same Redis goes on behind it. It counts only
 * while the files are as they were, to the last byte, and Redis is the same run of the same server, with the epoch it had
 * and no revision lost; in any other case the backfill starts anew, which costs time and nothing else.
 */
final class Checkpoint {
    private static final String NAME = "backfill.json";
    private static final int FORMAT = 1;

    private final Disk disk;
    private final Path file;

    Checkpoint(Disk disk, Path bridgeDirectory) {
        this.disk = disk;
        this.file = bridgeDirectory.resolve(NAME);
    }

    /**
     * A place in a backfill.
     *
     * @param after the last record of the collection that is done; null at its beginning
     * @param tally of all that lies before
     */
    record Place(StateCollection collection, @Nullable String after, CarryOver.Tally tally) {
        static final Place START = new Place(StateCollection.values()[0], null, CarryOver.Tally.NONE);

        boolean isStart() {
            return equals(START);
        }

        @Override
        public String toString() {
            return after == null ? "the beginning of " + collection : collection + "/" + after;
        }
    }

    /** Where a backfill of these files into this server goes on; the start where it has none to go on from. */
    Place resume(String files, FencedStateManager.Server server) {
        JsonNode json = read();
        return json != null && fits(json, files, server) ? place(json) : Place.START;
    }

    private static boolean fits(JsonNode json, String files, FencedStateManager.Server server) {
        return json.path("format").asInt() == FORMAT
                && json.path("files").asText().equals(files)
                && json.path("redis").asText().equals(server.runId())
                && server.epoch() != null
                && json.path("epoch").asLong() == server.epoch()
                && json.path("revision").asLong() <= server.revision();
    }

    private static Place place(JsonNode json) {
        return new Place(
                StateCollection.of(json.path("collection").asText()),
                json.path("after").textValue(),
                new CarryOver.Tally(
                        json.path("compared").asLong(),
                        json.path("copied").asLong(),
                        json.path("left").asLong()));
    }

    /** What is no checkpoint is none; nothing depends on it but time. */
    private @Nullable JsonNode read() {
        try {
            return Json.parse(disk.read(file));
        } catch (IOException | MalformedJsonException e) {
            return null;
        }
    }

    /**
     * Durable when it returns.
     *
     * @param server as it was found before the backfill began
     * @param acknowledged the revision that Redis had told us of by then
     */
    void save(Place place, String files, FencedStateManager.Server server, long epoch, long acknowledged) {
        ObjectNode json = Json.object();
        json.set("format", Json.number(FORMAT));
        json.put("files", files);
        json.put("redis", server.runId());
        json.set("epoch", Json.number(epoch));
        json.set("revision", Json.number(acknowledged));
        json.put("collection", place.collection.label());
        json.put("after", place.after);
        json.set("compared", Json.number(place.tally.compared()));
        json.set("copied", Json.number(place.tally.copied()));
        json.set("left", Json.number(place.tally.left()));
        try {
            disk.replace(file, Json.pretty(json).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    file + " can't be written: " + e + "; check the disk's space and permissions", e);
        }
    }

    /** The next backfill starts anew. */
    void forget() {
        try {
            disk.delete(file);
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    file + " can't be removed: " + e + "; check the directory's permissions", e);
        }
    }
}
