package poppo.bridge.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * A recording: calls are handed over and written by a thread of its own. It never makes a caller wait for the disk: when
 * the queue is full, the disk too, or a line looks like a secret, it ends there and says why. Thread-safe.
 */
public final class Recording {
    private static final Logger LOG = LoggerFactory.getLogger(Recording.class);
    private static final long WAIT_MILLIS = 100;
    private static final int PAGE = 1000;
    /** Who asks for the end. */
    private static final String END = "recording";

    /** Where it is: it runs, is whole, or ended before it was stopped. */
    public enum State {
        RUNNING,
        DONE,
        FAILED
    }

    private final Header header;
    private final Path directory;
    private final long startNanos = System.nanoTime();
    private final Redaction redaction;
    private final RecordingSite site;
    private final Consumer<Recording> ended;
    private final Queue<Recorded> queue = new ArrayDeque<>();
    private final List<String> notes = new ArrayList<>();
    private final CountDownLatch written = new CountDownLatch(1);
    private State state = State.RUNNING;
    private @Nullable String failure;
    private long calls;
    private boolean closing;

    /** @param ended told when it ends before it is stopped; must be quick */
    Recording(Header header, Path directory, Redaction redaction, RecordingSite site, Consumer<Recording> ended) {
        this.ended = ended;
        this.header = header;
        this.directory = directory;
        this.redaction = redaction;
        this.site = site;
    }

    /** Its name is its id: there is one directory of that name. */
    public String id() {
        return header.name();
    }

    public Path directory() {
        return directory;
    }

    /** Writes {@code before/} and the header, then what comes. Calls may be handed over from now on. */
    void start(Snapshot before) {
        try {
            before.write(site.disk(), directory.resolve(Fixture.BEFORE), redaction, site.opener());
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    directory + " can't be written: " + e + "; check its permissions and the space on its disk", e);
        }
        FixtureWriter writer = FixtureWriter.begin(site.disk(), directory, header);
        Thread thread = new Thread(() -> run(writer), "bridge-recording");
        thread.setDaemon(true);
        thread.start();
    }

    /** Microseconds since it began. */
    long micros() {
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - startNanos);
    }

    /**
     * Takes a call; returns at once. Calls come in the order in which they took effect.
     *
     * @return false when the recording has ended
     */
    synchronized boolean add(
            long begun, String caller, Call call, @Nullable Stamp stamp, ObjectNode answer, @Nullable String served) {
        if (state != State.RUNNING || closing) {
            return false;
        }
        if (queue.size() >= site.queue()) {
            fail("the disk was too slow: " + site.queue() + " calls were waiting to be written");
            return false;
        }
        calls++;
        queue.add(new Recorded(calls, begun, micros() - begun, caller, call, stamp, answer, served));
        notifyAll();
        return true;
    }

    /** Something that a reader of the fixture has to know, once. */
    synchronized void note(String note) {
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }

    private synchronized void fail(String why) {
        if (state == State.RUNNING) {
            state = State.FAILED;
            failure = why;
            queue.clear();
            notifyAll();
            ended.accept(this);
            LOG.warn("The recording '{}' ended after {} calls: {}", id(), calls, why);
        }
    }

    /**
     * Ends it. What the project holds now is asked for in its last calls, so that a replay compares it in every phase.
     * Nothing changes meanwhile; what is handed over later is left out.
     */
    void close(StateManager state) {
        for (StateCollection collection : StateCollection.values()) {
            String after = null;
            List<Versioned> page;
            do {
                long begun = micros();
                page = state.page(collection, after, PAGE);
                Call call = new Call.Page(collection, after, PAGE);
                addLast(new Recorded(0, begun, micros() - begun, END, call, null, Answers.ofAll(page), null));
                after = page.isEmpty() ? after : page.get(page.size() - 1).key().id();
            } while (page.size() == PAGE);
        }
        synchronized (this) {
            closing = true;
            notifyAll();
        }
    }

    private synchronized void addLast(Recorded call) {
        if (state == State.RUNNING) {
            calls++;
            queue.add(call.numbered(calls));
        }
    }

    /** Waits until all is on the disk. */
    void await() throws InterruptedException {
        written.await();
    }

    synchronized boolean isRunning() {
        return state == State.RUNNING;
    }

    private void run(FixtureWriter writer) {
        try (writer) {
            writeCalls(writer);
        } catch (SecretFound e) {
            fail(String.valueOf(e.getMessage()));
        } catch (RuntimeException | IOException e) {
            fail("it can't be written: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail("it was interrupted");
        }
        try {
            finish();
        } catch (RuntimeException | IOException e) {
            fail("its end can't be written: " + e.getMessage());
        } finally {
            written.countDown();
        }
    }

    private void writeCalls(FixtureWriter writer) throws IOException, InterruptedException {
        long synced = System.nanoTime();
        int line = 1;
        while (true) {
            List<Recorded> batch = take();
            if (batch == null) {
                return;
            }
            for (Recorded call : batch) {
                writer.add(redaction.redact(call, ++line));
            }
            if (System.nanoTime() - synced > site.syncEvery().toNanos()) {
                writer.sync();
                requireRoom();
                synced = System.nanoTime();
            }
        }
    }

    /** What has come since; null at the end. */
    private synchronized @Nullable List<Recorded> take() throws InterruptedException {
        while (queue.isEmpty()) {
            if (closing || state != State.RUNNING) {
                return null;
            }
            wait(WAIT_MILLIS);
            if (queue.isEmpty() && !closing) {
                // For the sync that is due.
                return List.of();
            }
        }
        List<Recorded> batch = new ArrayList<>(queue);
        queue.clear();
        return batch;
    }

    private void requireRoom() throws IOException {
        long free = site.disk().usableSpace(directory);
        if (free < site.room()) {
            throw new IOException("only " + (free >> 20) + " MiB are free on its disk");
        }
    }

    private void finish() throws IOException {
        site.disk().replace(directory.resolve("README.md"), readme().getBytes(StandardCharsets.UTF_8));
        synchronized (this) {
            if (state == State.RUNNING) {
                state = State.DONE;
            }
        }
    }

    private synchronized String readme() {
        StringBuilder text = new StringBuilder("# " + id() + "\n\nIt was " + header.origin() + ", from "
                + Stamp.time(header.recordedAt()) + " on: " + calls
                + " calls. Texts, names, hosts and tokens are pseudonyms. The last calls ask for all that there is in the"
                + " end.\n");
        if (failure != null) {
            text.append("\nIt ended before it was stopped: ").append(failure).append(".\n");
        }
        notes.forEach(note -> text.append("\n- ").append(note).append('\n'));
        return text.toString();
    }

    /** As the API tells it. */
    public synchronized ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("id", id());
        json.put("state", state.name().toLowerCase(java.util.Locale.ROOT));
        json.put("startedAt", Stamp.time(header.recordedAt()));
        json.set("calls", Json.number(calls));
        json.put("directory", directory.toString());
        if (failure != null) {
            json.put("error", failure);
        }
        var told = json.putArray("notes");
        notes.forEach(told::add);
        return json;
    }
}
