package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;

/** Long work under way or done. Thread-safe. */
public final class Job {
    /** Where a job is. */
    public enum State {
        RUNNING,
        DONE,
        FAILED,
        CANCELLED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The work: reports how far it is by {@link Job#progress}, and returns its result. */
    interface Work {
        JsonNode run(Job job);
    }

    private final String id;
    private final String kind;
    private final long total;
    private final LongSupplier nanos;
    private final Pace pace;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile State state = State.RUNNING;
    private volatile long done;
    private volatile long endNanos;
    private volatile boolean cancelled;
    private volatile @Nullable JsonNode result;
    private volatile @Nullable String error;
    private volatile @Nullable String code;

    Job(String id, String kind, long total) {
        this(id, kind, total, System::nanoTime);
    }

    Job(String id, String kind, long total, LongSupplier nanos) {
        this.id = id;
        this.kind = kind;
        this.total = total;
        this.nanos = nanos;
        this.pace = new Pace(nanos.getAsLong());
    }

    public String id() {
        return id;
    }

    String kind() {
        return kind;
    }

    /** How many records were looked at. */
    public long done() {
        return done;
    }

    /** How many there are to look at, as far as is known. */
    public long total() {
        return Math.max(total, done);
    }

    public State state() {
        return state;
    }

    /** Null unless done. */
    public @Nullable JsonNode result() {
        return result;
    }

    /** Null unless failed. */
    public @Nullable String error() {
        return error;
    }

    /** Asks it to stop at its next chunk; what it has done by then stays. */
    public void cancel() {
        cancelled = true;
    }

    /** Waits until it has ended. */
    public Job await() throws InterruptedException {
        ended.await();
        return this;
    }

    /** Notes how many records were looked at; throws when the job was cancelled. */
    void progress(long records) {
        done = records;
        pace.reached(records, nanos.getAsLong());
        if (cancelled) {
            throw new CancellationException();
        }
    }

    void run(Work work) {
        try {
            result = work.run(this);
            end(State.DONE);
        } catch (CancellationException e) {
            end(State.CANCELLED);
        } catch (BridgeException e) {
            error = e.getMessage();
            code = e instanceof BridgeException.Conflict conflict ? conflict.code() : null;
            end(State.FAILED);
        } catch (RuntimeException e) {
            error = "unexpected: " + e;
            end(State.FAILED);
            throw e;
        } finally {
            if (state == State.RUNNING) {
                error = "ended by an error of the JVM; see the log";
                end(State.FAILED);
            }
        }
    }

    private void end(State how) {
        endNanos = nanos.getAsLong();
        state = how;
        ended.countDown();
    }

    public ObjectNode toJson() {
        State now = state;
        long looked = done;
        double rate = now == State.RUNNING ? pace.lately(nanos.getAsLong()) : pace.overall(endNanos);
        ObjectNode json = Json.object();
        json.put("id", id);
        json.put("kind", kind);
        json.put("state", now.label());
        json.set("done", Json.number(looked));
        json.set("total", Json.number(total()));
        json.set("ratePerSecond", Json.number(Math.round(rate)));
        boolean known = now == State.RUNNING && rate > 0;
        json.set("etaSeconds", Json.number(known ? Math.round(Math.max(0, total - looked) / rate) : 0));
        if (result != null) {
            json.set("result", result);
        }
        if (error != null) {
            json.put("error", error);
        }
        if (code != null) {
            json.put("code", code);
        }
        return json;
    }
}
