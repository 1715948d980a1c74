package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Decision.Changed;
import poppo.bridge.state.Decision.Effects;
import poppo.bridge.state.Decision.Refused;
import poppo.bridge.state.Decision.Unchanged;
import poppo.bridge.state.MemoryContent.Entry;

/**
 * A store for tests: the whole promise of {@link StateManager} in memory, one operation at a time. Keeps a {@linkplain
 * #calls() log} of what it was asked, and {@linkplain #faults() fails by plan}. Its steps are open to subclasses that
 * get one of them wrong on purpose.
 */
public class MemoryStateManager implements StateManager {
    final MemoryContent content;
    private final Served served;
    private final FaultPlan faults = new FaultPlan();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final List<Runnable> lateWrites = new ArrayList<>();
    private volatile boolean closed;

    public MemoryStateManager() {
        this(Served.FILE);
    }

    public MemoryStateManager(Served served) {
        this(served, new MemoryContent());
    }

    MemoryStateManager(Served served, MemoryContent content) {
        this.served = served;
        this.content = content;
    }

    /** What goes wrong from now on. */
    public final FaultPlan faults() {
        return faults;
    }

    /** All calls so far, also those that failed. Heartbeats of a process show as the operations they consist of. */
    public final List<Call> calls() {
        return List.copyOf(calls);
    }

    public final void forgetCalls() {
        calls.clear();
    }

    public final boolean isClosed() {
        return closed;
    }

    /** Lets the calls that timed out on the wire arrive; each has its effect if its version and epoch still stand. */
    public final void landLateWrites() {
        List<Runnable> landing;
        synchronized (lateWrites) {
            landing = List.copyOf(lateWrites);
            lateWrites.clear();
        }
        landing.forEach(Runnable::run);
    }

