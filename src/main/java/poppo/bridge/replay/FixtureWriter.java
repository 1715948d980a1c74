package poppo.bridge.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;

/**
 * Writes a fixture's operations line by line: each is handed to the operating system at once, and is on the disk after
 * the next {@link #sync}. So what a crash leaves is a fixture, at most with a torn last line. Thread-safe.
 */
public final class FixtureWriter implements AutoCloseable {
    private final Path file;
    private final Disk.Writable out;
    private long length;

    private FixtureWriter(Path file, Disk.Writable out) {
        this.file = file;
        this.out = out;
    }

    /**
     * Begins the operations of a fixture; its directory and header are on the disk when this returns.
     *
     * @throws BridgeException.Invalid when there are some already
     * @throws BridgeException.Unavailable when it can't be written
     */
    public static FixtureWriter begin(Disk disk, Path directory, Header header) {
        Path file = directory.resolve(Fixture.OPERATIONS);
        if (Files.exists(file)) {
            throw new BridgeException.Invalid("fixture", file + " exists; choose another name or remove it");
        }
        try {
            disk.makeDirectory(directory);
            FixtureWriter writer = new FixtureWriter(file, disk.open(file, false));
            writer.append(Lines.write(header));
            writer.sync();
            disk.syncDirectory(directory);
            return writer;
        } catch (IOException e) {
            throw cannot(file, e);
        }
    }

    /** Writes a fixture's operations as a whole, in the place of what is there. */
    static void replace(Disk disk, Fixture fixture) {
        StringBuilder text = new StringBuilder(line(Lines.write(fixture.header())));
        fixture.calls().forEach(call -> text.append(line(Lines.write(call))));
        try {
            disk.replace(fixture.operations(), text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw cannot(fixture.operations(), e);
        }
    }

    /** Adds a call. Callers see to it that the numbers come in their order. */
    public void add(Recorded call) {
        append(Lines.write(call));
    }

    private synchronized void append(ObjectNode json) {
        byte[] bytes = line(json).getBytes(StandardCharsets.UTF_8);
        try {
            out.write(length, bytes);
            length += bytes.length;
        } catch (IOException e) {
            throw cannot(file, e);
        }
    }

    private static String line(ObjectNode json) {
        return Json.compact(json) + "\n";
    }

    /** Puts on the disk what was added so far. */
    public synchronized void sync() {
        try {
            out.sync();
        } catch (IOException e) {
            throw cannot(file, e);
        }
    }

    private static BridgeException cannot(Path file, IOException e) {
        return new BridgeException.Unavailable(
                file + " can't be written: " + e + "; check its permissions and the space on its disk", e);
    }

    @Override
    public synchronized void close() {
        sync();
        try {
            out.close();
        } catch (IOException e) {
            throw cannot(file, e);
        }
    }
}
