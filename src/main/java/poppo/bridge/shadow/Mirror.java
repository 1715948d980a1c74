package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.journal.Fsync;
import poppo.bridge.journal.Journal;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.machine.Waits;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Execution;
import poppo.bridge.state.ForwardingStateManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.LabelRequest;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/**
 * The files, and before them the journal: a {@linkplain #copy copy} is acknowledged when the journal has it, is seen in the
 * files' memory at once, and is written to the disk with all others by the next {@link #drain}.
 *
 * <p>Guarantees: the files on the disk and the journal's entries after its last checkpoint make up every acknowledged
 * write, at any moment; a checkpoint is durable before anything else writes the records it covers, so that handing out the
 * journal again after a crash never puts an older image over a newer one. Thread-safe; copies of one record must be made
 * under its lock.
 */
final class Mirror extends ForwardingStateManager implements LocalStateManager {
    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);

    private final LocalStateManager files;
    private final Journal journal;
    private final Fsync fsync;
    private final Waits waits;
    private final Clock clock;
    private final ReentrantLock draining = new ReentrantLock();
    /** The last entry of each record that may not be in its file yet. */
    private final Map<RecordKey, Long> pending = new ConcurrentHashMap<>();

    private final LongAdder refusals = new LongAdder();
    private volatile long drained;

    private final Object monitor = new Object();
    // All under the monitor.
    private long last;
    /** The entries that the files' memory doesn't have yet, and since when. */
    private final NavigableMap<Long, Long> underWay = new TreeMap<>();

    private final NavigableMap<Long, LabelRequest> labels = new TreeMap<>();
    /** Since when an entry waits that the drain under way covers, and one that it doesn't; 0: none. */
    private long drainingSince;

    private long waitingSince;
    private boolean accepting = true;

    /**
     * Opens the journal and brings the files up to it, before anybody is served.
     *
     * @throws BridgeException.Corrupt when the journal is damaged
     * @throws BridgeException.Unavailable when the files can't be written
     */
    Mirror(ShadowStateManager.Parts parts, JournalOptions options, SetAside setAside) {
        super(parts.files());
        this.files = parts.files();
        this.fsync = options.fsync();
        this.waits = parts.waits();
        this.clock = parts.clock();
        List<Copy> left = new ArrayList<>();
        this.journal = Journal.open(
                parts.bridgeDirectory().resolve("journal"),
                options,
                parts.disk(),
                waits,
                bytes -> left.add(Copy.of(bytes)));
        journal.notices().forEach(notice -> LOG.warn("{}", notice));
        if (!left.isEmpty()) {
            catchUp(left, setAside);
        }
    }

    private void catchUp(List<Copy> left, SetAside setAside) {
        files.acceptForeignWrites(false);
        keepWhatOthersWrote(left, setAside);
        left.forEach(copy -> copy.stageIn(files));
        files.flush();
        files.emit(left.stream().flatMap(copy -> copy.labels().stream()).toList());
        journal.checkpoint(journal.last());
        LOG.info("{} entries of the journal were taken to the files", left.size());
    }

    /** While no bridge ran, others may have written what the journal is about to replace; nobody can tell any more. */
    private void keepWhatOthersWrote(List<Copy> left, SetAside setAside) {
        Map<RecordKey, List<Copy>> byRecord = left.stream()
                .filter(copy -> copy.key() != null)
                .collect(Collectors.groupingBy(Copy::key, LinkedHashMap::new, Collectors.toList()));
        byRecord.forEach((key, copies) -> {
            JsonNode there = files.read(key).image();
            if (there != null && copies.stream().noneMatch(copy -> there.equals(copy.image()))) {
                setAside.keep(
                        Authority.FILE,
                        key,
                        there,
                        copies.get(copies.size() - 1).image());
            }
        });
    }

    /** What an entry of the journal says: an image, a label request, or both. */
    private record Copy(
            @Nullable RecordKey key,
            @Nullable JsonNode image,
            @Nullable Instant seen,
            long order,
            @Nullable LabelRequest label) {

        byte[] toBytes() {
            ObjectNode json = Json.object();
            if (key != null) {
                json.put("collection", key.collection().label()).put("record", key.id());
                json.set("order", Json.number(order));
            }
            if (image != null) {
                json.set("image", image);
            }
            if (seen != null) {
                json.set("seen", Json.number(seen.toEpochMilli()));
            }
            if (label != null) {
                json.set("label", Json.object().put("file", label.fileName()).set("content", label.content()));
            }
            return Json.compact(json).getBytes(StandardCharsets.UTF_8);
        }

        static Copy of(byte[] bytes) {
            JsonNode json = Json.parse(bytes);
            JsonNode label = json.get("label");
            return new Copy(
                    json.has("record")
                            ? new RecordKey(
                                    StateCollection.of(json.path("collection").textValue()),
                                    json.path("record").textValue())
                            : null,
                    json.get("image"),
                    json.has("seen") ? Instant.ofEpochMilli(json.path("seen").longValue()) : null,
                    json.path("order").longValue(),
                    label == null ? null : new LabelRequest(label.path("file").textValue(), label.path("content")));
        }

        void stageIn(LocalStateManager files) {
            if (key != null) {
                files.stage(key, image, seen, order);
            }
        }

        List<LabelRequest> labels() {
            return label == null ? List.of() : List.of(label);
        }
    }

    // ---- into the journal

    /**
     * @throws BridgeException.Unavailable when the journal could not take another entry now
     */
    void requireRoom() {
        try {
            journal.requireRoom();
        } catch (BridgeException.Unavailable e) {
            refusals.increment();
            throw e;
        }
    }

    /** How many writes were refused for want of room. */
    long refusals() {
        return refusals.sum();
    }

    /**
     * Copies an image, and hands on the label request that goes with it.
     *
     * @throws BridgeException.Unavailable when it could not be kept, and is not
     * @throws BridgeException.UnknownOutcome when that is uncertain
     */
    void copy(
            RecordKey key, @Nullable JsonNode image, @Nullable Instant seen, long order, @Nullable LabelRequest label) {
        keep(new Copy(key, image, seen, order, label));
    }

    private void keep(Copy copy) {
        Journal.Entry entry = begin(copy.toBytes());
        long sequence = entry.sequence();
        try {
            await(entry, copy.key());
            copy.stageIn(files);
            synchronized (monitor) {
                copy.labels().forEach(label -> labels.put(sequence, label));
            }
        } finally {
            synchronized (monitor) {
                underWay.remove(sequence);
                monitor.notifyAll();
            }
        }
    }

    /** From here on the journal may hand the entry out again, also where nobody knows whether it is there. */
    private void await(Journal.Entry entry, @Nullable RecordKey key) {
        try {
            entry.await();
        } catch (BridgeException.UnknownOutcome e) {
            notePending(entry, key);
            throw e;
        }
        notePending(entry, key);
    }

    private void notePending(Journal.Entry entry, @Nullable RecordKey key) {
        if (key != null) {
            pending.put(key, entry.sequence());
        }
    }

    private Journal.Entry begin(byte[] bytes) {
        synchronized (monitor) {
            Journal.Entry entry = journal.append(bytes);
            last = entry.sequence();
            underWay.put(last, clock.millis());
            waitingSince = waitingSince == 0 ? clock.millis() : waitingSince;
            if (accepting) {
                tellFiles();
            }
            return entry;
        }
    }

    /** Until the files on the disk have everything, a foreign version of one is not what the records are. */
    private void tellFiles() {
        files.acceptForeignWrites(accepting && last == drained);
    }

    @Override
    public void acceptForeignWrites(boolean accept) {
        synchronized (monitor) {
            accepting = accept;
            tellFiles();
        }
    }

    // ---- out of the journal

    /** One turn of the upkeep: writes what waits; what can't be written is at least made durable in the journal. */
    void turn() {
        try {
            drain();
        } catch (BridgeException e) {
            if (fsync == Fsync.EVERYSEC) {
                journal.sync();
            }
            throw e;
        }
    }

    /**
     * Writes to the files what the journal has for them.
     *
     * @throws BridgeException.Unavailable when that can't be; it stays in the journal then
     */
    void drain() {
        waits.lock(draining);
        try {
            long upTo = beginDrain();
            if (upTo > drained) {
                drain(upTo);
            }
        } finally {
            endDrain();
            draining.unlock();
        }
    }

    /** The last entry that the files' memory has, with all before it. */
    private long beginDrain() {
        synchronized (monitor) {
            drainingSince = waitingSince;
            waitingSince = underWay.isEmpty() ? 0 : underWay.firstEntry().getValue();
            return underWay.isEmpty() ? last : underWay.firstKey() - 1;
        }
    }

    private void drain(long upTo) {
        List<LabelRequest> due;
        synchronized (monitor) {
            due = List.copyOf(labels.headMap(upTo, true).values());
        }
        files.flush();
        if (!due.isEmpty()) {
            files.emit(due);
        }
        journal.checkpoint(upTo);
        pending.values().removeIf(sequence -> sequence <= upTo);
        synchronized (monitor) {
            labels.headMap(upTo, true).clear();
            drained = upTo;
            drainingSince = 0;
            tellFiles();
        }
    }

    private void endDrain() {
        synchronized (monitor) {
            if (drainingSince != 0) {
                waitingSince = drainingSince;
                drainingSince = 0;
            }
        }
    }

    /** How long the entry has been waiting that has waited longest, in milliseconds; 0 when the files have everything. */
    long lagMillis() {
        synchronized (monitor) {
            long since = drainingSince == 0 ? waitingSince : drainingSince;
            return since == 0 ? 0 : Math.max(0, clock.millis() - since);
        }
    }

    /** How many records the files on the disk lack. */
    int lagRecords() {
        return pending.size();
    }

    /** What the journal takes on the disk. */
    long journalBytes() {
        return journal.bytes();
    }

    /** Before a record is written past the journal, the journal must not have an older image to hand out again. */
    private void settle(RecordKey key) {
        Long sequence = pending.get(key);
        if (sequence != null && sequence > drained) {
            waits.until(() -> isStaged(sequence), () -> awaitStaged(sequence));
            drain();
        }
    }

    private boolean isStaged(long sequence) {
        synchronized (monitor) {
            return underWay.isEmpty() || underWay.firstKey() > sequence;
        }
    }

    private void awaitStaged(long sequence) {
        boolean interrupted = false;
        synchronized (monitor) {
            while (!isStaged(sequence)) {
                try {
                    monitor.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the files

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        if (!operation.isSoft() && !pending.isEmpty()) {
            settle(operation.key());
        }
        return files.execute(operation, stamp);
    }

    @Override
    public List<Boolean> replaceAll(List<Replacement> replacements) {
        replacements.forEach(replacement -> settle(replacement.key()));
        return files.replaceAll(replacements);
    }

    /** {@inheritDoc} They are in the journal then. */
    @Override
    public void emit(List<LabelRequest> requests) {
        requests.forEach(request -> keep(new Copy(null, null, null, 0, request)));
    }

    @Override
    public void stage(RecordKey key, @Nullable JsonNode image, @Nullable Instant holderSeen, long order) {
        copy(key, image, holderSeen, order, null);
    }

    @Override
    public String file(StateCollection collection) {
        return files.file(collection);
    }

    @Override
    public void flush() {
        drain();
        files.flush();
    }

    @Override
    public void poll() {
        files.poll();
    }

    @Override
    public void onForeignWrite(Consumer<ForeignWrite> listener) {
        files.onForeignWrite(listener);
    }

    @Override
    public void grantGrace(Instant now) {
        files.grantGrace(now);
    }

    @Override
    public String mark() {
        return files.mark();
    }

    @Override
    public List<String> notices() {
        return files.notices();
    }

    @Override
    public @Nullable String damage(StateCollection collection) {
        return files.damage(collection);
    }

    /** What can't be drained stays in the journal for the next start. */
    @Override
    public void close() {
        try {
            drain();
        } catch (BridgeException e) {
            LOG.warn("The journal keeps what the files could not take: {}", e.getMessage());
        } finally {
            journal.close();
            files.close();
        }
    }
}