    /** Lets the calls that timed out on the wire be lost. */
    public final void dropLateWrites() {
        synchronized (lateWrites) {
            lateWrites.clear();
        }
    }

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        return write(Call.execute(operation), () -> executeNow(operation, stamp), () -> {
            Prepared prepared = prepare(operation, stamp);
            return () -> land(prepared);
        });
    }

    private Execution executeNow(Operation operation, Stamp stamp) {
        synchronized (content) {
            Prepared prepared = prepare(operation, stamp);
            commit(prepared);
            return Execution.of(
                    operation.key(), prepared.decision(), prepared.before().image(), served);
        }
    }

    private Prepared prepare(Operation operation, Stamp stamp) {
        synchronized (content) {
            Entry before = content.entry(operation.key());
            Decision decision = decide(operation, before.image(), issue -> isHolderAlive(issue, stamp.now()), stamp);
            return new Prepared(operation, stamp, before, decision);
        }
    }

    private void land(Prepared prepared) {
        synchronized (content) {
            if (content.entry(prepared.operation().key()).version()
                    == prepared.before().version()) {
                commit(prepared);
            }
        }
    }

    private void commit(Prepared prepared) {
        Decision decision = prepared.decision();
        if (decision instanceof Changed changed) {
            keep(prepared.operation().key(), changed.after(), prepared.stamp().order());
            heed(prepared, changed.effects());
        } else if (decision instanceof Unchanged unchanged) {
            heed(prepared, unchanged.effects());
        } else if (decision instanceof Refused) {
            refuse(prepared.operation(), prepared.stamp());
        }
    }

    private void heed(Prepared prepared, Effects effects) {
        if (effects.aliveProcess() != null) {
            content.heardOf(effects.aliveProcess(), prepared.stamp().now());
        }
        if (effects.label() != null) {
            handOn(effects.label());
        }
    }

    /** The operation's own decision. */
    Decision decide(Operation operation, @Nullable JsonNode before, Liveness liveness, Stamp stamp) {
        return operation.decide(before, liveness, stamp);
    }

    /** Whether an issue's holder is alive: by the holder's heartbeat, or without a name by the record's. */
    boolean isHolderAlive(Issue issue, Instant at) {
        String holder = issue.processId();
        return holder == null ? issue.hasFreshHeartbeat(at, HEARTBEAT_TTL) : isAlive(holder, at);
    }

    boolean isAlive(String process, Instant at) {
        Instant last = content.seen.get(process);
        return last != null && at.isBefore(last.plus(HEARTBEAT_TTL));
    }

    /** Writes a record under a new version; one that is there already keeps its place. */
    void keep(RecordKey key, @Nullable JsonNode image, long order) {
        replace(key, image, place(key, order));
    }

    private long place(RecordKey key, long order) {
        Entry before = content.entry(key);
        return before.image() == null ? order : before.order();
    }

    final void replace(RecordKey key, @Nullable JsonNode image, long order) {
        content.revision++;
        long place = isOrdered(key.collection()) ? order : 0;
        content.records.put(key, new Entry(image == null ? null : stored(key, image), content.revision, place));
    }

    /** What is kept of an image: the image. */
    JsonNode stored(RecordKey key, JsonNode image) {
        return image;
    }

    /** What a refusal does: nothing. */
    void refuse(Operation operation, Stamp stamp) {}

    /** What becomes of a label request: nothing here. */
    void handOn(LabelRequest label) {}

    private static boolean isOrdered(StateCollection collection) {
        return collection == StateCollection.PROCESSED_ISSUES || collection == StateCollection.RUNNING_TASKS;
    }

    @Override
    public Versioned read(RecordKey key) {
        return ask(Call.of("read", key), () -> versioned(key));
    }

    @Override
    public List<Versioned> readAll(List<RecordKey> keys) {
        return ask(
                Call.of("readAll", keys),
                () -> keys.stream().map(this::versioned).toList());
    }

    private Versioned versioned(RecordKey key) {
        Entry entry = content.entry(key);
        long order = entry.image() == null ? 0 : entry.order();
        return new Versioned(key, entry.image(), Long.toString(entry.version()), order, served);
    }

    @Override
    public List<Boolean> replaceAll(List<Replacement> replacements) {
        Supplier<List<Boolean>> effect = () -> {
            synchronized (content) {
                return replacements.stream().map(this::copy).toList();
            }
        };
        List<RecordKey> keys = replacements.stream().map(Replacement::key).toList();
        return write(Call.of("replaceAll", keys), effect, () -> effect::get);
    }

    private boolean copy(Replacement copy) {
        if (!stands(copy)) {
            return false;
        }
        replace(copy.key(), copy.image(), place(copy.key(), copy.order()));
        String process = copy.key().collection() == StateCollection.PROCESSES
                ? copy.key().id()
                : Issue.holder(copy.image());
        if (process != null && copy.holderSeen() != null) {
            content.heardOf(process, copy.holderSeen());
        }
        return true;
    }

    /** Whether the version that a copy expects is still there. */
    boolean stands(Replacement copy) {
        return versioned(copy.key()).version().equals(copy.expectedVersion());
    }

    @Override
    public List<Versioned> page(StateCollection collection, @Nullable String after, int limit) {
        String about = collection + " after " + after + " limit " + limit;
        return ask(Call.of("page", about), () -> {
            List<Versioned> all = list(collection);
            return all.stream()
                    .skip(position(all, collection, after))
                    .limit(limit)
                    .toList();
        });
    }

    private List<Versioned> list(StateCollection collection) {
        return content.records.keySet().stream()
                .filter(key -> key.collection() == collection)
                .map(this::versioned)
                .filter(record -> record.image() != null)
                .sorted(order(collection))
                .toList();
    }

    Comparator<Versioned> order(StateCollection collection) {
        Comparator<Versioned> byId = Comparator.comparing(record -> record.key().id());
        if (isOrdered(collection)) {
            return Comparator.comparing(Versioned::order).thenComparing(byId);
        }
        return collection.isNumbered()
                ? Comparator.comparing(record -> record.key().number())
                : byId;
    }

    private static int position(List<Versioned> all, StateCollection collection, @Nullable String after) {
        if (after == null) {
            return 0;
        }
        if (isOrdered(collection)) {
            return 1 + all.stream().map(record -> record.key().id()).toList().indexOf(after);
        }
        RecordKey last = new RecordKey(collection, after);
        return (int) all.stream()
                .filter(record -> collection.isNumbered()
                        ? record.key().number() <= last.number()
                        : record.key().id().compareTo(after) <= 0)
                .count();
    }

    @Override
    public List<Long> processing() {
        return ask(
                Call.of("processing", ""),
                () -> processingIssues().map(record -> record.key().number()).toList());
    }

    @Override
    public List<Long> heldBy(String processId) {
        return ask(
                Call.of("heldBy", processId),
                () -> processingIssues()
                        .filter(record -> processId.equals(Issue.holder(record.image())))
                        .map(record -> record.key().number())
                        .toList());
    }

    private Stream<Versioned> processingIssues() {
        return list(StateCollection.ISSUES).stream().filter(record -> Issue.isProcessing(record.image()));
    }

    @Override
    public Optional<Instant> lastSeen(String processId, Instant now) {
        return ask(
                Call.of("lastSeen", processId),
                () -> Optional.ofNullable(content.seen.get(processId)).filter(seen -> isAlive(processId, now)));
    }

    @Override
    public List<Orphan> orphans(Instant now) {
        return ask(
                Call.of("orphans", now),
                () -> processingIssues()
                        .filter(record -> isOrphan(new Issue(record.image()), now))
                        .map(record -> orphan(record.key().number(), new Issue(record.image())))
                        .toList());
    }

    boolean isOrphan(Issue issue, Instant at) {
        return !isHolderAlive(issue, at);
    }

    private Orphan orphan(long number, Issue issue) {
        String holder = issue.processId();
        Instant seen = holder == null ? null : content.seen.get(holder);
        return new Orphan(number, holder, seen == null ? issue.lastHeartbeat() : seen);
    }

    @Override
    public void close() {
        closed = true;
    }

    /** Asked before each call but those that find out who the store is; throws to refuse it. */
    void admit() {}

    final <T> T ask(Call call, Supplier<T> effect) {
        return faulty(call, () -> ask(effect));
    }

    private <T> T write(Call call, Supplier<T> effect, Supplier<Runnable> late) {
        return faulty(call, () -> ask(effect), () -> {
            synchronized (content) {
                admit();
                Runnable landing = late.get();
                Long epoch = content.epoch;
                return () -> {
                    synchronized (content) {
                        if (Objects.equals(epoch, content.epoch)) {
                            landing.run();
                        }
                    }
                };
            }
        });
    }

    private <T> T ask(Supplier<T> effect) {
        synchronized (content) {
            admit();
            return effect.get();
        }
    }

    final <T> T faulty(Call call, Supplier<T> effect) {
        return faulty(call, effect, () -> effect::get);
    }

    private <T> T faulty(Call call, Supplier<T> effect, Supplier<Runnable> late) {
        calls.add(call);
        Fault fault = faults.next(call);
        fault.before(call);
        if (fault.isLate()) {
            synchronized (lateWrites) {
                lateWrites.add(late.get());
            }
            throw new BridgeException.UnknownOutcome("planned: timed out, still on the wire", null);
        }
        T result = effect.get();
        fault.after(call);
        return result;
    }

    private record Prepared(Operation operation, Stamp stamp, Entry before, Decision decision) {}
}
