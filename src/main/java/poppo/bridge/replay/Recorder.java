package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.ForwardingStateManager;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * A project's state whose calls can be recorded as a fixture, one recording at a time.
 *
 * <p>While none runs, an operation costs a lock that is only ever shared, and a read a look at one field. While one runs,
 * calls about one record wait for each other, as they do in the stores, and a call about many records waits for the
 * operations under way and holds up those that come, for as long as it takes: so the order in which calls took effect is
 * known. All operations wait while the recording begins and ends, for as long as it takes to read all records.
 */
public final class Recorder extends ForwardingStateManager {
    private static final int MOST_RECORDS = 100_000;
    private static final int KEPT = 20;
    private static final int STRIPES = 64;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final StateManager to;
    private final RecordingSite site;
    /** Shared by operations; alone has it whoever wants none under way. */
    private final StampedLock quiet = new StampedLock();

    private final ReentrantLock[] records = new ReentrantLock[STRIPES];
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final Map<String, Recording> recordings = new LinkedHashMap<>();
    private volatile @Nullable Recording current;

    public Recorder(StateManager to, RecordingSite site) {
        super(to);
        this.to = to;
        this.site = site;
        for (int i = 0; i < STRIPES; i++) {
            records[i] = new ReentrantLock();
        }
    }

    /**
     * What to record.
     *
     * @param name of the fixture; null for one by the time
     * @param directory where the fixture's directory is made; null for the usual one
     */
    public record Wanted(@Nullable String name, @Nullable Path directory, Redaction redaction) {
        public Wanted {
            if (name != null && !NAME.matcher(name).matches()) {
                throw new BridgeException.Invalid(
                        "name", "must have 1 to 64 letters, digits, '.', '_' or '-', and begin with neither sign");
            }
            if (directory != null && !(directory.isAbsolute() && Files.isDirectory(directory))) {
                throw new BridgeException.Invalid("directory", "must be an existing directory of the bridge's host");
            }
        }
    }

    /**
     * Begins a recording; {@code before/} is written when it returns.
     *
     * @throws BridgeException.Conflict when one is running, one of that name exists, or {@link SecretFound}
     */
    public synchronized Recording start(Wanted wanted) {
        Recording running = current;
        if (running != null && running.isRunning()) {
            throw new BridgeException.Conflict(
                    "recording-running", "the recording '" + running.id() + "' is running; stop it first");
        }
        Instant now = Instant.ofEpochMilli(site.clock().millis());
        String name = wanted.name() != null ? wanted.name() : "recording-" + now.toEpochMilli();
        Recording recording = new Recording(
                new Header(name, now, "recorded from a running bridge"),
                place(site, wanted.directory(), name),
                wanted.redaction(),
                site,
                this::ended);
        Snapshot before;
        long alone = quiet.writeLock();
        try {
            before = Snapshot.of(to, now, MOST_RECORDS);
            current = recording;
        } finally {
            quiet.unlockWrite(alone);
        }
        try {
            recording.start(before);
        } catch (RuntimeException e) {
            current = null;
            deleteIfEmpty(recording.directory());
            throw e;
        }
        recordings.put(name, recording);
        if (recordings.size() > KEPT) {
            recordings.remove(recordings.keySet().iterator().next());
        }
        return recording;
    }

    private void ended(Recording recording) {
        if (current == recording) {
            current = null;
        }
    }

    /** So that the name is free for another try. */
    private void deleteIfEmpty(Path directory) {
        try {
            site.disk().delete(directory);
        } catch (IOException holdsSomething) {
            return;
        }
    }

    /** Makes the directory of a new fixture. */
    static Path place(RecordingSite site, @Nullable Path wanted, String name) {
        try {
            Path parent = wanted;
            if (parent == null) {
                parent = site.recordings();
                site.disk().makeDirectory(parent);
            }
            Path directory = parent.resolve(name);
            if (Files.exists(directory)) {
                throw new BridgeException.Conflict(
                        "recording-exists", "there is a recording '" + name + "' already; choose another name");
            }
            site.disk().makeDirectory(directory);
            return directory;
        } catch (IOException e) {
            throw new BridgeException.Unavailable("no directory can be made for the recording: " + e, e);
        }
    }

    /**
     * Ends a recording; all of it is on the disk when this returns. One that has ended already is just told.
     *
     * @return empty when there is none of this id
     */
    public synchronized Optional<Recording> stop(String id) {
        Recording recording = recordings.get(id);
        if (recording == null) {
            return Optional.empty();
        }
        if (recording == current) {
            long alone = quiet.writeLock();
            try {
                recording.close(to);
                current = null;
            } finally {
                quiet.unlockWrite(alone);
            }
        }
        try {
            recording.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BridgeException.Unavailable("interrupted while the recording's end was written; ask again", e);
        }
        return Optional.of(recording);
    }

    /** Those of this run, the newest last. */
    public synchronized List<Recording> all() {
        return new ArrayList<>(recordings.values());
    }

    /** What others do to the project meanwhile, from its audit journal: foreign writes and changes of the phase. */
    public void noted(JsonNode entry) {
        Recording recording = current;
        if (recording == null) {
            return;
        }
        JsonNode details = entry.path("details");
        Call call = switch (entry.path("event").asText()) {
            case "foreign-write" -> foreignWrite(recording, details.path("file").asText());
            case "phase-change" ->
                new Call.ChangePhase(
                        details.path("to").asText(),
                        details.path("readPercent").asInt(),
                        details.path("writePercent").asInt());
            default -> null;
        };
        if (call != null) {
            String who = call instanceof Call.ForeignWrite
                    ? "legacy"
                    : entry.path("who").asText();
            recording.add(recording.micros(), who, call, null, Answers.none(), null);
        }
    }

