package poppo.bridge.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.slf4j.LoggerFactory;
import poppo.bridge.machine.Disk;

/** The segment that is being written. Used by whoever has the journal's turn. */
final class Segment {
    private final Path file;
    private final Disk.Writable out;
    private final int size;
    private int at = Header.SIZE;

    private Segment(Path file, Disk.Writable out, int size) {
        this.file = file;
        this.out = out;
        this.size = size;
    }

    /** Makes a segment of {@code spare}, a file of zeros; once it has its name it begins with {@code header}. */
    static Segment begin(Disk disk, Path spare, int size, Path file, Header header, Fsync fsync) throws IOException {
        Disk.Writable out = disk.open(spare, fsync == Fsync.ALWAYS);
        try {
            out.write(0, header.toBytes());
            out.sync();
            disk.rename(spare, file);
            disk.syncDirectory(Objects.requireNonNull(file.getParent()));
            return new Segment(file, out, size);
        } catch (IOException | RuntimeException e) {
            out.close();
            throw e;
        }
    }

    void append(byte[] frames) throws IOException {
        out.write(at, frames);
        at += frames.length;
    }

    void sync() throws IOException {
        out.sync();
    }

    Path file() {
        return file;
    }

    int size() {
        return size;
    }

    int left() {
        return size - at;
    }

    void close() {
        try {
            out.close();
        } catch (IOException e) {
            LoggerFactory.getLogger(Journal.class).warn("{} could not be closed: {}", file, e.toString());
        }
    }
}
