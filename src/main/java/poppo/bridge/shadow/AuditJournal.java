package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;

/**
 * What happened to the migration, with who and why: phase changes, fail-overs, mismatches, repairs, foreign writes; in
 * {@code .bridge/audit.jsonl}, numbered without gaps.
 *
 * <p>It tells the story and no decision depends on it: a line that can't be written is logged and left out. Thread-safe.
 */
public final class AuditJournal {
    private static final Logger LOG = LoggerFactory.getLogger(AuditJournal.class);
    private static final long MAX_BYTES = 4L << 20;

    private final JsonLines lines;
    private final Clock clock;
    private final List<Consumer<JsonNode>> listeners = new CopyOnWriteArrayList<>();
    private long lastNumber;

    public AuditJournal(Disk disk, Path bridgeDirectory, Clock clock) {
        this.lines = new JsonLines(disk, bridgeDirectory, "audit", MAX_BYTES);
        this.clock = clock;
        List<JsonNode> known = lines.read();
        this.lastNumber =
                known.isEmpty() ? 0 : known.get(known.size() - 1).path("number").longValue();
    }

    /** Notes an event of the bridge's own accord. */
    public void note(String event, String why, JsonNode details) {
        note(event, "bridge", why, details);
    }

    /**
     * Notes an event.
     *
     * @param who the role that wanted it
     * @param details depends on the event; no issue bodies, no secrets
     */
    public void note(String event, String who, String why, JsonNode details) {
        JsonNode entry = write(event, who, why, details);
        listeners.forEach(listener -> listener.accept(entry));
    }

    /** Calls {@code listener} with every event from now on, on the thread that notes it; it must be quick. */
    public void onNote(Consumer<JsonNode> listener) {
        listeners.add(listener);
    }

    private synchronized JsonNode write(String event, String who, String why, JsonNode details) {
        ObjectNode entry = Json.object();
        entry.set("number", Json.number(lastNumber + 1));
        entry.put("time", Stamp.time(Instant.ofEpochMilli(clock.millis())));
        entry.put("event", event);
        entry.put("who", who);
        entry.put("why", why);
        entry.set("details", details);
        // The event is part of the pattern, so that a flood of one kind doesn't hide the others.
        LOG.info(event + " by {}: {} {}", who, why, Json.compact(details));
        try {
            lines.append(entry);
            lastNumber++;
        } catch (IOException e) {
            LOG.warn("{} can't be written ({}); the event above stands in this log only", lines.file(), e.toString());
        }
        return entry;
    }

    /** The last {@code count} entries at most, oldest first. */
    public synchronized List<JsonNode> latest(int count) {
        List<JsonNode> all = lines.read();
        return List.copyOf(all.subList(Math.max(0, all.size() - count), all.size()));
    }

    /** The entries after number {@code after}, oldest first, at most {@code limit}. */
    public synchronized List<JsonNode> read(long after, int limit) {
        return lines.read().stream()
                .filter(entry -> entry.path("number").longValue() > after)
                .limit(limit)
                .toList();
    }
}
