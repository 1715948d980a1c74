package poppo.bridge.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.Waits;
import poppo.bridge.state.BridgeException;

/**
 * An append-only record in segments, {@code <first sequence>.log}, in a directory of its own.
 *
 * <p>Guarantees: an entry that was {@linkplain Entry#await() awaited} is handed out again by the next {@link #open},
 * unless a {@linkplain #checkpoint checkpoint} covers it; one whose wait ended in {@link BridgeException.Unavailable} never
 * is. Entries that wait at the same time share one write. A segment has its place on the disk before it is used, so that
 * a full disk is met by {@link #requireRoom} and not in the middle of a write. Thread-safe.
 */
public final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final String SPARE = "spare";

    private final Path directory;
    private final JournalOptions options;
    private final Disk disk;
    private final Waits waits;
    private final List<String> notices;
    private final Object monitor = new Object();
    private final AtomicBoolean preparing = new AtomicBoolean();

    // All under the monitor.
    private final Deque<Segments.Known> earlier;
    private Batch filling;
    private boolean turnTaken;
    private boolean closed;

    // Changed by whoever has the turn, looked at by others.
    private volatile @Nullable Segment active;
    private volatile boolean hasSpare;
    private volatile long written;
    private volatile long synced;

    private Journal(Path directory, JournalOptions options, Disk disk, Waits waits, Segments found) {
        this.directory = directory;
        this.options = options;
        this.disk = disk;
        this.waits = waits;
        this.notices = List.copyOf(found.notices());
        this.earlier = new ArrayDeque<>(found.known());
        this.written = found.last();
        this.synced = found.last();
        this.filling = new Batch(found.nextSequence());
    }

    /**
     * Opens the journal in {@code directory}, which is made if it isn't there, and hands out what no checkpoint covers.
     *
     * @param replay takes the entries, oldest first
     * @throws BridgeException.Corrupt when an entry that was durable can't be read; nothing has been handed out then
     */
    public static Journal open(
            Path directory, JournalOptions options, Disk disk, Waits waits, Consumer<byte[]> replay) {
        try {
            disk.makeDirectory(directory);
            Segments found = new Segments(disk, directory).check();
            found.sync();
            found.replay(replay);
            return new Journal(directory, options, disk, waits, found);
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    "the journal in " + directory + " can't be read: " + e + "; see to the disk and start again", e);
        }
    }

    /** What was found when it was opened that is odd but understood, in words. */
    public List<String> notices() {
        return notices;
    }

    /** An entry on its way. */
    public final class Entry {
        private final Batch batch;
        private final long sequence;

        private Entry(Batch batch, long sequence) {
            this.batch = batch;
            this.sequence = sequence;
        }

        public long sequence() {
            return sequence;
        }

        /**
         * Returns when the entry is kept as the fsync policy says.
         *
         * @throws BridgeException.Unavailable when it could not be, and never will be
         * @throws BridgeException.UnknownOutcome when it could not be, and the disk didn't even let us say so
         */
        public void await() {
            settle(batch);
            if (batch.failure != null) {
                throw batch.failure.get();
            }
        }
    }

    private record Unwritten(Frame.Kind kind, byte[] payload) {}

    /** Entries that are written together. Filled under the monitor, written in turn, read once settled. */
    private static final class Batch {
        private final List<Unwritten> entries = new ArrayList<>();
        private final long first;
        private boolean settled;
        private @Nullable Supplier<BridgeException> failure;

        Batch(long first) {
            this.first = first;
        }

        /** The sequence after its last one. */
        long end() {
            return first + entries.size();
        }
    }

    /** Adds an entry. Entries are in the order of their sequences, and so are those handed out by {@link #open}. */
    public Entry append(byte[] payload) {
        return append(Frame.Kind.ENTRY, payload);
    }

    private Entry append(Frame.Kind kind, byte[] payload) {
        synchronized (monitor) {
            if (closed) {
                throw new BridgeException.Unavailable("the journal has been closed; nothing was changed");
            }
            Entry entry = new Entry(filling, filling.end());
            filling.entries.add(new Unwritten(kind, payload));
            return entry;
        }
    }

    // ---- turns: one thread at a time writes, for all who wait

    private void settle(Batch batch) {
        boolean[] mine = new boolean[1];
        waits.until(() -> isSettledOrMine(batch, mine), () -> {
            synchronized (monitor) {
                awaitWhile(() -> !isSettledOrMine(batch, mine));
            }
        });
        if (mine[0]) {
            try {
                writeFilling();
            } finally {
                endTurn();
            }
        }
    }

    private boolean isSettledOrMine(Batch batch, boolean[] mine) {
        synchronized (monitor) {
            mine[0] = !batch.settled && takeTurn();
            return batch.settled || mine[0];
        }
    }

    private void inTurn(Runnable work) {
        waits.until(this::takeTurn, () -> {
            synchronized (monitor) {
                awaitWhile(() -> !takeTurn());
            }
        });
        try {
            work.run();
        } finally {
            endTurn();
        }
    }

    private boolean takeTurn() {
        synchronized (monitor) {
            boolean free = !turnTaken;
            turnTaken = true;
            return free;
        }
    }

    private void endTurn() {
        synchronized (monitor) {
            turnTaken = false;
            monitor.notifyAll();
        }
    }

    /** Within the monitor. An interrupt is kept for later: what one caller would give up, others wait for. */
    private void awaitWhile(BooleanSupplier condition) {
        boolean interrupted = false;
        while (condition.getAsBoolean()) {
            try {
                monitor.wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- in turn

    private void writeFilling() {
        Batch batch;
        synchronized (monitor) {
            batch = filling;
            filling = new Batch(batch.end());
        }
        try {
            write(batch);
        } catch (IOException e) {
            batch.failure = abandon(batch, e);
        } catch (RuntimeException | Error e) {
            batch.failure = () -> new BridgeException.UnknownOutcome("the journal failed unexpectedly: " + e, e);
            throw e;
        } finally {
            synchronized (monitor) {
                batch.settled = true;
            }
        }
    }

    private void write(Batch batch) throws IOException {
        int size = batch.entries.stream()
                .mapToInt(entry -> Frame.size(entry.payload().length))
                .sum();
        Segment segment = segment(batch.first, size);
        ByteBuffer frames = ByteBuffer.allocate(size);
        long sequence = batch.first;
        for (Unwritten entry : batch.entries) {
            new Frame(sequence++, synced, entry.kind(), entry.payload()).writeTo(frames);
        }
        segment.append(frames.array());
        written = batch.end() - 1;
        if (options.fsync() == Fsync.ALWAYS) {
            synced = written;
        }
    }

    private Segment segment(long first, int size) throws IOException {
        Segment current = active;
        if (current != null && current.left() >= size) {
            return current;
        }
        if (current != null) {
            syncActive(current);
            retire(current);
        }
        return begin(first, size);
    }

    private void syncActive(Segment segment) throws IOException {
        segment.sync();
        synced = written;
    }

    private void retire(Segment segment) {
        active = null;
        segment.close();
        remember(segment.file(), segment.size());
    }

    private Segment begin(long first, int size) throws IOException {
        Path spare = directory.resolve(SPARE);
        int bytes = Math.max(options.segmentBytes(), Header.SIZE + size);
        if (!hasSpare || bytes > options.segmentBytes()) {
            allocate(spare, bytes);
        }
        hasSpare = false;
        Path file = Segments.path(directory, first);
        // It takes the place of an empty one of that name, which must not be dropped as an earlier one.
        forget(file);
        try {
            Segment segment = Segment.begin(disk, spare, bytes, file, new Header(first, written), options.fsync());
            active = segment;
            return segment;
        } catch (IOException e) {
            // It may be there all the same.
            remember(file, bytes);
            throw e;
        }
    }

    private void remember(Path file, int bytes) {
        synchronized (monitor) {
            earlier.add(new Segments.Known(file, written, bytes));
        }
    }

    private void forget(Path file) {
        synchronized (monitor) {
            earlier.removeIf(known -> known.file().equals(file));
        }
    }

    private void allocate(Path file, int bytes) throws IOException {
        disk.delete(file);
        try {
            disk.createDurably(file, out -> out.write(new byte[bytes]));
        } catch (IOException e) {
            disk.delete(file);
            throw e;
        }
    }

    /** Gives the segment up, and has the next one say that nothing of the failed write counts. */
    private Supplier<BridgeException> abandon(Batch batch, IOException cause) {
        String what = "the journal can't be written (" + cause + ")";
        LOG.error("{}", what);
        Segment failed = active;
        if (failed == null) {
            return () -> unavailable(what, cause);
        }
        retire(failed);
        try {
            begin(batch.end(), 0);
            return () -> unavailable(what, cause);
        } catch (IOException e) {
            cause.addSuppressed(e);
            return () -> new BridgeException.UnknownOutcome(
                    what + "; it shows at the next start whether the entry is there: see to the disk", cause);
        }
    }

    private static BridgeException.Unavailable unavailable(String what, IOException cause) {
        return new BridgeException.Unavailable(what + "; nothing was changed: see to the disk and try again", cause);
    }

    // ---- upkeep

    /**
     * Notes that all entries up to {@code sequence} need not be handed out again, and drops the segments that hold no
     * others. Durable when it returns, under every policy.
     *
     * @throws BridgeException.Unavailable when it could not be noted; then nothing is dropped
     */
    public void checkpoint(long sequence) {
        append(Frame.Kind.CHECKPOINT, ByteBuffer.allocate(8).putLong(sequence).array())
                .await();
        sync();
        dropUpTo(sequence);
    }

    /**
     * Makes durable what was written so far. A segment whose fsync failed is not asked again, since a system may confirm
     * later what it has dropped by then: what follows goes to the next one.
     *
     * @throws BridgeException.Unavailable when the disk did not confirm it
     */
    public void sync() {
        inTurn(() -> {
            Segment segment = active;
            if (segment == null || synced == written) {
                return;
            }
            try {
                syncActive(segment);
            } catch (IOException e) {
                retire(segment);
                throw new BridgeException.Unavailable(
                        "the journal's disk did not confirm what was written (" + e + "); see to it", e);
            }
        });
    }

    private void dropUpTo(long sequence) {
        for (Segments.Known oldest = oldest(sequence); oldest != null; oldest = oldest(sequence)) {
            try {
                disk.delete(oldest.file());
            } catch (IOException e) {
                LOG.warn("{} is not needed any more but can't be deleted: {}", oldest.file(), e.toString());
                return;
            }
            synchronized (monitor) {
                earlier.remove(oldest);
            }
        }
    }

    private Segments.@Nullable Known oldest(long sequence) {
        synchronized (monitor) {
            Segments.Known oldest = earlier.peek();
            return oldest != null && oldest.last() <= sequence ? oldest : null;
        }
    }

    /**
     * Sees to it that the next entries have their place on the disk.
     *
     * @throws BridgeException.Unavailable when they don't: the journal is full, or the disk nearly is
     */
    public void requireRoom() {
        Segment current = active;
        boolean enough = current != null && current.left() >= options.segmentBytes() / 4;
        if (enough || hasSpare || !preparing.compareAndSet(false, true)) {
            return;
        }
        try {
            prepareSpare();
        } catch (IOException e) {
            throw full("the disk doesn't let it grow (" + e + ")");
        } finally {
            preparing.set(false);
        }
    }

    private void prepareSpare() throws IOException {
        if (bytes() + options.segmentBytes() > options.maxBytes()) {
            throw full("it has grown to the most it may, " + options.maxBytes()
                    + " bytes, because what it holds has not been taken up");
        }
        long free = disk.usableSpace(directory);
        if (free - options.segmentBytes() < options.keepFree()) {
            throw full("only " + free + " bytes are free, and " + options.keepFree() + " must stay so: No space left on"
                    + " device");
        }
        Path next = directory.resolve(SPARE + ".new");
        allocate(next, options.segmentBytes());
        inTurn(() -> {
            try {
                disk.rename(next, directory.resolve(SPARE));
                hasSpare = true;
            } catch (IOException e) {
                throw full("the disk doesn't let it grow (" + e + ")");
            }
        });
    }

    private BridgeException.Unavailable full(String why) {
        return new BridgeException.Unavailable("there is no room for another write in " + directory + ": " + why
                + "; nothing was changed: make room and try again");
    }

    /** The sequence of the last entry, written or not. */
    public long last() {
        synchronized (monitor) {
            return filling.end() - 1;
        }
    }

    /** What its segments take on the disk. */
    public long bytes() {
        Segment current = active;
        long spare = hasSpare ? options.segmentBytes() : 0;
        synchronized (monitor) {
            return spare
                    + (current == null ? 0 : current.size())
                    + earlier.stream().mapToLong(Segments.Known::bytes).sum();
        }
    }

    @Override
    public void close() {
        synchronized (monitor) {
            closed = true;
        }
        inTurn(() -> {
            Segment segment = active;
            if (segment != null) {
                segment.close();
            }
        });
    }
}
