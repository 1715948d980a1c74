package poppo.bridge.file;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.LabelRequest;
import poppo.bridge.state.Limits;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Served;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/**
 * The state in the legacy JSON files, beside the programs that already use them (spec/legacy-files.md).
 *
 * <p>An operation is answered when the file with its effect is on the disk (fsync of the file and of its directory) and
 * its label request, if any, lies in {@code requests/}. Operations that wait on the same file share one rewrite. A
 * refusal, a repetition and a read need no lock and cost a look at the file's fingerprint. Heartbeats are answered at
 * once and written with the next rewrite, at latest after the flush interval; a crash may lose those.
 *
 * <p>A legacy lock is held for one read-change-rename of one file. When it can't be had within 5 s, or the disk refuses
 * the write, every operation of the batch gets {@link BridgeException.Unavailable} and nothing has changed.
 *
 * <p>A damaged file is read from its {@code .backup}, kept under {@code .bridge/damaged/}, and reported in
 * {@link #notices()}; while running, what is in memory stands in for it.
 */
public final class FileStateManager implements LocalStateManager {
    private static final System.Logger LOG = System.getLogger(FileStateManager.class.getName());

    private final Site site;
    private final Map<StateCollection, Document> documents = new EnumMap<>(StateCollection.class);
    private final Map<StateCollection, Commits> commits = new EnumMap<>(StateCollection.class);
    private final Queue<ForeignWrite> foreignWrites = new ConcurrentLinkedQueue<>();
    private final ScheduledExecutorService scheduler;
    private final List<Future<?>> scheduled = new ArrayList<>();
    private volatile Consumer<ForeignWrite> listener = write -> {};
    private volatile boolean closed;
    private @Nullable Watch watch;

