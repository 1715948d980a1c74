package poppo.bridge.migration;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import poppo.bridge.migration.Finding.Level;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.LocalStateManager;

/** The doctor's look at the state directory. Writes nothing. */
final class DirectoryExam {
    private static final long MIN_FREE_BYTES = 256L << 20;
    /** A legacy lock is held for one rewrite, and taken for stale after five seconds. */
    private static final Duration LONG_HELD = Duration.ofSeconds(5);
    /** On these a rename may not be atomic, a lock not exclusive, or a change not told of. */
    private static final Set<String> REMOTE = Set.of("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "afs", "ceph");

    private final Path stateDirectory;
    private final LocalStateManager files;
    private final Clock clock;

    DirectoryExam(Path stateDirectory, LocalStateManager files, Clock clock) {
        this.stateDirectory = stateDirectory;
        this.files = files;
        this.clock = clock;
    }

    List<Finding> examine() {
        return List.of(access(), permissions(), space(), fileSystem(), shapes(), locks());
    }

    /** What the state files take on the disk. */
    long stateBytes() {
        return stateFiles().stream().mapToLong(file -> file.toFile().length()).sum();
    }

    private List<Path> stateFiles() {
        try (Stream<Path> entries = Files.list(stateDirectory)) {
            return entries.filter(entry -> entry.toString().endsWith(".json")).toList();
        } catch (IOException e) {
            throw new BridgeException.Unavailable(stateDirectory + " can't be listed: " + e + "; check it", e);
        }
    }

    private Finding access() {
        List<String> closed = new ArrayList<>();
        for (Path file : stateFiles()) {
            if (!Files.isReadable(file) || !Files.isWritable(file)) {
                closed.add(String.valueOf(file.getFileName()));
            }
        }
        if (!Files.isWritable(stateDirectory)) {
            closed.add("the directory itself");
        }
        return closed.isEmpty()
                ? Finding.ok("state-directory", "readable and writable")
                : new Finding(
                        "state-directory",
                        Level.ERROR,
                        "not readable and writable: " + String.join(", ", closed),
                        "give the bridge's user the right to read and write there");
    }

    private Finding permissions() {
        try {
            boolean open = Files.getPosixFilePermissions(stateDirectory).contains(PosixFilePermission.OTHERS_WRITE);
            return open
                    ? new Finding(
                            "permissions",
                            Level.WARNING,
                            "every user of this machine may write the state directory",
                            "chmod o-w on it")
                    : Finding.ok("permissions", "not writable by everybody");
        } catch (IOException | UnsupportedOperationException e) {
            return Finding.ok("permissions", "not told by this file system");
        }
    }

    private Finding space() {
        try {
            long free = Files.getFileStore(stateDirectory).getUsableSpace();
            // A rewrite needs the new version beside the old one and its backup.
            long needed = Math.max(MIN_FREE_BYTES, 3 * stateBytes());
            String found = Doctor.megabytes(free) + " free";
            return free >= needed
                    ? Finding.ok("disk-space", found)
                    : new Finding("disk-space", Level.ERROR, found, "free at least " + Doctor.megabytes(needed));
        } catch (IOException e) {
            return new Finding("disk-space", Level.WARNING, "can't be told: " + e.getMessage(), "check it by hand");
        }
    }

    private Finding fileSystem() {
        try {
            FileStore disk = Files.getFileStore(stateDirectory);
            if (REMOTE.contains(disk.type())) {
                return new Finding(
                        "file-system",
                        Level.WARNING,
                        disk.type() + ": locks, renames and fsync may not do there what they do on a local disk",
                        "keep the state directory on a local file system");
            }
            if (disk.type().equals("tmpfs")) {
                return new Finding(
                        "file-system",
                        Level.WARNING,
                        "tmpfs: the state is gone after a restart of the machine",
                        "keep the state directory on a disk");
            }
            return Finding.ok("file-system", disk.type());
        } catch (IOException e) {
            return new Finding("file-system", Level.WARNING, "can't be told: " + e.getMessage(), "check it by hand");
        }
    }

    private Finding shapes() {
        List<String> notices = files.notices();
        return notices.isEmpty()
                ? Finding.ok("state-files", "in the shape that is written today, no leftovers")
                : new Finding(
                        "state-files",
                        Level.WARNING,
                        String.join("; ", notices),
                        "odd shapes need nothing: the next write puts them in today's; see to what is said to be left"
                                + " behind");
    }

    /** Lock files without a running owner, and such as are held too long; those that come and go with a write are none. */
    private Finding locks() {
        List<String> stale = new ArrayList<>();
        List<String> held = new ArrayList<>();
        collect(stateDirectory, stale, held);
        collect(stateDirectory.resolve(".locks"), stale, held);
        if (!held.isEmpty()) {
            return new Finding(
                    "locks",
                    Level.WARNING,
                    "held by a running process for more than " + LONG_HELD.toSeconds() + " s: "
                            + String.join(", ", held),
                    "see what that process is waiting for; nobody else can write the file meanwhile");
        }
        return stale.isEmpty()
                ? Finding.ok("locks", "no stale lock files, none held long")
                : new Finding(
                        "locks",
                        Level.WARNING,
                        "left by dead processes: " + String.join(", ", stale),
                        "remove them; the bridge does so by itself when it meets one");
    }

    private void collect(Path directory, List<String> stale, List<String> held) {
        try (Stream<Path> entries = Files.list(directory)) {
            entries.filter(entry -> entry.toString().endsWith(".lock"))
                    .filter(entry -> !entry.endsWith("poppo-node.lock"))
                    .forEach(entry -> judge(entry, stale, held));
        } catch (IOException e) {
            // No such directory: no locks.
            return;
        }
    }

    private void judge(Path lock, List<String> stale, List<String> held) {
        String name = String.valueOf(lock.getFileName());
        try {
            long pid = Long.parseLong(Files.readString(lock).strip());
            Instant since = Files.getLastModifiedTime(lock).toInstant();
            if (ProcessHandle.of(pid).isEmpty()) {
                stale.add(name);
            } else if (since.plus(LONG_HELD).isBefore(clock.instant())) {
                held.add(name + " by pid " + pid);
            }
        } catch (IOException gone) {
            return;
        } catch (NumberFormatException notAPid) {
            stale.add(name);
        }
    }
}
