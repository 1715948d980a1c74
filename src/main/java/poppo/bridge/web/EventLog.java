package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.StatusChange;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;

/**
 * The latest status changes of one project, numbered, and who is reading them. The ring is all there is: a reader has no
 * queue of its own, only a place in it, and is disconnected when the ring overtakes that place.
 *
 * <p>Numbers rise through restarts: they begin behind those of the bridge before, and in a new directory at the time in
 * microseconds. Thread-safe.
 */
final class EventLog {
    static final int CAPACITY = 10_000;

    private final String[] ring;
    private final long first;
    private final Executor pump;
    private final int maxStreams;
    private final AtomicBoolean pumping = new AtomicBoolean();
    private final List<EventStream> streams = new CopyOnWriteArrayList<>();
    private long last;
    private @Nullable Runnable lost;

    /** @param pump runs one task after the other */
    EventLog(int capacity, long startMicros, int maxStreams, Executor pump) {
        this.ring = new String[capacity];
        this.first = startMicros + 1;
        this.last = startMicros;
        this.maxStreams = maxStreams;
        this.pump = pump;
    }

    /** Begins with what an earlier log kept. */
    static EventLog after(EventsFile.Kept kept, int capacity, int maxStreams, Executor pump) {
        EventLog log = new EventLog(capacity, kept.last() - kept.texts().size(), maxStreams, pump);
        kept.texts().forEach(text -> log.ring[log.slot(++log.last)] = text);
        return log;
    }

    /**
     * What can be given to a later log.
     *
     * @param onMore called when an event comes after all, which the later log would lack
     */
    synchronized EventsFile.Kept keep(Runnable onMore) {
        lost = onMore;
        long oldest = Math.max(first, last - ring.length + 1);
        return new EventsFile.Kept(
                last,
                LongStream.rangeClosed(oldest, last)
                        .mapToObj(number -> ring[slot(number)])
                        .toList());
    }

    /** Notes a change; quick, as the listener of an operation must be. */
    void append(StatusChange change) {
        ObjectNode data = Json.object();
        data.set("issue", Json.number(change.issue()));
        data.put("status", change.status());
        data.put("processId", change.processId());
        data.put("time", Stamp.time(change.time()));
        append("status", data);
    }

    /** As {@link #append(StatusChange)}, of an event of another kind. */
    void append(String kind, JsonNode data) {
        synchronized (this) {
            last++;
            ring[slot(last)] = "id: " + last + "\nevent: " + kind + "\ndata: " + Json.compact(data) + "\n\n";
            if (lost != null) {
                lost.run();
                lost = null;
            }
        }
        signal();
    }

    private int slot(long number) {
        return (int) ((number - first) % ring.length);
    }

    synchronized long last() {
        return last;
    }

    /** Whether everything after {@code number} is still here. */
    synchronized boolean reachesBack(long number) {
        return number <= last && number >= Math.max(first - 1, last - ring.length);
    }

    /** Some changes as text, and the number of the last of them. */
    record Batch(String text, long place) {}

    /** At most {@code max} changes after {@code number}; null when the ring has overtaken it. */
    synchronized @Nullable Batch after(long number, int max) {
        if (!reachesBack(number)) {
            return null;
        }
        long end = Math.min(last, number + max);
        StringBuilder text = new StringBuilder();
        for (long next = number + 1; next <= end; next++) {
            text.append(ring[slot(next)]);
        }
        return new Batch(text.toString(), end);
    }

    /** Takes a reader in, unless there are as many as may. */
    synchronized boolean add(EventStream stream) {
        if (streams.size() >= maxStreams) {
            return false;
        }
        streams.add(stream);
        return true;
    }

    void remove(EventStream stream) {
        streams.remove(stream);
    }

    int streams() {
        return streams.size();
    }

    /** Lets all readers take what they can, soon and on the pump's thread. */
    void signal() {
        if (!streams.isEmpty() && pumping.compareAndSet(false, true)) {
            pump.execute(() -> {
                pumping.set(false);
                streams.forEach(EventStream::drain);
            });
        }
    }

    /** Makes every reader hear that the bridge lives. */
    void beat() {
        streams.forEach(EventStream::beat);
    }

    void end() {
        streams.forEach(EventStream::end);
    }
}