    private Call foreignWrite(Recording recording, String file) {
        recording.note("a foreign write stands where it was noticed, with what the file held then");
        return new Call.ForeignWrite(file, text(file));
    }

    private @Nullable String text(String file) {
        try {
            return new String(site.disk().read(site.stateDirectory().resolve(file)), StandardCharsets.UTF_8);
        } catch (IOException gone) {
            return null;
        }
    }

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        long shared = quiet.readLock();
        try {
            Recording recording = current;
            return recording == null ? to.execute(operation, stamp) : execute(recording, operation, stamp);
        } finally {
            quiet.unlockRead(shared);
        }
    }

    private Execution execute(Recording recording, Operation operation, Stamp stamp) {
        return of(operation.key(), () -> {
            String caller = caller(operation);
            long begun = recording.micros();
            try {
                Execution execution = to.execute(operation, stamp);
                add(recording, begun, caller, operation, stamp, execution);
                return execution;
            } catch (BridgeException e) {
                if (e instanceof BridgeException.UnknownOutcome) {
                    recording.note("the outcome of a call was not known, so a replay may differ from there on");
                }
                recording.add(begun, caller, new Call.Execute(operation), stamp, Answers.ofFailure(e), null);
                throw e;
            } finally {
                busy.remove(caller);
            }
        });
    }

    /** A repetition stands for the operation that it repeats, or, where that was done already, for nothing. */
    private static void add(
            Recording recording, long begun, String caller, Operation operation, Stamp stamp, Execution execution) {
        Operation plain = operation;
        if (operation instanceof Operation.Retry retry) {
            if (!(execution.decision() instanceof Decision.Changed)) {
                recording.note("a repetition of a call that had been done already is left out");
                return;
            }
            plain = retry.operation();
        }
        recording.add(
                begun,
                caller,
                new Call.Execute(plain),
                stamp,
                Answers.of(execution),
                execution.served().label());
    }

    /** The process that an operation speaks for, or else, and while that one has another call under way, this thread. */
    private String caller(Operation operation) {
        String process = process(operation);
        return process != null && busy.add(process)
                ? process
                : Thread.currentThread().getName();
    }

    private static @Nullable String process(Operation operation) {
        Call call = new Call.Execute(operation);
        return RecordJson.write(call).path(Issue.PROCESS_ID).textValue();
    }

    /** Runs a call about one record alone of its kind. */
    private <T> T of(RecordKey key, Supplier<T> call) {
        ReentrantLock record = records[Math.floorMod(key.hashCode(), STRIPES)];
        record.lock();
        try {
            return call.get();
        } finally {
            record.unlock();
        }
    }

    @Override
    public Versioned read(RecordKey key) {
        Recording recording = current;
        if (recording == null) {
            return to.read(key);
        }
        return of(key, () -> {
            long begun = recording.micros();
            Versioned read = to.read(key);
            add(
                    recording,
                    begun,
                    new Call.Read(key),
                    Answers.of(read),
                    read.served().label());
            return read;
        });
    }

    /** Runs a call about many records while no operation is under way, and records it. */
    private <T> T alone(Call call, Supplier<T> query, Function<T, ObjectNode> answer) {
        Recording recording = current;
        if (recording == null) {
            return query.get();
        }
        long alone = quiet.writeLock();
        try {
            long begun = recording.micros();
            T found = query.get();
            add(recording, begun, call, answer.apply(found), null);
            return found;
        } finally {
            quiet.unlockWrite(alone);
        }
    }

    private static void add(Recording recording, long begun, Call call, ObjectNode answer, @Nullable String served) {
        recording.add(begun, Thread.currentThread().getName(), call, null, answer, served);
    }

    @Override
    public List<Versioned> readAll(List<RecordKey> keys) {
        return alone(new Call.ReadAll(List.copyOf(keys)), () -> to.readAll(keys), Answers::ofAll);
    }

    @Override
    public List<Versioned> page(StateCollection collection, @Nullable String after, int limit) {
        return alone(new Call.Page(collection, after, limit), () -> to.page(collection, after, limit), Answers::ofAll);
    }

    @Override
    public long count(StateCollection collection) {
        return alone(new Call.Count(collection), () -> to.count(collection), Answers::ofCount);
    }

    @Override
    public List<Long> processing() {
        return alone(new Call.Processing(), to::processing, Answers::ofNumbers);
    }

    @Override
    public List<Long> heldBy(String processId) {
        return alone(new Call.HeldBy(processId), () -> to.heldBy(processId), Answers::ofNumbers);
    }

    @Override
    public Optional<Instant> lastSeen(String processId, Instant now) {
        return alone(new Call.LastSeen(processId, now), () -> to.lastSeen(processId, now), Answers::ofSeen);
    }

    @Override
    public List<Orphan> orphans(Instant now) {
        return alone(new Call.Orphans(now), () -> to.orphans(now), Answers::ofOrphans);
    }

    /** Ends a recording under way; the state is another's to close. */
    @Override
    public void close() {
        Recording recording = current;
        if (recording != null) {
            stop(recording.id());
        }
    }
}
