package poppo.bridge.file;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.Fingerprint;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Execution;
import poppo.bridge.state.LabelRequest;
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
 * A state directory that is read and not held, for who goes through it once: of an issue only its place in the file is
 * known, some 20 bytes. Leaves no trace in the directory.
 *
 * <p>A file that changed, by its fingerprint, is gone through anew before anything more is told of it; versions told before
 * stand for nothing then. What reading alone can't do (a write, a damaged file to be read from its backup) is left to a
 * {@link FileStateManager}, opened when it is first needed; from then on that answers everything, and holds everything.
 *
 * <p>Thread-safe.
 */
final class StreamedDirectory implements LocalStateManager {
    private static final int READ_ATTEMPTS = 20;

    private final FileOptions options;
    private final Path directory;
    private final Disk disk;
    private final Heartbeats heartbeats;
    private final Map<StateCollection, Known> known = new EnumMap<>(StateCollection.class);
    private long generations;
    private @Nullable FileStateManager whole;
    private Consumer<ForeignWrite> listener = write -> {};
    private boolean accepting = true;
    private @Nullable Instant grace;

    /** @param generation names this version of the file in the versions of its records */
    private record Known(Fingerprint fingerprint, Listing listing, long generation) {}

    private StreamedDirectory(FileOptions options, Disk disk) {
        this.options = options;
        this.directory = options.stateDirectory();
        this.disk = disk;
        this.heartbeats = new Heartbeats(options.heartbeatTtl());
    }

    /**
     * Goes through all files once.
     *
     * @throws BridgeException.Corrupt as {@link FileStateManager#open(FileOptions)}
     */
    static StreamedDirectory open(FileOptions options) {
        StreamedDirectory streamed = new StreamedDirectory(options, new Disk());
        try {
            Stream.of(StateCollection.values()).forEach(streamed::count);
        } catch (RuntimeException e) {
            streamed.close();
            throw e;
        }
        return streamed;
    }

    /** What is asked of one version of a file. */
    private interface Question<T> {
        T ask(Known known) throws IOException, WrongShape;
    }

    private <T> T ask(
            StateCollection collection,
            Question<T> question,
            java.util.function.Function<FileStateManager, T> ofWhole) {
        for (int attempt = 0; whole == null && attempt < READ_ATTEMPTS; attempt++) {
            Known current = current(collection);
            if (current == null) {
                break;
            }
            try {
                T answer = question.ask(current);
                if (look(collection).equals(current.fingerprint)) {
                    return answer;
                }
            } catch (IOException | WrongShape e) {
                if (look(collection).equals(current.fingerprint)) {
                    throw new BridgeException.Corrupt(
                            file(collection) + ": " + e.getMessage()
                                    + "; nothing was changed: correct the file and start again",
                            e);
                }
            }
        }
        return ofWhole.apply(whole());
    }

    /** The file as it is now; null when only a {@link FileStateManager} can make sense of it. */
    private @Nullable Known current(StateCollection collection) {
        Known before = known.get(collection);
        Fingerprint now = look(collection);
        if (before != null && before.fingerprint.equals(now)) {
            return before;
        }
        try {
            if (before != null) {
                before.listing.close();
            }
            Known fresh = new Known(now, list(StateFile.of(collection), now), ++generations);
            known.put(collection, fresh);
            return fresh;
        } catch (IOException | Unparsable | WrongShape e) {
            known.remove(collection);
            return null;
        }
    }

    private Listing list(StateFile file, Fingerprint now) throws IOException, Unparsable, WrongShape {
        Shape shape = file.shape();
        if (now.isMissing()) {
            return new HeldListing(file, shape.empty());
        }
        Path path = directory.resolve(file.path());
        return switch (file) {
            case ISSUE_STATUS -> indexed(shape, IssuesShape.ISSUES, path);
            case PROCESSED_COMMENTS -> indexed(shape, "", path);
            case PROCESSED_ISSUES -> NumbersListing.of(disk.read(path));
            default -> held(file, shape.load(disk.read(path)));
        };
    }

    private Listing indexed(Shape shape, String wrapper, Path path) throws IOException, Unparsable, WrongShape {
        Disk.Readable file = disk.openToRead(path);
        try {
            return IndexedListing.of(shape, wrapper, file, heartbeats::seen);
        } catch (IOException | Unparsable | WrongShape e) {
            file.close();
            throw e;
        }
    }

    private Listing held(StateFile file, Loaded loaded) {
        loaded.list().forEach(entry -> heartbeats.seen(entry.life()));
        return new HeldListing(file, loaded);
    }

    private Fingerprint look(StateCollection collection) {
        try {
            return disk.look(directory.resolve(file(collection)));
        } catch (IOException e) {
            throw new BridgeException.Unavailable(file(collection) + " can't be read (" + Reasons.of(e) + ")", e);
        }
    }

    @Override
    public String file(StateCollection collection) {
        return StateFile.of(collection).path();
    }

    private static Versioned versioned(StateCollection collection, Known known, Listing.Record record) {
        return new Versioned(
                new RecordKey(collection, record.id()), record.image(), version(known), record.order(), Served.FILE);
    }

    private static String version(Known known) {
        return "scan-" + known.generation;
    }

    @Override
    public synchronized Versioned read(RecordKey key) {
        return ask(key.collection(), current -> read(key, current), files -> files.read(key));
    }

