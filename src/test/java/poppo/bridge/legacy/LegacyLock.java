package poppo.bridge.legacy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A lock file as the legacy classes take it: created exclusively while still empty, the pid written afterwards, polled
 * every 100 ms, and released by whoever comes by, holder or not.
 */
final class LegacyLock {
    /** What a waiter does to a lock that stands in its way. */
    enum Manners {
        /** StatusManager: removes a lock whose pid is not running or cannot be read; leaves a live one alone. */
        REMOVES_DEAD,
        /** FileStateManager: never looks at the pid; removes the lock when it gives up, whoever holds it. */
        BREAKS_WHEN_LATE
    }

    private static final long POLL_MILLIS = 100;
    /** The part of a text that {@code parseInt} looks at. */
    private static final Pattern LEADING_INTEGER = Pattern.compile("\\s*(\\d{1,18})");

    private final Path file;
    private final Manners manners;
    private final LegacyHost host;

    LegacyLock(Path file, Manners manners, LegacyHost host) {
        this.file = file;
        this.manners = manners;
        this.host = host;
    }

    <T> T holding(Supplier<T> work) {
        acquire();
        try {
            return work.get();
        } finally {
            release();
        }
    }

    void holding(Runnable work) {
        holding(() -> {
            work.run();
            return null;
        });
    }

    /**
     * Waits for the lock.
     *
     * @throws LegacyException when the time is up
     */
    void acquire() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < host.lockTimeout().toNanos()) {
            if (created()) {
                host.reached(LegacyHost.Moment.LOCK_TAKEN, file);
                return;
            }
            if (manners == Manners.REMOVES_DEAD && !isValid()) {
                remove();
            } else {
                pause();
            }
        }
        giveUp();
    }

    void release() {
        remove();
    }

    private void giveUp() {
        if (manners == Manners.BREAKS_WHEN_LATE) {
            remove();
        }
        throw new LegacyException("Failed to acquire lock: timeout: " + file);
    }

    private boolean created() {
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            host.reached(LegacyHost.Moment.LOCK_CREATED, file);
            channel.write(ByteBuffer.wrap(Long.toString(host.pid()).getBytes(StandardCharsets.US_ASCII)));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isValid() {
        try {
            Matcher pid = LEADING_INTEGER.matcher(LegacyFiles.read(file));
            return pid.lookingAt() && host.running().test(Long.parseLong(pid.group(1)));
        } catch (IOException e) {
            // Also when the holder released it just now: the lock removed next may be a newcomer's.
            return false;
        }
    }

    private void remove() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LegacyException("interrupted while waiting for a lock", e);
        }
    }
}
