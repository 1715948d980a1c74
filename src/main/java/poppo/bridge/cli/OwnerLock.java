package poppo.bridge.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;

/**
 * Makes one bridge the owner of a state directory: a lock of the operating system on {@code .bridge/owner.lock}, which
 * goes with the process however it ends. The file names the owner's pid for people; the lock is what counts.
 *
 * <p>A lock is on a file, not on its name: after the file was removed, a second bridge could lock another one of that name.
 * So the lock counts only while the locked file is the one at its path, which is verified when it is taken and is to be
 * looked at again every {@link #LOOK_EVERY}. A lock file that is new gives an owner of an earlier one {@link #SETTLING} to
 * notice, before whoever locked it may touch the directory.
 *
 * <p>While it is locked, nothing in this process may open the file: to POSIX, closing any descriptor of a file gives up the
 * process's locks on it. That is why its identity is asked for by its path, and why the locks held here are known by it.
 */
final class OwnerLock implements AutoCloseable {
    /** How often an owner must look whether it {@linkplain #isInForce() still is one}. */
    static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private static final Duration SETTLING = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final int TRIES = 50;
    private static final String BRIDGE = ".bridge";
    private static final String NAME = "owner.lock";

    /** Ends the pid in a file whose owner has settled. */
    private static final String SETTLED = "\n";

    /** The identities of the files locked by this process. */
    private static final Set<Object> LOCKED_HERE = ConcurrentHashMap.newKeySet();

    private final Path bridgeDirectory;
    private final Path file;
    private final Object identity;
    private final FileChannel channel;
    private volatile boolean isGivenUp;

    private OwnerLock(Path bridgeDirectory, Object identity, FileChannel channel) {
        this.bridgeDirectory = bridgeDirectory;
        this.file = bridgeDirectory.resolve(NAME);
        this.identity = identity;
        this.channel = channel;
    }

    /** What came of an attempt to own a directory. */
    sealed interface Attempt {}

    /** The directory is ours. */
    record Owned(OwnerLock lock) implements Attempt {}

    /**
     * It is another bridge's.
     *
     * @param pid the owner's; 0 while it has not named itself
     */
    record Taken(long pid) implements Attempt {
        /** The owner, in a sentence. */
        String owner() {
            return pid == 0 ? "another bridge" : "the bridge with pid " + pid;
        }
    }

    /**
     * Tries to own a directory; creates {@code .bridge} where there is none, and reads and writes nothing else.
     *
     * @throws BridgeException.Unavailable when the directory is out of reach
     */
    static Attempt attempt(Path stateDirectory, Pace pace) {
        Path bridgeDirectory = directory(stateDirectory).resolve(BRIDGE);
        Path file = bridgeDirectory.resolve(NAME);
        Attempt last = null;
        try {
            for (int i = 0; i < TRIES; i++) {
                last = new Try(bridgeDirectory, pace).run();
                if (last instanceof Owned || last instanceof Taken taken && taken.pid() != 0) {
                    return last;
                }
                pace.pause(PAUSE);
            }
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    file + " can't be locked: " + e + "; check its permissions, and that its file system has locks", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BridgeException.Unavailable("interrupted while locking " + file + "; start again", e);
        }
        if (last == null) {
            throw new BridgeException.Unavailable(
                    file + " is removed or replaced again and again; find out by whom, and start again");
        }
        return last;
    }

    /** As {@link #attempt}, where somebody else's directory is an error. */
    static OwnerLock acquire(Path stateDirectory) {
        Attempt attempt = attempt(stateDirectory, Pace.SYSTEM);
        if (attempt instanceof Owned owned) {
            return owned.lock();
        }
        throw new BridgeException.Unavailable(
                stateDirectory + " belongs to " + ((Taken) attempt).owner() + "; stop that one first");
    }

