package poppo.bridge.file;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Fingerprint;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.LocalStateManager.Erased;
import poppo.bridge.state.LocalStateManager.ForeignWrite;
import poppo.bridge.state.RecordKey;

/**
 * One file of the state directory: its {@link Content} in memory, and whether that still is what the disk holds. Every
 * use asks for the file's fingerprint first; when somebody else wrote, their version is taken over, or set aside while
 * foreign writes are not accepted.
 *
 * <p>Readers use the memory without waiting for a writer: the version being put in place is known by its fingerprint
 * before it is there.
 */
final class Document {
    private static final int READ_ATTEMPTS = 20;

    private final StateFile file;
    private final Site site;
    private final Path path;
    private final Content content;
    private final Consumer<ForeignWrite> events;

    /** Held while what is in memory is exchanged: by whoever reloads, and by the writer of a batch. */
    private final ReentrantLock exchange = new ReentrantLock();

    private Loaded.Frame frame;
    private volatile Fingerprint known = Fingerprint.MISSING;
    private volatile Fingerprint coming = Fingerprint.MISSING;
    private volatile boolean accepting = true;
    /** Whether the disk lacks what the memory holds, for another reason than a heartbeat. */
    private volatile boolean behind;
    /** Whether what is on the disk is worth being the next backup. */
    private boolean sound = true;
    /** Why what is on the disk can't be understood. */
    private volatile @Nullable String damage;

    Document(StateFile file, Site site, Consumer<ForeignWrite> events) {
        this.file = file;
        this.site = site;
        this.path = site.directory().resolve(file.path());
        this.content = new Content(file.listOrder(), site.versions(), site.heartbeats()::seen);
        this.events = events;
        this.frame = file.shape().emptyFrame();
    }

    StateFile file() {
        return file;
    }

    Content content() {
        return content;
    }

    Shape shape() {
        return file.shape();
    }

    void accept(boolean accept) {
        accepting = accept;
    }

    /** What the file was when it was last looked at. */
    Fingerprint known() {
        return known;
    }

    /** Whether the file must be written again although nobody asked for a change. */
    boolean isBehind() {
        return behind;
    }

    /** Why the file can't be understood as it was when it was last looked at; null where it can. */
    @Nullable
    String damage() {
        return damage;
    }

    /**
     * Reads the file for the first time, or its backup where the file is damaged. Changes nothing on the disk.
     *
     * @throws BridgeException.Corrupt when neither can be understood
     */
    void load() {
        Version version = readStable();
        try {
            take(parse(version), version);
        } catch (Unparsable e) {
            recover(version, e);
        } catch (WrongShape e) {
            throw new BridgeException.Corrupt(
                    file.path() + ": " + e.getMessage() + "; nothing was changed: correct the file and start again");
        }
    }

    private Loaded parse(Version version) throws Unparsable, WrongShape {
        return version.fingerprint().isMissing()
                ? file.shape().empty()
                : file.shape().load(version.bytes());
    }

    private void take(Loaded loaded, Version version) {
        frame = loaded.frame();
        content.load(loaded.list(), site.opened());
        known = version.fingerprint();
        coming = known;
        loaded.notices().forEach(this::notice);
    }

    private void recover(Version damaged, Unparsable why) {
        Path backup = path.resolveSibling(path.getFileName() + ".backup");
        String remedy;
        try {
            take(file.shape().load(site.disk().read(backup)), damaged);
            sound = false;
            damage = why.getMessage();
            notice("is damaged (" + why.getMessage() + "); its backup is used instead");
            return;
        } catch (Unparsable | WrongShape e) {
            remedy = file.path() + ".backup can't stand in either (" + e.getMessage() + ")";
        } catch (IOException e) {
            remedy = "there is no " + file.path() + ".backup to stand in";
        }
        throw new BridgeException.Corrupt(file.path() + ": " + why.getMessage() + "; " + remedy
                + "; nothing was changed: put a good copy in its place, or remove it to begin empty, and start again");
    }

    /** Gives a damaged file a second name, so that no later write of anybody loses it. */
    void keepDamaged() {
        if (!sound) {
            Path kept = keep(site.damaged());
            notice("was damaged; the damaged content is kept as "
                    + site.directory().relativize(kept));
        }
    }

