package poppo.bridge.legacy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.function.BiConsumer;
import java.util.function.LongPredicate;

/**
 * What a legacy class sees of the machine it runs on. {@link #here()} is this one; a test changes single parts of it,
 * for example to be a peer in another container.
 *
 * @param clock what the classes stamp; it does not measure how long they wait for a lock
 * @param pid the own process id, as it is written into locks and issues
 * @param running whether a process of that id runs on this host
 * @param lockTimeout how long a lock is waited for, 5 s in the original
 * @param hook called when a {@link Moment} is reached, with the file it is about, on the thread that reached it
 */
public record LegacyHost(
        Clock clock, long pid, LongPredicate running, Duration lockTimeout, BiConsumer<Moment, Path> hook) {

    /** The places where two legacy processes get into each other's way. */
    public enum Moment {
        /** The lock file exists and is still empty. */
        LOCK_CREATED,
        /** The lock file names its holder, who is about to begin. */
        LOCK_TAKEN,
        /** The file was read and its lock released; it will be locked again and written. */
        READ_AND_RELEASED,
        /** The new content stands in the temporary file, which is about to be renamed. */
        TEMPORARY_WRITTEN
    }

    private static final Duration ORIGINAL_LOCK_TIMEOUT = Duration.ofSeconds(5);
    /** As {@code Date.prototype.toISOString}, which always prints three digits of milliseconds. */
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** This machine, this process, the system's clock, the original time-out. */
    public static LegacyHost here() {
        return new LegacyHost(
                Clock.systemUTC(),
                ProcessHandle.current().pid(),
                LegacyHost::runsHere,
                ORIGINAL_LOCK_TIMEOUT,
                (moment, file) -> {});
    }

    public LegacyHost withClock(Clock other) {
        return new LegacyHost(other, pid, running, lockTimeout, hook);
    }

    public LegacyHost withPid(long other) {
        return new LegacyHost(clock, other, running, lockTimeout, hook);
    }

    public LegacyHost withRunning(LongPredicate other) {
        return new LegacyHost(clock, pid, other, lockTimeout, hook);
    }

    public LegacyHost withLockTimeout(Duration other) {
        return new LegacyHost(clock, pid, running, other, hook);
    }

    public LegacyHost withHook(BiConsumer<Moment, Path> other) {
        return new LegacyHost(clock, pid, running, lockTimeout, other);
    }

    String now() {
        return ISO.format(clock.instant());
    }

    long millis() {
        return clock.millis();
    }

    Instant ago(Duration age) {
        return clock.instant().minus(age);
    }

    void reached(Moment moment, Path file) {
        hook.accept(moment, file);
    }

    private static boolean runsHere(long pid) {
        return pid > 0 && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}