    private static Path directory(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new BridgeException.Unavailable(
                    "the state directory " + directory + " does not exist; create it, or correct bridge.state-dir");
        }
        if (!Files.isReadable(directory) || !Files.isWritable(directory)) {
            throw new BridgeException.Unavailable("the state directory " + directory
                    + " can't be read and written; give the bridge's user the right to");
        }
        return directory;
    }

    /** One try for the file that is at the path now. */
    private static final class Try {
        private final Path bridgeDirectory;
        private final Path file;
        private final Pace pace;

        Try(Path bridgeDirectory, Pace pace) {
            this.bridgeDirectory = bridgeDirectory;
            this.file = bridgeDirectory.resolve(NAME);
            this.pace = pace;
        }

        /** Null when the file was replaced meanwhile, which says nothing about who owns the directory. */
        @Nullable
        Attempt run() throws IOException, InterruptedException {
            create();
            Object identity = identity(file);
            if (identity == null) {
                return null;
            }
            if (!LOCKED_HERE.add(identity)) {
                return new Taken(ProcessHandle.current().pid());
            }
            FileChannel channel = null;
            Attempt attempt = null;
            try {
                channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                attempt = lock(identity, channel);
                return attempt;
            } catch (NoSuchFileException gone) {
                return null;
            } finally {
                if (!(attempt instanceof Owned)) {
                    if (channel != null) {
                        channel.close();
                    }
                    LOCKED_HERE.remove(identity);
                }
            }
        }

        /** Never opens what exists. */
        private void create() throws IOException {
            try {
                Files.createDirectories(bridgeDirectory);
                Files.createFile(file);
            } catch (FileAlreadyExistsException | NoSuchFileException whichIsSeenNext) {
                return;
            }
        }

        private @Nullable Attempt lock(Object identity, FileChannel channel) throws IOException, InterruptedException {
            if (channel.tryLock() == null) {
                return new Taken(pid(read(channel)));
            }
            boolean isNew = !read(channel).endsWith(SETTLED);
            String pid = Long.toString(ProcessHandle.current().pid());
            write(channel, pid);
            if (isNew && identity.equals(identity(file))) {
                pace.pause(SETTLING);
            }
            if (!identity.equals(identity(file))) {
                return null;
            }
            write(channel, pid + SETTLED);
            return new Owned(new OwnerLock(bridgeDirectory, identity, channel));
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(32);
        channel.read(content, 0);
        return new String(content.array(), 0, content.position(), StandardCharsets.US_ASCII);
    }

    /** Over what is there, so that a reader in between finds one pid or the other. */
    private static void write(FileChannel channel, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
        channel.write(ByteBuffer.wrap(bytes), 0);
        channel.truncate(bytes.length);
    }

    private static long pid(String content) {
        String digits = content.strip();
        return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : 0;
    }

    /** Null when there is no file. */
    private static @Nullable Object identity(Path file) throws IOException {
        try {
            Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            if (key == null) {
                throw new IOException("its file system gives files no identity");
            }
            return key;
        } catch (NoSuchFileException gone) {
            return null;
        }
    }

    Path bridgeDirectory() {
        return bridgeDirectory;
    }

    Path file() {
        return file;
    }

    /**
     * Whether the lock was not lost: the locked file still is the one that others would lock, or was given up. A file that
     * can't be looked at is no sign of another owner.
     */
    boolean isInForce() {
        try {
            return identity.equals(identity(file)) || isGivenUp;
        } catch (IOException unknown) {
            return true;
        }
    }

    /** Gives the directory up as one that no bridge has been on, if there is nothing but the lock to show for it. */
    void leaveNoTrace() {
        isGivenUp = true;
        try (Stream<Path> entries = Files.list(bridgeDirectory)) {
            if (entries.toList().equals(List.of(file))) {
                Files.delete(file);
                Files.delete(bridgeDirectory);
            }
        } catch (IOException e) {
            // The directory is refused for another reason, which must be told; this one only leaves an empty directory.
            return;
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        isGivenUp = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            LOCKED_HERE.remove(identity);
        }
    }
}
