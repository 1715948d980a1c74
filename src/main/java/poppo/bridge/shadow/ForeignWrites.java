package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.Json;
import poppo.bridge.state.LocalStateManager.ForeignWrite;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/**
 * What others did to the files: counted by file since the start, and of each write of ours that one of theirs erased the
 * image, in {@code .bridge/erased.jsonl}, until it is settled. The newest {@value #KEPT} of those are kept. Thread-safe.
 */
public final class ForeignWrites {
    private static final Logger LOG = LoggerFactory.getLogger(ForeignWrites.class);
    private static final int KEPT = 10_000;
    private static final long MAX_BYTES = 16L << 20;

    private final JsonLines lines;
    private final Clock clock;
    private final Map<String, Long> byFile = new TreeMap<>();
    private final Map<RecordKey, Erasure> erased = new LinkedHashMap<>();
    private long writes;
    private long records;
    private long erasures;
    private @Nullable Instant last;

    /**
     * A write of ours that is lost in the files.
     *
     * @param file the file it was lost from
     * @param ours the record as it was written by us
     * @param theirs what stood in its place when that was noticed; null where nothing did
     */
    public record Erasure(
            RecordKey key,
            Instant noticed,
            String file,
            JsonNode ours,
            @Nullable JsonNode theirs) {
        public ObjectNode toJson() {
            ObjectNode json = Json.object();
            json.put("collection", key.collection().label());
            json.put("record", key.id());
            json.put("noticed", Stamp.time(noticed));
            json.put("file", file);
            json.set("ours", ours);
            if (theirs != null) {
                json.set("theirs", theirs);
            }
            return json;
        }

        private static Erasure of(JsonNode json) {
            return new Erasure(
                    keyOf(json),
                    Instant.parse(json.path("noticed").asText()),
                    json.path("file").asText(),
                    json.path("ours"),
                    json.get("theirs"));
        }
    }

    ForeignWrites(Disk disk, Path bridgeDirectory, Clock clock) {
        this.lines = new JsonLines(disk, bridgeDirectory, "erased", MAX_BYTES);
        this.clock = clock;
        for (JsonNode line : lines.read()) {
            if (line.has("settled")) {
                erased.remove(keyOf(line));
            } else {
                keep(Erasure.of(line));
            }
        }
    }

    private static RecordKey keyOf(JsonNode line) {
        return new RecordKey(
                StateCollection.of(line.path("collection").asText()),
                line.path("record").asText());
    }

    private void keep(Erasure erasure) {
        // The latest erasure of a record is the one that counts.
        erased.remove(erasure.key());
        erased.put(erasure.key(), erasure);
        if (erased.size() > KEPT) {
            erased.remove(erased.keySet().iterator().next());
        }
    }

    /** Counts a write; what it erased of ours is open from now on, unless it was set aside and ours stands. */
    synchronized void note(ForeignWrite write) {
        Instant now = Instant.ofEpochMilli(clock.millis());
        writes++;
        records += write.records().size();
        last = now;
        byFile.merge(write.file(), 1L, Long::sum);
        if (write.setAside() == null) {
            write.erasedOurs().forEach((key, images) -> {
                erasures++;
                Erasure erasure = new Erasure(key, now, write.file(), images.ours(), images.theirs());
                keep(erasure);
                append(erasure.toJson());
            });
        }
    }

    private void append(ObjectNode line) {
        try {
            lines.append(line);
        } catch (IOException e) {
            LOG.warn(
                    "{} can't be written ({}); what it would hold is known until the restart only",
                    lines.file(),
                    e.toString());
        }
    }

    /** Closes a case. */
    synchronized void settle(RecordKey key, String how) {
        if (erased.remove(key) != null) {
            ObjectNode line = Json.object();
            line.put("collection", key.collection().label());
            line.put("record", key.id());
            line.put("settled", how);
            append(line);
        }
    }

    /** The open cases, oldest first. */
    public synchronized List<Erasure> erased() {
        return new ArrayList<>(erased.values());
    }

    /** How many writes of others were noticed since the start. */
    synchronized long writes() {
        return writes;
    }

    /** When the last one was noticed; empty if never since the start. */
    synchronized Optional<Instant> last() {
        return Optional.ofNullable(last);
    }

    /** Everything, for people; of the open cases the first {@code limit}. */
    public synchronized ObjectNode toJson(int limit) {
        ObjectNode json = Json.object();
        json.set("writes", Json.number(writes));
        json.set("records", Json.number(records));
        json.set("erasedOurs", Json.number(erasures));
        if (last != null) {
            json.put("last", Stamp.time(last));
        }
        ObjectNode files = Json.object();
        byFile.forEach((file, count) -> files.set(file, Json.number(count)));
        json.set("files", files);
        json.set("open", Json.number(erased.size()));
        ArrayNode open = Json.array();
        erased.values().stream().limit(limit).map(Erasure::toJson).forEach(open::add);
        json.set("erased", open);
        return json;
    }
}
