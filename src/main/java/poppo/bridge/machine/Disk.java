package poppo.bridge.machine;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * All that the bridge does to files. One place, so that a test can make any step fail, or end the world before or after
 * it; not final for that reason. Thread-safe.
 *
 * <p>Streams, not channels, carry the content: an interrupt of one caller would close a channel under all those whose
 * operations share the write.
 */
public class Disk {
    private static final int BUFFER = 1 << 17;

    /** What a file is to hold. */
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    public Fingerprint look(Path file) throws IOException {
        try {
            return Fingerprint.of(Files.readAttributes(file, BasicFileAttributes.class));
        } catch (NoSuchFileException e) {
            return Fingerprint.MISSING;
        }
    }

    public byte[] read(Path file) throws IOException {
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            return in.readAllBytes();
        } catch (java.io.FileNotFoundException e) {
            throw Files.exists(file) ? e : new NoSuchFileException(file.toString());
        }
    }

    /** Writes a new file; it is an error if there is one. */
    public void create(Path file, Body body) throws IOException {
        write(file, body, false);
    }

    /** As {@link #create}; returns when the content would survive a power cut. */
    public void createDurably(Path file, Body body) throws IOException {
        write(file, body, true);
    }

    private static void write(Path file, Body body, boolean sync) throws IOException {
        Files.createFile(file);
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            Chunks chunks = new Chunks(out);
            body.writeTo(chunks);
            chunks.flush();
            if (sync) {
                out.getFD().sync();
            }
        }
    }

    /**
     * A buffer without the lock that the JDK's takes for each of the ten thousands of entries. It grows with what is
     * written, since most files are a few hundred bytes.
     */
    private static final class Chunks extends OutputStream {
        private final OutputStream out;
        private byte[] buffer = {};
        private int filled;

        Chunks(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > BUFFER - filled) {
                flush();
            }
            if (length > BUFFER) {
                out.write(bytes, offset, length);
                return;
            }
            if (length > buffer.length - filled) {
                buffer = Arrays.copyOf(buffer, Math.min(BUFFER, Math.max(2 * buffer.length, filled + length)));
            }
            System.arraycopy(bytes, offset, buffer, filled, length);
            filled += length;
        }

        @Override
        public void flush() throws IOException {
            out.write(buffer, 0, filled);
            filled = 0;
        }
    }

    public void sync(Path file) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            open.getFD().sync();
        }
    }

    /** A small file replaced as a whole: after a crash at any moment it holds the old content or the new, durably. */
    public void replace(Path file, byte[] content) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".new");
        delete(aside);
        createDurably(aside, out -> out.write(content));
        rename(aside, file);
        syncDirectory(parent(file));
    }

    /** Adds to the end of a file, which it makes if there is none; returns when that would survive a power cut. */
    public void append(Path file, byte[] content) throws IOException {
        boolean isNew = !Files.exists(file);
        try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
            out.write(content);
            out.getFD().sync();
        }
        if (isNew) {
            syncDirectory(parent(file));
        }
    }

    /** Cuts a file off at {@code length}, durably. */
    public void truncate(Path file, long length) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(length);
            open.getFD().sync();
        }
    }

    /** A file that is written at places of the writer's choice. Used by one thread at a time. */
    public interface Writable extends Closeable {
        /** When the file was opened {@code durably}, this returns when the bytes would survive a power cut. */
        void write(long at, byte[] bytes) throws IOException;

        /** Makes durable what was written so far. */
        void sync() throws IOException;
    }

    /** Opens an existing file for {@link Writable}. An interrupt of its user does not close it. */
    public Writable open(Path file, boolean durably) throws IOException {
        RandomAccessFile open = new RandomAccessFile(file.toFile(), durably ? "rwd" : "rw");
        return new Writable() {
            @Override
            public void write(long at, byte[] bytes) throws IOException {
                open.seek(at);
                open.write(bytes);
            }

            @Override
            public void sync() throws IOException {
                open.getFD().sync();
            }

            @Override
            public void close() throws IOException {
                open.close();
            }
        };
    }

    /** A file that is read at places of the reader's choice. Used by one thread at a time. */
    public interface Readable extends Closeable {
        /** Reads at most {@code most} bytes; returns how many, or -1 at the end. */
        int read(long at, byte[] into, int from, int most) throws IOException;
    }

    /** Opens an existing file for {@link Readable}; what is read stays this file's, whatever becomes of its name. */
    public Readable openToRead(Path file) throws IOException {
        RandomAccessFile open = new RandomAccessFile(file.toFile(), "r");
        return new Readable() {
            @Override
            public int read(long at, byte[] into, int from, int most) throws IOException {
                open.seek(at);
                return open.read(into, from, most);
            }

            @Override
            public void close() throws IOException {
                open.close();
            }
        };
    }

    /** How many bytes may still be written to the file system of {@code directory}. */
    public long usableSpace(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    private static Path parent(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    /** Makes renames and links in a directory durable. */
    public void syncDirectory(Path directory) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (!trySyncDirectory(directory)) {
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean trySyncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory)) {
            channel.force(true);
            return true;
        } catch (ClosedByInterruptException e) {
            return false;
        }
    }

    /** Replaces {@code to} in one step. */
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Gives a file a second name in one step.
     *
     * @return false where the file system can't
     * @throws FileAlreadyExistsException when the name is taken
     */
    public boolean link(Path existing, Path name) throws IOException {
        try {
            Files.createLink(name, existing);
            return true;
        } catch (UnsupportedOperationException e) {
            return false;
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
            throw e;
        } catch (FileSystemException e) {
            // Also what EPERM and EXDEV look like; whatever else it was, the fallback fails with a better message.
            return false;
        }
    }

    /** Keeps a file's content on the disk, whatever becomes of its name, until it is closed; if it can be opened. */
    public Closeable hold(Path file) {
        try {
            return FileChannel.open(file);
        } catch (IOException e) {
            return () -> {};
        }
    }

    public void copy(Path from, Path to) throws IOException {
        byte[] content = read(from);
        createDurably(to, out -> out.write(content));
    }

    /** Gives the content a second name: a link where that works, else a copy. */
    public void keep(Path file, Path name) throws IOException {
        if (!link(file, name)) {
            copy(file, name);
        }
    }

    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /** Makes one directory if it isn't there; never its parent, so a state directory that is gone is not made anew. */
    public void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            try {
                Files.createDirectory(directory);
            } catch (FileAlreadyExistsException madeByAnother) {
                return;
            }
            Path parent = directory.getParent();
            if (parent != null) {
                syncDirectory(parent);
            }
        }
    }

    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    /** The names in a directory in order; none where it doesn't exist. */
    public List<String> list(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(path -> names.add(String.valueOf(path.getFileName())));
        } catch (NoSuchFileException e) {
            return List.of();
        }
        Collections.sort(names);
        return names;
    }
}
