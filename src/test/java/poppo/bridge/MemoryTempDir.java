package poppo.bridge;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Makes the tests' directories in memory where the system has room for it: what they wait for otherwise is the disk, at each
 * fsync. They lose nothing by it, since no test cuts the power; what an fsync is needed for is shown by disks that forget
 * what was not synced.
 */
public final class MemoryTempDir implements TempDirFactory {
    private static final File MEMORY = new File("/dev/shm");
    private static final long ENOUGH = 4L << 30;

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws Exception {
        return MEMORY.isDirectory() && MEMORY.canWrite() && MEMORY.getUsableSpace() >= ENOUGH
                ? Files.createTempDirectory(MEMORY.toPath(), "bridge-test")
                : TempDirFactory.Standard.INSTANCE.createTempDirectory(element, context);
    }
}
