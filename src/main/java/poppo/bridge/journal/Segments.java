package poppo.bridge.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;

/**
 * Reads what an earlier run left: checks every entry of every segment, and cuts a torn tail off. A tail is torn when it
 * can't be read and nothing after it says that it was durable once; anything else that can't be read is damage, and
 * nothing behind it is used.
 */
final class Segments {
    static final String SUFFIX = ".log";

    private final Disk disk;
    private final Path directory;
    private final List<String> notices = new ArrayList<>();
    private final List<Known> known = new ArrayList<>();
    private long checkpoint;
    private long first = 1;
    private long nextSequence = 1;

    Segments(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /** A segment that was checked, and the last sequence that counts up to its end. */
    record Known(Path file, long last, long bytes) {}

    static Path path(Path directory, long first) {
        return directory.resolve("%020d".formatted(first) + SUFFIX);
    }

    /**
     * Checks everything.
     *
     * @throws BridgeException.Corrupt naming the segment and the offset
     */
    Segments check() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String name : disk.list(directory)) {
            if (name.endsWith(SUFFIX)) {
                files.add(directory.resolve(name));
            } else {
                // A segment that was being made.
                disk.delete(directory.resolve(name));
            }
        }
        for (int i = 0; i < files.size(); i++) {
            Header next = i + 1 == files.size() ? null : header(files.get(i + 1), disk.read(files.get(i + 1)));
            check(files.get(i), i == 0, next);
        }
        return this;
    }

    private static Header header(Path file, byte[] bytes) {
        Header header = Header.read(bytes);
        if (header == null || !file.equals(path(file.resolveSibling(""), header.first()))) {
            throw damaged(file, 0, "it doesn't begin as a segment of this name does");
        }
        return header;
    }

    private void check(Path file, boolean oldest, @Nullable Header next) throws IOException {
        byte[] bytes = disk.read(file);
        Header header = header(file, bytes);
        int at = Header.SIZE;
        long expected = header.first();
        long latest = checkpoint;
        for (Frame frame = frame(bytes, at, expected); frame != null; frame = frame(bytes, at, expected)) {
            if (frame.kind() == Frame.Kind.CHECKPOINT && (next == null || expected <= next.previous())) {
                latest = Math.max(latest, frame.upTo());
            }
            at += frame.size();
            expected++;
        }
        checkpoint = latest;
        long last = expected == header.first() ? header.previous() : expected - 1;
        nextSequence = expected;
        if (next != null) {
            if (last < next.previous()) {
                throw damaged(file, at, "entry " + expected + " can't be read, and later ones exist");
            }
            last = next.previous();
        } else if (wasDurable(bytes, at, expected)) {
            throw damaged(file, at, "entry " + expected + " can't be read, and later ones exist");
        } else {
            cutOff(file, bytes, at);
        }
        if (oldest) {
            first = header.previous() + 1;
        }
        known.add(new Known(file, last, bytes.length));
    }

    private static @Nullable Frame frame(byte[] bytes, int at, long expected) {
        Frame frame = Frame.read(bytes, at);
        return frame != null && frame.sequence() == expected ? frame : null;
    }

    /** Whether anything later tells that entry {@code sequence} was durable. */
    private static boolean wasDurable(byte[] bytes, int from, long sequence) {
        for (int at = from + 1; at < bytes.length; at++) {
            Frame frame = Frame.read(bytes, at);
            if (frame != null && frame.sequence() > sequence && frame.synced() >= sequence) {
                return true;
            }
        }
        return false;
    }

    private void cutOff(Path file, byte[] bytes, int at) throws IOException {
        int end = bytes.length;
        while (end > at && bytes[end - 1] == 0) {
            end--;
        }
        if (end > at) {
            disk.truncate(file, at);
            notices.add("journal segment " + file.getFileName() + " ended in " + (end - at)
                    + " bytes of an entry that was never acknowledged (offset " + at + "); they are cut off");
        }
    }

    private static BridgeException.Corrupt damaged(Path file, int offset, String what) {
        return new BridgeException.Corrupt("journal segment " + file + " is damaged at offset " + offset + ": " + what
                + "; nothing was changed and nothing behind it is used: put an undamaged copy in its place and start"
                + " again");
    }

    /** Makes durable what a start relies on: a crash may have left it to the system's memory. */
    void sync() throws IOException {
        for (Known segment : known) {
            disk.sync(segment.file());
        }
        disk.syncDirectory(directory);
    }

    /** Hands out the entries after the last checkpoint, oldest first. */
    void replay(Consumer<byte[]> entries) throws IOException {
        if (!known.isEmpty() && first - 1 > checkpoint) {
            throw damaged(
                    known.get(0).file(), 0, "entries " + (checkpoint + 1) + " to " + (first - 1) + " are missing");
        }
        for (Known segment : known) {
            byte[] bytes = disk.read(segment.file());
            int at = Header.SIZE;
            for (Frame frame = Frame.read(bytes, at); frame != null; frame = Frame.read(bytes, at)) {
                if (frame.sequence() > segment.last()) {
                    break;
                }
                if (frame.kind() == Frame.Kind.ENTRY && frame.sequence() > checkpoint) {
                    entries.accept(frame.payload());
                }
                at += frame.size();
            }
        }
    }

    List<String> notices() {
        return notices;
    }

    List<Known> known() {
        return known;
    }

    /** What the next entry is to be numbered; higher than {@link #last} + 1 where entries were refused. */
    long nextSequence() {
        return nextSequence;
    }

    /** The last sequence that was given to an entry, whether that counts or not. */
    long last() {
        return known.isEmpty() ? 0 : known.get(known.size() - 1).last();
    }

    long checkpoint() {
        return checkpoint;
    }
}
