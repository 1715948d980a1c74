package poppo.bridge.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.Fingerprint;
import poppo.bridge.state.BridgeException;

/**
 * A lock file as the legacy classes use it (spec/legacy-files.md): created exclusively, its content the holder's pid in
 * decimal. Both legacy protocols are this one, under different names.
 *
 * <p>Better than its peers in what they can't see: it appears together with its content, a dead holder's lock is removed
 * only if it still is that one, and a live holder's never.
 */
final class LegacyLock {
    static final Duration PATIENCE = Duration.ofSeconds(5);
    static final Duration POLL = Duration.ofMillis(100);

    /** The locks that this JVM holds or is about to: our own pid in any other is left from an earlier process. */
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path path;
    /** For people: the path within the state directory. */
    private final String name;

    private final Path pidFile;
    private final Disk disk;
    private final Ticker ticker;
    private final AsideNames names;
    private final Notices notices;

    /** @param pidFile where a file with our pid is, or is to be made */
    LegacyLock(Path path, String name, Path pidFile, Disk disk, Ticker ticker, AsideNames names, Notices notices) {
        this.path = path;
        this.name = name;
        this.pidFile = pidFile;
        this.disk = disk;
        this.ticker = ticker;
        this.names = names;
        this.notices = notices;
    }

    /**
     * Waits for the lock, at most {@link #PATIENCE}.
     *
     * @throws BridgeException.Unavailable naming the holder
     */
    Held acquire() {
        try {
            return await();
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    "the lock " + name + " could not be taken (" + Reasons.of(e)
                            + "); see that the bridge may write to that directory",
                    e);
        }
    }

    private Held await() throws IOException {
        long start = ticker.nanoTime();
        Sight suspect = null;
        while (true) {
            Held held = tryTake();
            if (held != null) {
                return held;
            }
            Sight sight = look(path);
            if (sight != null && isStale(sight, suspect)) {
                removeStale(sight);
                suspect = null;
                continue;
            }
            if (ticker.nanoTime() - start >= PATIENCE.toNanos()) {
                throw stillHeld(sight);
            }
            suspect = sight;
            ticker.sleep(POLL.toNanos());
        }
    }

    private @Nullable Held tryTake() throws IOException {
        if (!OURS.add(path)) {
            return null;
        }
        Held held = null;
        try {
            held = take();
            return held;
        } finally {
            if (held == null) {
                OURS.remove(path);
            }
        }
    }

    private @Nullable Held take() throws IOException {
        try {
            if (!linkPidFile()) {
                makeParent(path);
                disk.create(path, LegacyLock::writePid);
            }
        } catch (FileAlreadyExistsException e) {
            return null;
        }
        Sight sight = look(path);
        // Gone or changed already: a legacy waiter whose time was up took ours for the one it had waited on.
        return sight != null && isOwn(sight) ? new Held(sight.fingerprint()) : null;
    }

    /** The lock is one more name of a file that holds our pid and stays: so it is never seen empty, and costs one call. */
    private boolean linkPidFile() throws IOException {
        try {
            return disk.link(pidFile, path);
        } catch (NoSuchFileException e) {
            makeParent(path);
            makePidFile();
            return disk.link(pidFile, path);
        }
    }

    /** Never the state directory itself, which both are in: one that is gone must not be made anew, and empty. */
    private void makeParent(Path file) throws IOException {
        if (!parent(file).equals(parent(parent(pidFile)))) {
            disk.makeDirectory(parent(file));
        }
    }

    private void makePidFile() throws IOException {
        makeParent(pidFile);
        Path aside = names.workInProgress(pidFile);
        disk.create(aside, LegacyLock::writePid);
        disk.rename(aside, pidFile);
        for (String other : disk.list(parent(pidFile))) {
            // Left by a bridge that was killed. One that lives elsewhere would make its file again.
            if (other.matches("pid\\.\\d{1,18}") && !isRunning(Long.parseLong(other.substring(4)))) {
                disk.delete(pidFile.resolveSibling(other));
            }
        }
    }

    private static boolean isRunning(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static void writePid(java.io.OutputStream out) throws IOException {
        out.write(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean isOwn(Sight sight) {
        Long pid = sight.pid();
        return pid != null && pid == ProcessHandle.current().pid();
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? Path.of("") : parent;
    }

    /**
     * A lock without a readable pid gets until the next look: a legacy StatusManager creates it empty and writes the pid
     * a moment later.
     */
    private boolean isStale(Sight sight, @Nullable Sight before) {
        Long pid = sight.pid();
        if (pid == null) {
            return sight.equals(before);
        }
        if (isOwn(sight)) {
            return !OURS.contains(path);
        }
        return !isRunning(pid);
    }

    /** Takes the lock away first and looks at it then, so that a newcomer's lock is noticed and put back. */
    private void removeStale(Sight judged) throws IOException {
        Path aside = names.workInProgress(path);
        try {
            disk.rename(path, aside);
        } catch (NoSuchFileException e) {
            return;
        }
        if (judged.equals(look(aside))) {
            notices.add("removed the stale lock " + name + " " + judged.holder());
        } else {
            putBack(aside);
        }
        disk.delete(aside);
    }

    private void putBack(Path newcomers) throws IOException {
        try {
            if (!disk.link(newcomers, path)) {
                byte[] content = disk.read(newcomers);
                disk.create(path, out -> out.write(content));
            }
        } catch (FileAlreadyExistsException e) {
            notices.add("two writers met on the lock " + name + "; the one that was moved for a moment will notice");
        }
    }

    private @Nullable Sight look(Path lock) throws IOException {
        try {
            Fingerprint fingerprint = disk.look(lock);
            return fingerprint.isMissing() ? null : new Sight(fingerprint, content(lock));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private String content(Path lock) throws IOException {
        try {
            return new String(disk.read(lock), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            return "";
        }
    }

    private BridgeException.Unavailable stillHeld(@Nullable Sight sight) {
        String holder = sight == null ? "by one after another" : sight.holder();
        return new BridgeException.Unavailable("the lock " + name + " has been held " + holder + " for "
                + PATIENCE.toSeconds() + " s; try again, or delete that file if the process no longer works here");
    }

    /** A lock file as it was seen once. */
    private record Sight(Fingerprint fingerprint, String content) {
        @Nullable
        Long pid() {
            String digits = content.strip();
            boolean readable =
                    !digits.isEmpty() && digits.length() <= 18 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
            return readable ? Long.valueOf(digits) : null;
        }

        String holder() {
            Long pid = pid();
            return pid == null ? "by nobody (there is no pid in it)" : "by process " + pid;
        }
    }

    /** The lock, taken. */
    final class Held implements AutoCloseable {
        private final Fingerprint taken;
        private boolean released;

        Held(Fingerprint taken) {
            this.taken = taken;
        }

        /**
         * Whether it is still there and ours: a legacy waiter removes a lock after 5 s, whoever holds it. The inode can't
         * have become another's, since the pid file keeps it.
         */
        boolean isOurs() {
            try {
                return !released && taken.equals(disk.look(path));
            } catch (IOException e) {
                return false;
            }
        }

        /** Lets go; a lock that has become another's stays. Does nothing the second time. */
        @Override
        public void close() {
            if (released) {
                return;
            }
            try {
                if (isOurs()) {
                    disk.delete(path);
                }
            } catch (IOException e) {
                notices.add("the lock " + name + " could not be removed (" + Reasons.of(e) + "); delete that file");
            } finally {
                released = true;
                OURS.remove(path);
            }
        }
    }
}
