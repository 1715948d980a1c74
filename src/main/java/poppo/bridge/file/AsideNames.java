package poppo.bridge.file;

import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicLong;
import poppo.bridge.machine.Disk;

/**
 * Names for files that stand beside the real ones. Work in progress is called as FileStateManager calls it,
 * {@code <file>.tmp.<pid>.<epoch-ms>}, since all programs on the directory pass over those.
 */
final class AsideNames {
    private static final DateTimeFormatter COMPACT =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);
    /** Of the whole JVM, so that two open directories, or one opened twice, never meet on a name. */
    private static final AtomicLong LAST = new AtomicLong();

    private final Clock clock;

    AsideNames(Clock clock) {
        this.clock = clock;
    }

    Path workInProgress(Path file) {
        long millis = LAST.updateAndGet(last -> Math.max(last + 1, clock.millis()));
        return file.resolveSibling(
                file.getFileName() + ".tmp." + ProcessHandle.current().pid() + "." + millis);
    }

    /** A name in {@code directory} that says which file it was and when it was put there. */
    Path kept(Path directory, Path file, Disk disk) throws java.io.IOException {
        String name = file.getFileName() + "." + COMPACT.format(clock.instant());
        Path path = directory.resolve(name);
        for (int i = 2; !disk.look(path).isMissing(); i++) {
            path = directory.resolve(name + "-" + i);
        }
        return path;
    }
}