    private FileStateManager(FileOptions options, Path directory, Disk disk, Ticker ticker) {
        AsideNames names = new AsideNames(options.clock());
        this.scheduler = Executors.newSingleThreadScheduledExecutor(FileStateManager::daemon);
        long opened = options.clock().millis() * 1000;
        this.site = new Site(
                directory,
                disk,
                ticker,
                names,
                new Notices(),
                new Heartbeats(options.heartbeatTtl()),
                new LabelOutbox(directory.resolve("requests"), disk, names),
                scheduler,
                new Discards(scheduler),
                // So that a version handed out before a restart stands for nothing after it.
                new AtomicLong(opened),
                opened);
        for (StateFile file : StateFile.values()) {
            Document document = new Document(file, site, foreignWrites::add);
            documents.put(file.collection(), document);
            commits.put(file.collection(), new Commits(document, site));
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "state-files");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Reads and checks every file of the directory before anything in it is changed.
     *
     * @throws BridgeException.Corrupt when a file can't be understood and has no usable backup
     * @throws BridgeException.Invalid when there is no such directory
     */
    public static FileStateManager open(FileOptions options) {
        return open(options, new Disk());
    }

    /**
     * For who goes through everything once: reads the files and doesn't hold them, and leaves no trace as long as nothing is
     * written. See {@link StreamedDirectory}.
     *
     * @throws BridgeException.Corrupt as {@link #open(FileOptions)}
     */
    public static LocalStateManager stream(FileOptions options) {
        return StreamedDirectory.open(options);
    }

    /** As {@link #open(FileOptions)}, on a disk of the caller's. */
    public static FileStateManager open(FileOptions options, Disk disk) {
        return open(options, disk, Ticker.SYSTEM);
    }

    static FileStateManager open(FileOptions options, Disk disk, Ticker ticker) {
        FileStateManager manager = new FileStateManager(options, realPath(options), disk, ticker);
        try {
            manager.documents.values().forEach(Document::load);
            manager.documents.values().forEach(Document::keepDamaged);
            new Leftovers(manager.site, options.clock()).report();
        } catch (RuntimeException e) {
            manager.scheduler.shutdownNow();
            throw e;
        }
        manager.schedule(options.pollInterval(), manager::poll);
        manager.watch(options.pollInterval());
        manager.schedule(options.flushInterval(), manager::flush);
        return manager;
    }

    private static Path realPath(FileOptions options) {
        try {
            Path directory = options.stateDirectory().toRealPath();
            if (directory.toFile().isDirectory()) {
                return directory;
            }
        } catch (IOException e) {
            throw noDirectory(options);
        }
        throw noDirectory(options);
    }

    private static BridgeException.Invalid noDirectory(FileOptions options) {
        return new BridgeException.Invalid(
                "stateDirectory", "'" + options.stateDirectory() + "' is not a directory; name an existing one");
    }

    /** So that a foreign write is noticed at once where the system tells of it. */
    private void watch(Duration pollInterval) {
        if (pollInterval.isZero()) {
            return;
        }
        try {
            watch = Watch.start(site.directory(), guarded(this::poll));
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the state directory can't be watched (" + Reasons.of(e) + "); it is looked at every "
                            + pollInterval.toMillis() + " ms");
        }
    }

    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "the state directory: " + e.getMessage());
            }
        };
    }

    private void schedule(Duration interval, Runnable work) {
        if (interval.isZero()) {
            return;
        }
        Runnable guarded = guarded(work);
        scheduled.add(scheduler.scheduleWithFixedDelay(
                guarded, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        return reporting(() -> {
            site.heartbeats().tick(stamp.now());
            Document document = current(operation.key().collection());
            return operation.isSoft() ? soft(document, operation, stamp) : hard(document, operation, stamp);
        });
    }

    private Execution hard(Document document, Operation operation, Stamp stamp) {
        if (!document.isBehind()) {
            Execution preview = decide(document, operation, stamp);
            if (!(preview.decision() instanceof Decision.Changed)) {
                return preview;
            }
        }
        return commits(document).run(batch -> batch.execute(operation, stamp));
    }

    /** Decides on what is known now. A refusal or a repetition needs no more. */
    private Execution decide(Document document, Operation operation, Stamp stamp) {
        JsonNode before = Batch.image(
                document.shape(), document.content().get(operation.key().id()));
        Decision decision = operation.decide(before, issue -> site.heartbeats().isAlive(issue, stamp.now()), stamp);
        if (decision instanceof Decision.Unchanged unchanged) {
            note(document, unchanged.effects(), stamp);
        }
        return Execution.of(operation.key(), decision, before, Served.FILE);
    }

    private Execution soft(Document document, Operation operation, Stamp stamp) {
        return document.content().soft(operation.key().id(), () -> {
            Execution execution = decide(document, operation, stamp);
            if (execution.decision() instanceof Decision.Changed changed) {
                note(document, changed.effects(), stamp);
                document.putSoft(operation.key().id(), changed.after());
            }
            return execution;
        });
    }

    private void note(Document document, Decision.Effects effects, Stamp stamp) {
        String process = effects.aliveProcess();
        if (process != null) {
            site.heartbeats().seen(process, stamp.now());
            if (document.file() == StateFile.PROCESSES) {
                document.touch(process, stamp.now());
            }
        }
    }

    @Override
    public Versioned read(RecordKey key) {
        return reporting(() -> versioned(current(key.collection()), key));
    }

    @Override
    public List<Versioned> readAll(List<RecordKey> keys) {
        return reporting(() -> {
            Map<StateCollection, Document> looked = new EnumMap<>(StateCollection.class);
            return keys.stream()
                    .map(key -> versioned(looked.computeIfAbsent(key.collection(), this::current), key))
                    .toList();
        });
    }

    private static Versioned versioned(Document document, RecordKey key) {
        return versioned(document, key, document.content().get(key.id()));
    }

    private static Versioned versioned(Document document, RecordKey key, @Nullable Entry entry) {
        long order = entry != null && document.file().isInsertionOrdered() ? entry.order() : 0;
        JsonNode image = Batch.image(document.shape(), entry);
        return new Versioned(key, image, Batch.version(entry), order, Served.FILE);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The replacements of one file share a rewrite. When the write of a later file fails after that of an earlier one,
     * the outcome is {@link BridgeException.UnknownOutcome}.
     */
    @Override
    public List<Boolean> replaceAll(List<Replacement> replacements) {
        return reporting(() -> {
            Map<StateCollection, List<Integer>> byFile = new LinkedHashMap<>();
            for (int i = 0; i < replacements.size(); i++) {
                byFile.computeIfAbsent(replacements.get(i).key().collection(), file -> new ArrayList<>())
                        .add(i);
            }
            Boolean[] written = new Boolean[replacements.size()];
            boolean first = true;
            for (Map.Entry<StateCollection, List<Integer>> part : byFile.entrySet()) {
                replacePart(part.getKey(), part.getValue(), replacements, written, first);
                first = false;
            }
            return List.of(written);
        });
    }

    private void replacePart(
            StateCollection file, List<Integer> part, List<Replacement> all, Boolean[] written, boolean first) {
        try {
            List<Boolean> results = commits(current(file))
                    .run(batch ->
                            part.stream().map(i -> batch.replace(all.get(i))).toList());
            for (int i = 0; i < results.size(); i++) {
                written[part.get(i)] = results.get(i);
            }
        } catch (BridgeException.Unavailable e) {
            if (first) {
                throw e;
            }
            throw new BridgeException.UnknownOutcome("only some files were written: " + e.getMessage(), e);
        }
    }

    @Override
    public List<Versioned> page(StateCollection collection, @Nullable String after, int limit) {
        return reporting(() -> {
            Document document = current(collection);
            return document.content().page(place(document, after), limit).stream()
                    .map(entry -> versioned(document, new RecordKey(collection, entry.id()), entry))
                    .toList();
        });
    }

    @Override
    public long count(StateCollection collection) {
        return reporting(() -> current(collection).content().count());
    }

    private static @Nullable Entry place(Document document, @Nullable String after) {
        if (after == null) {
            return null;
        }
        if (document.file().listOrder() == Entry.BY_ORDER) {
            return document.content().get(after);
        }
        if (document.file().listOrder() == Entry.BY_NUMBER) {
            Limits.issueNumber(after);
        }
        return Entry.probe(after);
    }

    @Override
    public List<Long> processing() {
        return reporting(() -> current(StateCollection.ISSUES).content().processing());
    }

    @Override
    public List<Long> heldBy(String processId) {
        return reporting(() -> current(StateCollection.ISSUES).content().heldBy(processId));
    }

    @Override
    public Optional<Instant> lastSeen(String processId, Instant now) {
        return reporting(() -> {
            boolean holds =
                    !current(StateCollection.ISSUES).content().heldBy(processId).isEmpty();
            boolean known = holds
                    || site.heartbeats().lastSeen(processId) != null
                    || current(StateCollection.PROCESSES).content().get(processId) != null;
            return known ? Optional.ofNullable(site.heartbeats().alive(processId, now)) : Optional.empty();
        });
    }

    @Override
    public List<Orphan> orphans(Instant now) {
        return reporting(() -> {
            List<Orphan> orphans = new ArrayList<>();
            current(StateCollection.ISSUES).content().holdings().forEach((issue, holding) -> {
                if (!site.heartbeats().isAlive(holding, now)) {
                    orphans.add(new Orphan(
                            issue, holding.processId(), site.heartbeats().lastSign(holding)));
                }
            });
            return orphans;
        });
    }

    @Override
    public void emit(List<LabelRequest> requests) {
        ensureOpen();
        try {
            LabelOutbox.Sendable sendable = site.outbox().prepare(requests);
            try {
                sendable.send();
            } catch (IOException e) {
                sendable.abandon();
                throw e;
            }
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    "the label requests could not be written (" + Reasons.of(e) + "); see to the disk and try again",
                    e);
        }
    }

    @Override
    public void stage(RecordKey key, @Nullable JsonNode image, @Nullable Instant holderSeen, long order) {
        // Without a look at the disk, which may fail: whether somebody else wrote is seen before the next rewrite.
        ensureOpen();
        document(key.collection()).stage(key, image, holderSeen, order);
    }

    @Override
    public void poll() {
        reporting(() -> {
            forEachFile(file -> {
                Document document = current(file);
                if (document.isBehind()) {
                    commits(document).catchUp();
                }
            });
            return true;
        });
    }

    @Override
    public String file(StateCollection collection) {
        return StateFile.of(collection).path();
    }

    @Override
    public void flush() {
        reporting(() -> {
            site.heartbeats().prune();
            document(StateCollection.PROCESSES).forgetLongGone();
            forEachFile(file -> {
                if (document(file).content().hasUnsaved()) {
                    commits(current(file)).catchUp();
                }
            });
            return true;
        });
    }

    /** Goes on with the other files where one fails, and tells of the first failure then. */
    private void forEachFile(Consumer<StateCollection> work) {
        RuntimeException failure = null;
        for (StateCollection file : documents.keySet()) {
            try {
                work.accept(file);
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void onForeignWrite(Consumer<ForeignWrite> newListener) {
        listener = newListener;
    }

    @Override
    public void acceptForeignWrites(boolean accept) {
        documents.values().forEach(document -> document.accept(accept));
    }

    @Override
    public void grantGrace(Instant now) {
        site.heartbeats().grant(now);
    }

    @Override
    public String mark() {
        return reporting(() -> {
            return documents.keySet().stream()
                    .map(file -> file.label() + " " + current(file).known())
                    .collect(Collectors.joining("; "));
        });
    }

    /** {@inheritDoc} The newest 1000, each once. */
    @Override
    public List<String> notices() {
        return site.notices().all();
    }

    @Override
    public @Nullable String damage(StateCollection collection) {
        return reporting(() -> current(collection).damage());
    }

    /** Writes the heartbeats that wait, as far as the disk lets it, and ends. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (watch != null) {
            watch.close();
        }
        scheduled.forEach(work -> work.cancel(false));
        scheduler.shutdown();
        try {
            flush();
        } catch (BridgeException e) {
            site.notices().add("the last heartbeats were not written: " + e.getMessage());
        } finally {
            closed = true;
            forgetPid();
        }
    }

    private void forgetPid() {
        try {
            site.disk().delete(site.pidFile());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "the pid file stays: " + Reasons.of(e));
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new BridgeException.Unavailable("the state directory has been closed; open it again");
        }
    }

    private Document document(StateCollection collection) {
        Document document = documents.get(collection);
        if (document == null) {
            throw new IllegalStateException("no file for " + collection);
        }
        return document;
    }

    private Document current(StateCollection collection) {
        Document document = document(collection);
        document.check();
        return document;
    }

    private Commits commits(Document document) {
        Commits group = commits.get(document.file().collection());
        if (group == null) {
            throw new IllegalStateException("no commits for " + document.file());
        }
        return group;
    }

    /** Runs {@code work}, and tells the listener of the foreign writes that came to light, once all locks are free. */
    private <T extends @Nullable Object> T reporting(Supplier<T> work) {
        ensureOpen();
        try {
            return work.get();
        } finally {
            for (ForeignWrite write = foreignWrites.poll(); write != null; write = foreignWrites.poll()) {
                tell(write);
            }
        }
    }

    private void tell(ForeignWrite write) {
        try {
            listener.accept(write);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the listener failed on the foreign write to " + write.file(), e);
        }
    }
}