    private Path keep(Path directory) {
        try {
            site.disk().makeDirectory(site.bridge());
            site.disk().makeDirectory(directory);
            Path kept = site.names().kept(directory, path, site.disk());
            site.disk().keep(path, kept);
            site.disk().sync(kept);
            site.disk().syncDirectory(directory);
            return kept;
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    file.path() + " was changed by somebody else and can't be kept aside (" + Reasons.of(e)
                            + "); it is left alone until the state directory can be written to",
                    e);
        }
    }

    private void notice(String what) {
        site.notices().add(file.path() + " " + what);
    }

    /** Makes sure that the memory holds what the file holds. */
    void check() {
        if (!isKnown(look())) {
            exclusively(this::refresh);
        }
    }

    void exclusively(Runnable action) {
        exchange.lock();
        try {
            action.run();
        } finally {
            exchange.unlock();
        }
    }

    private boolean isKnown(Fingerprint fingerprint) {
        return fingerprint.equals(known) || fingerprint.equals(coming);
    }

    private Fingerprint look() {
        try {
            Fingerprint fingerprint = site.disk().look(path);
            if (fingerprint.isMissing() && !known.isMissing() && !site.disk().isDirectory(site.directory())) {
                throw new BridgeException.Unavailable(
                        "the state directory is not there any more; bring it back, or stop the bridge");
            }
            return fingerprint;
        } catch (IOException e) {
            throw new BridgeException.Unavailable(file.path() + " can't be read (" + Reasons.of(e) + ")", e);
        }
    }

    /** As {@link #check}, within {@link #exclusively}. */
    void refresh() {
        if (isKnown(look())) {
            return;
        }
        Version version = readStable();
        try {
            Loaded loaded = parse(version);
            Content.Difference difference = content.compare(loaded.entries());
            if (accepting) {
                takeOver(loaded, difference);
                report(difference, null);
            } else {
                report(difference, version.fingerprint().isMissing() ? null : keep(site.foreign()));
                behind = true;
                sound = false;
                damage = null;
            }
        } catch (Unparsable | WrongShape e) {
            reject(e);
        }
        known = version.fingerprint();
        coming = known;
    }

    private void takeOver(Loaded loaded, Content.Difference difference) {
        content.takeOver(loaded.entries(), difference, this::carryOver);
        frame = loaded.frame();
        behind = false;
        sound = true;
        damage = null;
        loaded.notices().forEach(this::notice);
    }

    /** A version that can't be understood: what we had stays true, and is written over it with the next batch. */
    private void reject(Exception why) {
        Path kept = keep(site.damaged());
        behind = true;
        sound = false;
        damage = why.getMessage();
        notice("was damaged by another program (" + why.getMessage() + "); its content is kept as "
                + site.directory().relativize(kept) + " and the last good state is written again");
        report(new Content.Difference(Set.of(), List.of()), kept);
    }

    private void report(Content.Difference difference, @Nullable Path setAside) {
        events.accept(new ForeignWrite(file.path(), keys(difference.changed()), erased(difference.ours()), setAside));
    }

    private Map<RecordKey, Erased> erased(List<Content.Erasure> candidates) {
        Map<RecordKey, Erased> erased = new LinkedHashMap<>();
        for (Content.Erasure candidate : candidates) {
            JsonNode ours = Batch.image(shape(), candidate.ours());
            JsonNode theirs = Batch.image(shape(), candidate.theirs());
            if (ours != null && !isGoingOnFrom(ours, theirs)) {
                erased.put(new RecordKey(file.collection(), candidate.ours().id()), new Erased(ours, theirs));
            }
        }
        return erased;
    }

    /** Whether a peer has read ours before it wrote: then the issue says that it was updated later. */
    private static boolean isGoingOnFrom(JsonNode ours, @Nullable JsonNode theirs) {
        Instant then = new Issue(ours).lastUpdated();
        Instant now = theirs == null ? null : new Issue(theirs).lastUpdated();
        return then != null && now != null && !now.isBefore(then);
    }

    private Set<RecordKey> keys(Set<String> ids) {
        Set<RecordKey> keys = new LinkedHashSet<>();
        ids.forEach(id -> keys.add(new RecordKey(file.collection(), id)));
        return keys;
    }

    /** A heartbeat not yet written outlives a foreign change as long as the same holder still holds the issue. */
    private Entry carryOver(Entry fresh, Entry beaten) {
        Entry.SignOfLife now = fresh.life();
        Entry.SignOfLife ours = beaten.life();
        boolean applies = file == StateFile.ISSUE_STATUS
                && now != null
                && ours != null
                && Objects.equals(now.processId(), ours.processId())
                && isLater(ours.lastSeen(), now.lastSeen());
        if (!applies) {
            return fresh;
        }
        var after = Json.copy(fresh.value());
        after.set(Issue.LAST_HEARTBEAT, beaten.value().path(Issue.LAST_HEARTBEAT));
        return shape().entry(fresh.id(), after).with(site.versions().incrementAndGet(), fresh.order(), true);
    }

    private static boolean isLater(@Nullable Instant one, @Nullable Instant other) {
        return one != null && (other == null || one.isAfter(other));
    }

    /** Reads one version whole: the file is looked at before and after. */
    private Version readStable() {
        for (int i = 0; i < READ_ATTEMPTS; i++) {
            Fingerprint before = look();
            byte[] bytes = read(before);
            if (before.equals(look())) {
                return new Version(before, bytes);
            }
        }
        throw new BridgeException.Unavailable(file.path() + " changes faster than it can be read; try again");
    }

    private byte[] read(Fingerprint fingerprint) {
        try {
            return fingerprint.isMissing() ? new byte[0] : site.disk().read(path);
        } catch (java.nio.file.NoSuchFileException e) {
            return new byte[0];
        } catch (IOException e) {
            throw new BridgeException.Unavailable(file.path() + " can't be read (" + Reasons.of(e) + ")", e);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
    private record Version(Fingerprint fingerprint, byte[] bytes) {}

    /** Changes a record in memory only; within {@link Content#soft}. */
    void putSoft(String id, @Nullable JsonNode image) {
        Entry before = content.get(id);
        JsonNode value = shape().value(image, before, null);
        if (before != null && value != null) {
            long version = site.versions().incrementAndGet();
            content.putSoft(shape().entry(id, value).with(version, before.order(), true));
        }
    }

    /** Takes a copy in, in memory only. */
    void stage(RecordKey key, @Nullable JsonNode image, @Nullable Instant seen, long order) {
        boolean isProcess = file == StateFile.PROCESSES;
        String holder = isProcess ? key.id() : Issue.holder(image);
        content.soft(key.id(), () -> {
            Entry before = content.get(key.id());
            Entry after = Batch.after(shape(), site.versions(), key, before, image, isProcess ? seen : null, order);
            if (after == null && before != null) {
                content.removeSoft(before);
            } else if (after != null && after != before) {
                content.putSoft(after);
            }
            return after;
        });
        if (holder != null && seen != null) {
            site.heartbeats().seen(holder, seen);
        }
    }

    /** Notes, in memory only, when a process was heard of; within {@link Content#soft}. */
    void touch(String process, Instant at) {
        Entry before = content.get(process);
        JsonNode image = Batch.image(shape(), before);
        JsonNode value = shape().value(image, before, at);
        if (value != null) {
            Entry touched = shape().entry(process, value);
            long version = before == null ? 0 : before.version();
            long order = before == null ? at.toEpochMilli() * 1000 : before.order();
            content.putSoft(touched.with(version, order, true));
        }
    }

    /** Drops the processes that only sent heartbeats, and stopped long ago. */
    void forgetLongGone() {
        for (Entry entry : content.withoutRecord()) {
            Entry.SignOfLife life = entry.life();
            if (life == null || life.lastSeen() == null || site.heartbeats().isLongGone(life.lastSeen())) {
                content.soft(entry.id(), () -> content.removeSoft(entry));
            }
        }
    }

    Batch newBatch() {
        return new Batch(content, shape(), site.heartbeats(), site.versions());
    }

    /** @param flush whether heartbeats alone are reason enough */
    boolean needsWrite(Batch batch, boolean flush) {
        return behind || batch.hasChanges() || (flush && content.hasUnsaved());
    }

    /**
     * Ends a batch that changed nothing.
     *
     * @return the label requests still to be sent
     */
    LabelOutbox.Sendable skip(Batch batch) {
        try {
            LabelOutbox.Sendable labels = site.outbox().prepare(batch.labels());
            batch.apply(Map.of());
            return labels;
        } catch (IOException e) {
            throw refused(e);
        }
    }

    /**
     * Writes what {@code batch} decided, and makes it true in memory; within {@link #exclusively} and under the lock,
     * which is released as soon as the file is in place.
     *
     * @return the label requests still to be sent; null when the ground has shifted and all must be decided again
     * @throws BridgeException.Unavailable having changed nothing
     * @throws BridgeException.UnknownOutcome when the change is there, but may not survive a power cut
     */
    LabelOutbox.@Nullable Sendable write(Batch batch, LegacyLock.Held lock) {
        Content.Snapshot snapshot = batch.snapshot();
        Prepared prepared = prepare(snapshot.entries(), batch);
        if (!lock.isOurs() || !look().equals(known) || !batch.stillStands()) {
            prepared.abandon();
            return null;
        }
        publish(prepared);
        keepPrevious(prepared);
        // Others see the new version from here on; that it is durable concerns only those who wait for an answer.
        lock.close();
        @Nullable IOException unsure = settle(prepared);
        batch.apply(snapshot.soft());
        known = coming;
        sound = true;
        damage = null;
        behind = unsure != null;
        if (unsure != null) {
            prepared.labels().abandon();
            throw new BridgeException.UnknownOutcome(
                    file.path() + " was written, but the disk did not confirm it (" + Reasons.of(unsure)
                            + "); read the record back, and look after the disk",
                    unsure);
        }
        return prepared.labels();
    }

    private Prepared prepare(List<Entry> entries, Batch batch) {
        try {
            LabelOutbox.Sendable labels = site.outbox().prepare(batch.labels());
            // The disk can do that while the revision is written; settle() sees to it if nobody has.
            site.meanwhile(labels::sync);
            try {
                Revision revision = revision(entries);
                return new Prepared(revision, revision.fingerprint(), labels);
            } catch (IOException | RuntimeException e) {
                labels.abandon();
                throw e;
            }
        } catch (IOException e) {
            throw refused(e);
        }
    }

    private BridgeException.Unavailable refused(IOException e) {
        return new BridgeException.Unavailable(
                file.path() + " could not be written (" + Reasons.of(e)
                        + "); nothing was changed: see to the disk and try again",
                e);
    }

    private Revision revision(List<Entry> entries) throws IOException {
        boolean keepsPrevious = sound && !known.isMissing();
        if (file.shape().isSingle() && entries.isEmpty()) {
            return Revision.removal(site.disk(), site.names(), path, keepsPrevious);
        }
        Loaded.Frame around = frame;
        return Revision.write(site.disk(), site.names(), path, out -> print(around, entries, out), keepsPrevious);
    }

    private static void print(Loaded.Frame frame, List<Entry> entries, OutputStream out) throws IOException {
        if (entries.isEmpty()) {
            out.write(frame.empty());
            return;
        }
        byte[] before = frame.head();
        for (Entry entry : entries) {
            out.write(before);
            out.write(entry.line());
            before = frame.separator();
        }
        out.write(frame.tail());
    }

    /** Renames the new version into place; a failed rename is looked into, since it may have happened. */
    private void publish(Prepared prepared) {
        coming = prepared.fingerprint();
        try {
            prepared.revision().publish();
        } catch (IOException e) {
            if (!isPlaced(prepared, e)) {
                coming = known;
                prepared.abandon();
                throw refused(e);
            }
        }
    }

    private boolean isPlaced(Prepared prepared, IOException failure) {
        try {
            return look().equals(prepared.fingerprint());
        } catch (BridgeException.Unavailable e) {
            known = Fingerprint.UNKNOWN;
            coming = known;
            throw new BridgeException.UnknownOutcome(
                    file.path() + " may or may not have been written (" + Reasons.of(failure)
                            + "); read the record back, and look after the disk",
                    failure);
        }
    }

    private void keepPrevious(Prepared prepared) {
        try {
            prepared.revision().keepPrevious(site.discards());
        } catch (IOException e) {
            notice("could not keep its previous content as .backup (" + Reasons.of(e) + ")");
            prepared.revision().abandon();
        }
    }

    private @Nullable IOException settle(Prepared prepared) {
        prepared.labels().sync();
        try {
            site.disk().syncDirectory(Objects.requireNonNull(path.getParent()));
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    private record Prepared(Revision revision, Fingerprint fingerprint, LabelOutbox.Sendable labels) {
        void abandon() {
            revision.abandon();
            labels.abandon();
        }
    }
}
