package poppo.bridge.machine;

import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells one version of a file from another without reading it. All writers of these files write aside and rename, so a
 * new version is a new inode; size and time are there for a reused inode and for writes in place.
 *
 * @param inode null where the file system has none
 * @param size -1 for no file
 * @param modified in nanoseconds, as fine as the file system keeps it
 */
public record Fingerprint(@Nullable Object inode, long size, long modified) {
    public static final Fingerprint MISSING = new Fingerprint(null, -1, 0);

    /** Equals that of no file, so that the next look reads it anew. */
    public static final Fingerprint UNKNOWN = new Fingerprint(null, -2, 0);

    static Fingerprint of(BasicFileAttributes attributes) {
        return new Fingerprint(
                attributes.fileKey(),
                attributes.size(),
                attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    }

    public boolean isMissing() {
        return size == -1;
    }
}
