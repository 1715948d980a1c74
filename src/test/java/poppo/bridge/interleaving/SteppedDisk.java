package poppo.bridge.interleaving;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import poppo.bridge.machine.Disk;

/**
 * The disk under {@code .bridge} as one life of the bridge sees it: each effect is an await point before and after, and one
 * in the middle of a write. Where the bridge holds a monitor meanwhile nobody else can have a turn, but it can be killed.
 */
class SteppedDisk extends Disk {
    private final Platter platter;
    private final Life life;
    private final Weather weather;
    private final Path journal;
    private final Runnable killSometimes;

    SteppedDisk(Platter platter, Life life, Weather weather, Path journal, Runnable killSometimes) {
        this.platter = platter;
        this.life = life;
        this.weather = weather;
        this.journal = journal;
        this.killSometimes = killSometimes;
    }

    @FunctionalInterface
    private interface Effect {
        void take() throws IOException;
    }

    private void effect(Path file, String what, Effect effect) throws IOException {
        Trouble trouble = before(file, what);
        effect.take();
        after(file, what, trouble);
    }

    private Trouble before(Path file, String what) throws IOException {
        point(file, what);
        Trouble trouble = weather.disk();
        if (trouble == Trouble.REFUSED) {
            throw new IOException("refused: " + what + " " + file.getFileName());
        }
        return trouble;
    }

    private void after(Path file, String what, Trouble trouble) throws IOException {
        point(file, what + " done" + (trouble == Trouble.NONE ? "" : ", " + trouble));
        if (trouble != Trouble.NONE) {
            throw new IOException("failed after all: " + what + " " + file.getFileName());
        }
    }

    private void point(Path file, String what) {
        if (file.startsWith(journal)) {
            life.at("disk " + what + " " + file.getFileName());
        } else {
            life.requireAlive();
            killSometimes.run();
            life.requireAlive();
        }
    }

    @Override
    public byte[] read(Path file) throws IOException {
        life.requireAlive();
        return platter.read(file);
    }

    @Override
    public List<String> list(Path directory) {
        life.requireAlive();
        return platter.list(directory);
    }

    @Override
    public void create(Path file, Body body) throws IOException {
        create(file, body, false);
    }

    @Override
    public void createDurably(Path file, Body body) throws IOException {
        create(file, body, true);
    }

    private void create(Path file, Body body, boolean durably) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        body.writeTo(bytes);
        effect(file, "create", () -> {
            Platter.Content content = platter.create(file);
            content.write(0, bytes.toByteArray());
            if (durably) {
                sync(content);
            }
            platter.mirror(file);
        });
    }

    @Override
    public void sync(Path file) throws IOException {
        effect(file, "sync", () -> sync(platter.open(file)));
    }

    void sync(Platter.Content content) {
        content.sync();
    }

    @Override
    public void append(Path file, byte[] bytes) throws IOException {
        effect(file, "append", () -> {
            Platter.Content content = platter.has(file) ? platter.open(file) : platter.create(file);
            content.write(content.size(), bytes);
            sync(content);
            platter.syncNames();
            platter.mirror(file);
        });
    }

    @Override
    public void truncate(Path file, long length) throws IOException {
        effect(file, "truncate", () -> platter.open(file).truncate((int) length));
    }

    @Override
    public Writable open(Path file, boolean durably) throws IOException {
        point(file, "open");
        Platter.Content content = platter.open(file);
        return new Writable() {
            @Override
            public void write(long at, byte[] bytes) throws IOException {
                Trouble trouble = before(file, "write");
                int half = bytes.length / 2;
                content.write((int) at, Arrays.copyOf(bytes, half));
                point(file, "write half");
                content.write((int) at + half, Arrays.copyOfRange(bytes, half, bytes.length));
                // A write that fails in the end may have reached the platter or not.
                if (durably && trouble == Trouble.NONE) {
                    SteppedDisk.this.sync(content);
                }
                after(file, "write", trouble);
            }

            @Override
            public void sync() throws IOException {
                Trouble trouble = before(file, "sync");
                if (trouble == Trouble.NONE) {
                    SteppedDisk.this.sync(content);
                }
                after(file, "sync", trouble);
            }

            @Override
            public void close() {
                life.requireAlive();
            }
        };
    }

    @Override
    public long usableSpace(Path directory) {
        return Long.MAX_VALUE;
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        effect(directory.resolve("."), "sync names", platter::syncNames);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        effect(from, "rename to " + to.getFileName(), () -> platter.rename(from, to));
    }

    @Override
    public void delete(Path file) throws IOException {
        if (platter.has(file)) {
            effect(file, "delete", () -> platter.delete(file));
        }
    }

    @Override
    public void makeDirectory(Path directory) {
        life.requireAlive();
    }
}