    private static Versioned read(RecordKey key, Known current) throws IOException, WrongShape {
        Listing.Record record = current.listing.find(key.id());
        return record == null
                ? new Versioned(key, null, Batch.ABSENT, 0, Served.FILE)
                : versioned(key.collection(), current, record);
    }

    @Override
    public synchronized List<Versioned> readAll(List<RecordKey> keys) {
        List<Versioned> read = new ArrayList<>(keys.size());
        keys.forEach(key -> read.add(read(key)));
        return read;
    }

    @Override
    public synchronized List<Versioned> page(StateCollection collection, @Nullable String after, int limit) {
        return ask(
                collection,
                current -> current.listing.page(after, limit).stream()
                        .map(record -> versioned(collection, current, record))
                        .toList(),
                files -> files.page(collection, after, limit));
    }

    @Override
    public synchronized long count(StateCollection collection) {
        return ask(collection, current -> current.listing.count(), files -> files.count(collection));
    }

    @Override
    public synchronized Optional<Instant> lastSeen(String processId, Instant now) {
        FileStateManager files = whole;
        if (files != null) {
            return files.lastSeen(processId, now);
        }
        boolean isKnown = heartbeats.lastSeen(processId) != null;
        return isKnown ? Optional.ofNullable(heartbeats.alive(processId, now)) : Optional.empty();
    }

    /** As {@link FileStateManager#mark}, so that the one knows the other's. */
    @Override
    public synchronized String mark() {
        FileStateManager files = whole;
        if (files != null) {
            return files.mark();
        }
        return Stream.of(StateCollection.values())
                .map(collection -> collection.label() + " " + look(collection))
                .collect(Collectors.joining("; "));
    }

    private synchronized FileStateManager whole() {
        FileStateManager files = whole;
        if (files == null) {
            files = FileStateManager.open(options, disk);
            files.onForeignWrite(listener);
            files.acceptForeignWrites(accepting);
            if (grace != null) {
                files.grantGrace(grace);
            }
            whole = files;
        }
        return files;
    }

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        return whole().execute(operation, stamp);
    }

    /** {@inheritDoc} A version that was told before the files were held stands if the file is still that one. */
    @Override
    public List<Boolean> replaceAll(List<Replacement> replacements) {
        if (replacements.isEmpty()) {
            return List.of();
        }
        return whole().replaceAll(translated(replacements));
    }

    private synchronized List<Replacement> translated(List<Replacement> replacements) {
        List<Replacement> translated = new ArrayList<>(replacements.size());
        for (Replacement each : replacements) {
            Known scanned = known.get(each.key().collection());
            translated.add(
                    scanned != null && version(scanned).equals(each.expectedVersion())
                            ? translated(each, scanned)
                            : each);
        }
        return translated;
    }

    /** First the version, then the look: if the file is still the one that was scanned, so is the version's content. */
    private Replacement translated(Replacement replacement, Known scanned) {
        String version = whole().read(replacement.key()).version();
        return look(replacement.key().collection()).equals(scanned.fingerprint)
                ? new Replacement(
                        replacement.key(), replacement.image(), version, replacement.holderSeen(), replacement.order())
                : replacement;
    }

    @Override
    public List<Long> processing() {
        return whole().processing();
    }

    @Override
    public List<Long> heldBy(String processId) {
        return whole().heldBy(processId);
    }

    @Override
    public List<Orphan> orphans(Instant now) {
        return whole().orphans(now);
    }

    @Override
    public void emit(List<LabelRequest> requests) {
        if (!requests.isEmpty()) {
            whole().emit(requests);
        }
    }

    @Override
    public void stage(RecordKey key, @Nullable JsonNode image, @Nullable Instant holderSeen, long order) {
        whole().stage(key, image, holderSeen, order);
    }

    /** Every question looks for itself. */
    @Override
    public synchronized void poll() {
        FileStateManager files = whole;
        if (files != null) {
            files.poll();
        }
    }

    @Override
    public synchronized void flush() {
        FileStateManager files = whole;
        if (files != null) {
            files.flush();
        }
    }

    /** {@inheritDoc} Only of what is found once the files are held; before, nothing is known that could be erased. */
    @Override
    public synchronized void onForeignWrite(Consumer<ForeignWrite> newListener) {
        listener = newListener;
        FileStateManager files = whole;
        if (files != null) {
            files.onForeignWrite(newListener);
        }
    }

    @Override
    public synchronized void acceptForeignWrites(boolean accept) {
        accepting = accept;
        FileStateManager files = whole;
        if (files != null) {
            files.acceptForeignWrites(accept);
        }
    }

    @Override
    public synchronized void grantGrace(Instant now) {
        grace = now;
        heartbeats.grant(now);
        FileStateManager files = whole;
        if (files != null) {
            files.grantGrace(now);
        }
    }

    @Override
    public synchronized List<String> notices() {
        FileStateManager files = whole;
        return files == null ? List.of() : files.notices();
    }

    /** {@inheritDoc} Only a {@link FileStateManager} has anything to answer in its place. */
    @Override
    public synchronized @Nullable String damage(StateCollection collection) {
        FileStateManager files = whole;
        return files == null ? null : files.damage(collection);
    }

    @Override
    public synchronized void close() {
        for (Known each : known.values()) {
            try {
                each.listing.close();
            } catch (IOException e) {
                throw new BridgeException.Unavailable("a file of the state directory can't be closed", e);
            }
        }
        known.clear();
        FileStateManager files = whole;
        if (files != null) {
            files.close();
        }
    }
}
