package poppo.bridge.web;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import poppo.bridge.machine.Disk;

/** The real disk, which stops taking writes at a step, or takes only what is noted before a call and not its answer. */
final class FailingDisk extends Disk {
    private final AtomicInteger steps = new AtomicInteger();
    private volatile int lastStep = Integer.MAX_VALUE;
    private volatile boolean failingAnswers;

    /** From now {@code count} more steps succeed, and then none. */
    void failFrom(int count) {
        steps.set(0);
        lastStep = count;
    }

    /** From now no answer of a call can be written, and all else can. */
    void failAnswers() {
        failingAnswers = true;
    }

    void heal() {
        failFrom(Integer.MAX_VALUE);
        failingAnswers = false;
    }

    int steps() {
        return steps.get();
    }

    private void step() throws IOException {
        if (steps.getAndIncrement() >= lastStep) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public void createDurably(Path file, Body body) throws IOException {
        step();
        super.createDurably(file, body);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step();
        super.rename(from, to);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        step();
        super.syncDirectory(directory);
    }

    @Override
    public void delete(Path file) throws IOException {
        step();
        super.delete(file);
    }

    @Override
    public void truncate(Path file, long length) throws IOException {
        step();
        super.truncate(file, length);
    }

    @Override
    public Writable open(Path file, boolean durably) throws IOException {
        Writable open = super.open(file, durably);
        return new Writable() {
            @Override
            public void write(long at, byte[] bytes) throws IOException {
                step();
                if (failingAnswers
                        && new String(bytes, java.nio.charset.StandardCharsets.UTF_8).contains("\"answer\":")) {
                    throw new IOException("No space left on device");
                }
                open.write(at, bytes);
            }

            @Override
            public void sync() throws IOException {
                step();
                open.sync();
            }

            @Override
            public void close() throws IOException {
                open.close();
            }
        };
    }
}
