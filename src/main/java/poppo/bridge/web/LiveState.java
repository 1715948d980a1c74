package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.ShadowStatus;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.Served;
import poppo.bridge.state.Stamp;

/**
 * One project as its page shows it: gathered once a second for all pages together, and only while there are any; the
 * {@link History} goes on without them. What the pages get is the whole state, and then what changed in it each second.
 *
 * <p>{@link #turn} is called by one thread, the rest by any.
 */
final class LiveState {
    /** Orphans and entries of the journal that the page shows without being asked for more. */
    private static final int SHOWN = 20;

    private static final int LONGEST_WHY = 200;

    /** Finding orphans asks a store, so it is done less often. */
    private static final int ORPHANS_EVERY = 5;

    private final ProjectHandle handle;
    private final Pulse pulse;
    private final EventLog log;
    private final History history = new History();
    private final ObjectNode journal = Json.object();
    private long turns;
    private long mismatches;
    private long fallbacks;
    private JsonNode point = Json.array();
    private @Nullable ArrayNode orphans;
    private @Nullable ObjectNode last;

    LiveState(ProjectHandle handle, Pulse pulse, EventLog log) {
        this.handle = handle;
        this.pulse = pulse;
        this.log = log;
        handle.migration().audit().latest(SHOWN).forEach(this::noted);
        handle.migration().audit().onNote(this::noted);
    }

    private void noted(JsonNode entry) {
        ObjectNode shown = Json.object();
        for (String name : List.of("time", "event", "who")) {
            shown.set(name, entry.path(name));
        }
        String why = entry.path("why").asText();
        shown.put("why", why.length() > LONGEST_WHY ? why.substring(0, LONGEST_WHY) + "…" : why);
        synchronized (journal) {
            journal.set(entry.path("number").asText(), shown);
            while (journal.size() > SHOWN) {
                journal.remove(journal.fieldNames().next());
            }
        }
    }

    History history() {
        return history;
    }

    EventLog log() {
        return log;
    }

    /** A second has passed. */
    void turn(Instant now) {
        if (turns % History.SECONDS == 0) {
            addPoint(now);
        }
        if (log.streams() > 0) {
            tell(now);
        } else {
            forget();
        }
        turns++;
    }

    private void addPoint(Instant now) {
        ShadowStatus status = handle.shadow().status();
        Pulse.Beat file = pulse.take(Served.FILE);
        Pulse.Beat redis = pulse.take(Served.REDIS);
        long[] values = {
            now.getEpochSecond(),
            file.calls(),
            file.p50Micros(),
            file.p99Micros(),
            redis.calls(),
            redis.p50Micros(),
            redis.p99Micros(),
            status.mismatches() - mismatches,
            status.fallbacks() - fallbacks,
            status.journalBytes(),
            status.mirrorLagMillis(),
            status.dirtyRecords()
        };
        mismatches = status.mismatches();
        fallbacks = status.fallbacks();
        history.add(values);
        point = History.toJson(values);
    }

    private void tell(Instant now) {
        ObjectNode next = gather(now);
        synchronized (this) {
            ObjectNode before = last;
            last = next;
            if (before == null) {
                log.append("state", next);
            } else {
                log.append("patch", MergePatch.between(before, next));
            }
        }
    }

    private synchronized void forget() {
        last = null;
        orphans = null;
    }

    /**
     * Takes a reader in, unless there are as many as may.
     *
     * @return null when there are
     */
    synchronized @Nullable EventStream open(Runnable disconnect) {
        ObjectNode known = last;
        String opening = "retry: 2000\n"
                + (known == null ? ": connected\n\n" : "event: state\ndata: " + Json.compact(known) + "\n\n");
        EventStream stream = new EventStream(log, log.last(), opening, disconnect);
        return log.add(stream) ? stream : null;
    }

    private ObjectNode gather(Instant now) {
        ObjectNode state = Json.object();
        state.set("time", Json.number(now.getEpochSecond()));
        state.set("status", handle.migration().status());
        handle.plans().status().ifPresent(plan -> state.set("plan", plan));
        ArrayNode found = orphans;
        if (found == null || turns % ORPHANS_EVERY == 0) {
            found = findOrphans(now, found);
            orphans = found;
        }
        state.set("orphans", found);
        synchronized (journal) {
            state.set("journal", journal.deepCopy());
        }
        state.set("point", point);
        return state;
    }

    /** Those known so far where no store answers: the page says by the breaker that one is out of reach. */
    private ArrayNode findOrphans(Instant now, @Nullable ArrayNode before) {
        ArrayNode found = Json.array();
        try {
            // Not by way of what takes the workers' calls, which may record them.
            handle.shadow().orphans(now).stream().limit(SHOWN).forEach(orphan -> found.add(shown(orphan)));
            return found;
        } catch (BridgeException.Unavailable e) {
            return before == null ? found : before;
        }
    }

    private static ObjectNode shown(Orphan orphan) {
        ObjectNode item = Json.object();
        item.set("issue", Json.number(orphan.issue()));
        if (orphan.processId() != null) {
            item.put("processId", orphan.processId());
        }
        if (orphan.lastSeen() != null) {
            item.put("lastSeen", Stamp.time(orphan.lastSeen()));
        }
        return item;
    }
}
