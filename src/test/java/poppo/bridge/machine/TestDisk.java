package poppo.bridge.machine;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The real disk, which can be made to fail at a step, and tells which steps were taken. */
public final class TestDisk extends Disk {
    /** The steps so far, as {@code "rename last-run.json"}: what is done, and the file that it makes or concerns. */
    public final List<String> steps = new CopyOnWriteArrayList<>();

    private volatile Predicate<String> failing = step -> false;
    private volatile String reason = "";
    private volatile @Nullable Predicate<String> interposed;
    private volatile Runnable action = () -> {};
    private volatile boolean withoutLinks;

    /** From now on steps that match fail for this reason. */
    public void fail(String why, Predicate<String> step) {
        reason = why;
        failing = step;
    }

    /** The next step that matches fails for this reason, and no other. */
    public void failOnce(String why, Predicate<String> step) {
        AtomicBoolean failed = new AtomicBoolean();
        fail(why, each -> step.test(each) && failed.compareAndSet(false, true));
    }

    public void heal() {
        failing = step -> false;
    }

    /** Runs {@code what} once, right before the next step that matches. */
    public void before(Predicate<String> step, Runnable what) {
        action = what;
        interposed = step;
    }

    public void withoutLinks() {
        withoutLinks = true;
    }

    /** How often a file was put in place. */
    public long rewrites(String file) {
        return steps.stream().filter(("rename " + file)::equals).count();
    }

    private void step(String verb, Path file) throws IOException {
        String step = verb + " " + String.valueOf(file.getFileName()).replaceFirst("\\.tmp\\..*", ".tmp");
        steps.add(step);
        Predicate<String> awaited = interposed;
        if (awaited != null && awaited.test(step)) {
            interposed = null;
            action.run();
        }
        if (failing.test(step)) {
            throw new FileSystemException(file.toString(), null, reason);
        }
    }

    @Override
    public void create(Path file, Body body) throws IOException {
        step("create", file);
        super.create(file, body);
    }

    @Override
    public void createDurably(Path file, Body body) throws IOException {
        super.createDurably(file, out -> {
            body.writeTo(out);
            step("create", file);
        });
    }

    @Override
    public void sync(Path file) throws IOException {
        step("sync", file);
        super.sync(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        step("sync", directory);
        super.syncDirectory(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step("rename", to);
        super.rename(from, to);
    }

    @Override
    public boolean link(Path existing, Path name) throws IOException {
        step("link", name);
        return !withoutLinks && super.link(existing, name);
    }

    @Override
    public void delete(Path file) throws IOException {
        step("delete", file);
        super.delete(file);
    }

    @Override
    public void append(Path file, byte[] content) throws IOException {
        step("append", file);
        super.append(file, content);
    }

    @Override
    public Writable open(Path file, boolean durably) throws IOException {
        Writable open = super.open(file, durably);
        return new Writable() {
            @Override
            public void write(long at, byte[] bytes) throws IOException {
                step("write", file);
                open.write(at, bytes);
            }

            @Override
            public void sync() throws IOException {
                step("sync", file);
                open.sync();
            }

            @Override
            public void close() throws IOException {
                open.close();
            }
        };
    }
}
