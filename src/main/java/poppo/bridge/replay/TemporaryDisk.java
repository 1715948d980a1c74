package poppo.bridge.replay;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import poppo.bridge.machine.Disk;

/** A disk for what is thrown away after a power cut anyhow: everything is done as on any other, but for the waiting. */
final class TemporaryDisk extends Disk {
    @Override
    public void createDurably(Path file, Body body) throws IOException {
        create(file, body);
    }

    @Override
    public void append(Path file, byte[] content) throws IOException {
        try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
            out.write(content);
        }
    }

    @Override
    public Writable open(Path file, boolean durably) throws IOException {
        return super.open(file, false);
    }

    @Override
    public void sync(Path file) {}

    @Override
    public void syncDirectory(Path directory) {}
}
