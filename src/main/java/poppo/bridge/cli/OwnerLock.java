package poppo.bridge.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;

/**
 * Makes one bridge the owner of a state directory: a lock of the operating system on {@code .bridge/owner.lock}, which
 * goes with the process however it ends. The file names the owner's pid for people; the lock is what counts.
 */
final class OwnerLock implements AutoCloseable {
    private final FileChannel channel;

    private OwnerLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws BridgeException.Unavailable when another bridge owns the directory */
    static OwnerLock acquire(Path bridgeDirectory) {
        Path file = bridgeDirectory.resolve("owner.lock");
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new BridgeException.Unavailable(bridgeDirectory.getParent() + " belongs to the bridge with pid "
                        + Files.readString(file).strip() + "; stop that one first");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new OwnerLock(channel);
        } catch (IOException e) {
            throw new BridgeException.Unavailable(file + " can't be locked: " + e + "; check its permissions", e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
