package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.journal.Fsync;
import poppo.bridge.journal.Journal;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.Waits;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateManager;

/**
 * The calls of one project that carried an {@code Idempotency-Key}, for 24 hours, through restarts, kills and power cuts.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>The same key with the same request is answered the same without being executed again, and waits for the first while
 *       that is under way; with another request it is refused. An answer is durable before it is given.
 *   <li>A worker's call: each of its operations is durably noted before it is executed. If the bridge ends in between, or
 *       the outcome is unknown, the same call again finds out from the record whether the operation took effect; see {@link
 *       KeyedState}. It takes effect once, or the caller is told that nobody can know, and then nothing is done.
 *   <li>A call of several operations (a checkout that also registers its process, a sweep of running tasks): that holds for
 *       each of them; the same call again does what is left to do. Heartbeats are executed again.
 *   <li>An operator's call: that it began is durable before it is executed. If it ended without an answer, the same call
 *       again is not executed and answered that its outcome is unknown, also where it was to change nothing.
 *   <li>An answer that nothing was done is not kept, so another try is executed.
 * </ul>
 *
 * <p>24 hours are those of the monotonic clock within a run and of the wall clock across runs; a key that seems to be from
 * the future counts from the start. Bounded in memory and on the disk: when it is full of keys that may still come again,
 * or can't be written, calls with new keys are refused before anything is done; nothing is forgotten silently. Known are the
 * keys that came to this state directory: bridges on other hosts that share only Redis don't know them. Thread-safe.
 */
