package poppo.bridge.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.Fingerprint;

/**
 * The next version of a file on its way into place: written aside and made durable, then renamed over the old one,
 * which becomes {@code <file>.backup} without being copied. Until {@link #publish} nothing that others read has changed;
 * {@link #abandon} leaves no trace.
 */
final class Revision {
    private final Disk disk;
    private final Path file;
    private final Path next;
    private final Path previous;
    private final boolean keepsPrevious;
    private final boolean removes;

    private Revision(Disk disk, AsideNames names, Path file, boolean keepsPrevious, boolean removes) {
        this.disk = disk;
        this.file = file;
        this.next = names.workInProgress(file);
        this.previous = names.workInProgress(file);
        this.keepsPrevious = keepsPrevious;
        this.removes = removes;
    }

    /**
     * Writes the new version aside.
     *
     * @param keepsPrevious whether the version in place is worth being the backup
     */
    static Revision write(Disk disk, AsideNames names, Path file, Disk.Body body, boolean keepsPrevious)
            throws IOException {
        Revision revision = new Revision(disk, names, file, keepsPrevious, false);
        revision.prepare(body);
        return revision;
    }

    /** A version in which there is no file. */
    static Revision removal(Disk disk, AsideNames names, Path file, boolean keepsPrevious) throws IOException {
        Revision revision = new Revision(disk, names, file, keepsPrevious, true);
        revision.prepare(out -> {});
        return revision;
    }

    private void prepare(Disk.Body body) throws IOException {
        try {
            if (!removes) {
                disk.createDurably(next, body);
            }
            if (keepsPrevious) {
                disk.keep(file, previous);
            }
        } catch (IOException | RuntimeException e) {
            abandon();
            throw e;
        }
    }

    /** What the file will be known by once published. */
    Fingerprint fingerprint() throws IOException {
        return removes ? Fingerprint.MISSING : disk.look(next);
    }

    /** Puts the new version in place; when this fails the old one may or may not be there. */
    void publish() throws IOException {
        if (removes) {
            disk.delete(file);
        } else {
            disk.rename(next, file);
        }
    }

    /**
     * Makes the old version the backup. Only now, so that the backup never is the same inode as the file in place: a
     * program that rewrites a backup in place would change both.
     */
    void keepPrevious(Discards discards) throws IOException {
        if (keepsPrevious) {
            Path backup = file.resolveSibling(file.getFileName() + ".backup");
            Closeable replaced = disk.hold(backup);
            try {
                disk.rename(previous, backup);
            } finally {
                discards.add(replaced);
            }
        }
    }

    /** Removes what was prepared, as far as the disk lets us. */
    void abandon() {
        for (Path leftover : new Path[] {next, previous}) {
            try {
                disk.delete(leftover);
            } catch (IOException e) {
                System.getLogger(FileStateManager.class.getName())
                        .log(System.Logger.Level.WARNING, "could not delete " + leftover + ": " + Reasons.of(e));
            }
        }
    }
}
