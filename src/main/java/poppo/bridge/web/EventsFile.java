package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/**
 * What outlives a bridge of its events, in {@code .bridge/events.json}: after a stop in order the latest of them, so that a
 * reader resumes at the next bridge on the directory as if nothing had been; and at any time a number that none of them
 * has reached, so that ids never repeat and never go back, whatever the clock does and however the bridge ends.
 *
 * <p>After a kill the events are gone: some that nobody was told of may be among them, so a reader is told to read anew.
 * No decision of the bridge depends on the file; one that can't be read or written is logged and does without. Called by
 * one thread at a time.
 */
public final class EventsFile {
    /** Numbers set aside at one time: far more than there are events between two {@linkplain #reserve looks}. */
    static final long BLOCK = 10_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(EventsFile.class);

    private final Disk disk;
    private final Path file;
    private long until;

    /** @param bridgeDirectory {@code .bridge} in the state directory */
    public EventsFile(Disk disk, Path bridgeDirectory) {
        this.disk = disk;
        this.file = bridgeDirectory.resolve("events.json");
    }

    /**
     * Events as they were sent, and the number of the last of them.
     *
     * @param texts oldest first, numbered without gaps
     */
    record Kept(long last, List<String> texts) {}

    /**
     * What is known of the time before, and from here on no more: should this bridge be killed, the next one is not to
     * take old events for all there were.
     *
     * @param micros where numbers begin when nothing is known
     */
    Kept take(long micros) {
        Kept kept = read(micros);
        until = kept.last() + BLOCK;
        write(List.of(), 0);
        return kept;
    }

    private Kept read(long micros) {
        if (!Files.exists(file)) {
            return new Kept(micros, List.of());
        }
        try {
            JsonNode json = Json.parse(disk.read(file));
            if (!json.has("events")) {
                return new Kept(Math.max(micros, json.path("until").asLong()), List.of());
            }
            List<String> texts = new ArrayList<>();
            json.path("events").forEach(text -> texts.add(text.asText()));
            return new Kept(json.path("last").asLong(), texts);
        } catch (IOException | MalformedJsonException e) {
            LOG.warn("{} can't be read ({}); readers of the events are told to read anew", file, e.toString());
            return new Kept(micros, List.of());
        }
    }

    /** Sets more numbers aside when {@code last} comes near their end. */
    void reserve(long last) {
        if (last > until - BLOCK / 2) {
            until = last + BLOCK;
            write(List.of(), 0);
        }
    }

    /** Keeps the events of a bridge that stops in order. */
    void keep(Kept kept) {
        write(kept.texts(), kept.last());
    }

    /** Takes back what was kept: there was another event after all. */
    void lose() {
        write(List.of(), 0);
    }

    private void write(List<String> texts, long last) {
        ObjectNode json = Json.object();
        json.set("until", Json.number(until));
        if (last > 0) {
            json.set("last", Json.number(last));
            ArrayNode events = json.putArray("events");
            texts.forEach(events::add);
        }
        try {
            disk.replace(file, Json.compact(json).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.warn("{} can't be written ({}); ids of events may repeat after a restart", file, e.toString());
        }
    }
}