public final class Idempotency implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Idempotency.class);
    private static final Duration KEPT = Duration.ofHours(24);
    private static final int BASE_WEIGHT = 512;
    private static final int CHUNK = 64;

    private final Bounds bounds;
    private final Clock clock;
    private final LongSupplier nanoClock;
    private final Journal journal;
    private final AtomicBoolean compacting = new AtomicBoolean();
    private final Object monitor = new Object();

    // Under the monitor, as is what is in the calls.
    private final Map<String, KeyedCall> calls = new LinkedHashMap<>();
    private long weight;

    /**
     * How much is remembered.
     *
     * @param maxWeight bytes, about the same in memory and on the disk
     * @param compactAbove so many bytes the log may take besides three times what is remembered, before it is written again
     * @param segmentBytes of the log
     */
    record Bounds(int maxKeys, long maxWeight, long compactAbove, int segmentBytes) {
        private static final int MIB = 1 << 20;
        static final Bounds STANDARD = new Bounds(10_000, 64L * MIB, 16L * MIB, MIB);

        /** Room for the most that compaction lets it become, the copy that compaction makes, and calls meanwhile. */
        JournalOptions journal() {
            long most = compactAbove + 4 * maxWeight + 64L * segmentBytes;
            return new JournalOptions(Fsync.ALWAYS, most, 16L * MIB, segmentBytes);
        }
    }

    /**
     * Takes up what the last bridge on this directory noted, and looks at the records of calls that it left without an
     * answer, before anybody changes them.
     *
     * @param directory of its own; made if it isn't there
     * @throws BridgeException.Corrupt when what was noted can't be read
     */
    public static Idempotency open(Path directory, StateManager state, Clock clock) {
        return open(directory, state, clock, System::nanoTime, new Disk(), Bounds.STANDARD);
    }

    static Idempotency open(
            Path directory, StateManager state, Clock clock, LongSupplier nanoClock, Disk disk, Bounds bounds) {
        Map<String, JsonNode> noted = new LinkedHashMap<>();
        Journal journal = Journal.open(directory, bounds.journal(), disk, Waits.BLOCKING, bytes -> {
            JsonNode entry = Json.parse(bytes);
            noted.remove(KeyedCall.key(entry));
            if (!KeyedCall.isForgotten(entry)) {
                noted.put(KeyedCall.key(entry), entry);
            }
        });
        try {
            Idempotency idempotency = new Idempotency(bounds, clock, nanoClock, journal);
            idempotency.takeUp(noted.values(), state);
            return idempotency;
        } catch (RuntimeException e) {
            journal.close();
            throw e;
        }
    }

    private Idempotency(Bounds bounds, Clock clock, LongSupplier nanoClock, Journal journal) {
        this.bounds = bounds;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.journal = journal;
    }

    private void takeUp(Iterable<JsonNode> noted, StateManager state) {
        journal.notices().forEach(LOG::info);
        long now = clock.millis();
        long nanos = nanoClock.getAsLong();
        List<KeyedCall> known = new ArrayList<>();
        List<KeyedCall> changed = new ArrayList<>();
        for (JsonNode entry : noted) {
            long wall = Math.min(KeyedCall.wall(entry), now);
            Duration age = Duration.ofMillis(now - wall);
            if (age.compareTo(KEPT) >= 0) {
                continue;
            }
            KeyedCall call = KeyedCall.of(entry, wall, nanos - age.toNanos());
            known.add(call);
            if (wall < KeyedCall.wall(entry) | look(call, state)) {
                changed.add(call);
            }
        }
        known.sort(Comparator.comparingLong(call -> call.wall));
        synchronized (monitor) {
            for (KeyedCall call : known) {
                calls.put(call.key, call);
                weigh(call, call.toBytes().length);
            }
        }
        noteAgain(changed);
        compactIfDue();
    }

    /** It is known in this run at least. */
    private void noteAgain(List<KeyedCall> changed) {
        try {
            appendAll(changed);
        } catch (BridgeException.Unavailable e) {
            LOG.warn("What was found about calls with a key can't be noted for another run: {}", e.getMessage());
        }
    }

    /**
     * Keeps the records as they are now. One that can't be read yet is looked at when its call comes again.
     *
     * @return whether there was any
     */
    private static boolean look(KeyedCall call, StateManager state) {
        boolean any = false;
        for (KeyedCall.Step step : List.copyOf(call.steps.values())) {
            if (step.found() != null) {
                continue;
            }
            RecordKey record = step.before().key();
            try {
                KeyedCall.Found found = KeyedState.found(state.read(record));
                call.steps.put(record, new KeyedCall.Step(step.before(), null, step.tries(), found));
                any = true;
            } catch (BridgeException.Unavailable e) {
                LOG.warn("Whether a call with a key took effect on {} can't be seen yet: {}", record, e.getMessage());
            }
        }
        return any;
    }

    /** What takes a call's work to a thread where it may wait, and hands back what is answered if it doesn't. */
    interface Runner extends Function<Supplier<Answer>, CompletableFuture<Answer>> {}

    /**
     * Executes a worker's call, unless the key is known.
     *
     * @param request says which request it is; the same key with another one is refused
     * @param state executes its operations
     * @param work is given the state that it must use
     */
    CompletableFuture<Answer> worker(
            String key, String request, Runner runner, StateManager state, Function<StateManager, Answer> work) {
        return answer(key, request, runner, call -> work.apply(new KeyedState(state, this, call)));
    }

    /** Executes an operator's call, unless the key is known. Parameters as in {@link #worker}. */
    CompletableFuture<Answer> operator(String key, String request, Runner runner, Supplier<Answer> work) {
        return answer(key, request, runner, call -> {
            noteBlind(call);
            return work.get();
        });
    }

    private CompletableFuture<Answer> answer(
            String key, String request, Runner runner, Function<KeyedCall, Answer> work) {
        KeyedCall call;
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        synchronized (monitor) {
            forgetExpired();
            KeyedCall known = calls.get(key);
            if (known == null && isFull()) {
                return CompletableFuture.completedFuture(full());
            }
            call = known == null ? begin(key, request) : known;
            Answer given = given(call, request);
            if (given != null) {
                return CompletableFuture.completedFuture(given);
            }
            if (call.running != null) {
                return call.running;
            }
            call.running = answer;
        }
        runner.apply(() -> {
                    Answer got = keep(call, work);
                    end(call, answer, got);
                    compactIfDue();
                    return got;
                })
                .thenAccept(got -> end(call, answer, got));
        return answer;
    }

    /** Within the monitor. */
    private KeyedCall begin(String key, String request) {
        KeyedCall call = new KeyedCall(key, request, clock.millis(), nanoClock.getAsLong());
        calls.put(key, call);
        weigh(call, 0);
        return call;
    }

    /** Within the monitor. Returns null when there is no answer yet. */
    private static @Nullable Answer given(KeyedCall call, String request) {
        if (!call.request.equals(request)) {
            return reused();
        }
        if (call.blind && call.running == null) {
            return Answer.unknown(
                    Failures.unknown("This call was begun and not answered; whether it took effect is not known,"
                            + " and it was not executed again. See where the project stands, and send it with a new key"
                            + " if it is still wanted"));
        }
        return call.answerIsKept ? call.answer : null;
    }

    private Answer keep(KeyedCall call, Function<KeyedCall, Answer> work) {
        Answer got = call.answer == null ? execute(call, work) : call.answer;
        if (got.standing() != Answer.Standing.FINAL) {
            return got;
        }
        try {
            synchronized (monitor) {
                call.answer = got;
                call.blind = false;
                call.steps.clear();
            }
            append(call).await();
            synchronized (monitor) {
                call.answerIsKept = true;
            }
            return got;
        } catch (BridgeException e) {
            return Answer.unknown(Failures.unknown("It was executed, but its answer can't be kept: " + e.getMessage()
                    + ". Send the same request with the same key again: it is not executed a second time"));
        }
    }

    private Answer execute(KeyedCall call, Function<KeyedCall, Answer> work) {
        Answer got;
        try {
            got = work.apply(call);
        } catch (RuntimeException | Error e) {
            got = Failures.answer(e);
        }
        if (got.standing() == Answer.Standing.NOTHING_DONE) {
            synchronized (monitor) {
                call.blind = false;
            }
        }
        return got;
    }

    /** Gives an answer, once; and forgets a call of which nothing is left to remember. */
    private void end(KeyedCall call, CompletableFuture<Answer> answer, Answer got) {
        synchronized (monitor) {
            if (call.running != answer) {
                return;
            }
            call.running = null;
            if (call.isVoid()) {
                calls.remove(call.key);
                weight -= call.weight;
                if (call.isLogged) {
                    appendInPassing(() -> journal.append(KeyedCall.forgotten(call.key)));
                }
            }
        }
        answer.complete(got);
    }

    // ---- what is noted

    /**
     * Notes operations that are about to be executed; returns when that is durable.
     *
     * @throws BridgeException.Unavailable when it can't be; then they must not be executed
     */
    void note(KeyedCall call, List<KeyedCall.Step> steps) {
        Map<RecordKey, KeyedCall.Step> before;
        synchronized (monitor) {
            before = new LinkedHashMap<>(call.steps);
            steps.forEach(step -> call.steps.put(step.before().key(), step));
        }
        try {
            noteBegun(call);
        } catch (BridgeException e) {
            synchronized (monitor) {
                call.steps.clear();
                call.steps.putAll(before);
            }
            throw e;
        }
    }

    private void noteBlind(KeyedCall call) {
        synchronized (monitor) {
            call.blind = true;
        }
        noteBegun(call);
    }

    private void noteBegun(KeyedCall call) {
        try {
            journal.requireRoom();
            append(call).await();
        } catch (BridgeException e) {
            throw new BridgeException.Unavailable("The Idempotency-Key can't be noted (" + e.getMessage() + ")", e);
        }
    }

    /** Notes that an operation has had no effect. */
    void noteUndone(KeyedCall call, RecordKey record) {
        synchronized (monitor) {
            call.steps.remove(record);
        }
        appendInPassing(() -> append(call));
    }

    /** Without waiting for it: what is noted later takes it along, and at worst the effect is looked for in vain. */
    private static void appendInPassing(Runnable append) {
        try {
            append.run();
        } catch (BridgeException.Unavailable closed) {
            LOG.debug("Not noted: {}", closed.getMessage());
        }
    }

    private Journal.Entry append(KeyedCall call) {
        synchronized (monitor) {
            byte[] bytes = call.toBytes();
            Journal.Entry entry = journal.append(bytes);
            call.isLogged = true;
            weigh(call, bytes.length);
            return entry;
        }
    }

    /** Within the monitor. */
    private void weigh(KeyedCall call, int bytes) {
        weight += BASE_WEIGHT + bytes - call.weight;
        call.weight = BASE_WEIGHT + bytes;
    }

    // ---- bounds

    /** Within the monitor. */
    private boolean isFull() {
        return calls.size() >= bounds.maxKeys() || weight >= bounds.maxWeight();
    }

    /** Within the monitor. The log forgets them at the next compaction, or by their age at the next start. */
    private void forgetExpired() {
        long now = nanoClock.getAsLong();
        for (Iterator<KeyedCall> oldest = calls.values().iterator(); oldest.hasNext(); ) {
            KeyedCall call = oldest.next();
            if (now - call.begun < KEPT.toNanos() || call.running != null) {
                return;
            }
            weight -= call.weight;
            oldest.remove();
        }
    }

    /**
     * Writes what is remembered again, and drops what is before it, once the log has grown past its bound. Each entry of the
     * log holds all that is known of its call, so a crash on the way leaves entries that are there twice, and none less.
     */
    private void compactIfDue() {
        if (!isCompactionDue() || !compacting.compareAndSet(false, true)) {
            return;
        }
        try {
            compact();
        } catch (BridgeException.Unavailable e) {
            LOG.warn("The log of Idempotency-Keys can't be made shorter for now: {}", e.getMessage());
        } finally {
            compacting.set(false);
        }
    }

    private boolean isCompactionDue() {
        synchronized (monitor) {
            return journal.bytes() > bounds.compactAbove() + 3 * weight;
        }
    }

    private void compact() {
        long before;
        List<KeyedCall> logged;
        synchronized (monitor) {
            forgetExpired();
            before = journal.last();
            logged = calls.values().stream().filter(call -> call.isLogged).toList();
        }
        for (int from = 0; from < logged.size(); from += CHUNK) {
            appendAll(logged.subList(from, Math.min(from + CHUNK, logged.size())));
        }
        journal.checkpoint(before);
    }

    private void appendAll(List<KeyedCall> chunk) {
        Journal.Entry last = null;
        synchronized (monitor) {
            for (KeyedCall call : chunk) {
                if (calls.get(call.key) == call) {
                    last = append(call);
                }
            }
        }
        if (last != null) {
            last.await();
        }
    }

    /** What the log takes on the disk. */
    long bytes() {
        return journal.bytes();
    }

    @Override
    public void close() {
        journal.close();
    }

    private static Answer reused() {
        return Answer.problem(
                Problem.of(
                        409,
                        "idempotency-key-reused",
                        "The key belongs to another request",
                        "This Idempotency-Key came with another request in the last 24 hours; use a new one"),
                false);
    }

    /** Within the monitor. */
    private Answer full() {
        long oldest = calls.values().iterator().next().begun;
        long seconds = KEPT.minusNanos(nanoClock.getAsLong() - oldest).toSeconds();
        return Answer.problem(
                        Problem.unavailable(
                                "No more Idempotency-Key can be remembered until the oldest is 24 hours old;"
                                        + " nothing was done. Send the request without a key if it may be executed twice"),
                        false)
                .retryAfter(Math.max(1, seconds));
    }
}
