package poppo.bridge.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import poppo.bridge.machine.Disk;

/** The real disk, with a point before and after each durable effect, and one in the middle of each write. */
final class HaltingDisk extends Disk {
    private final Points points;

    HaltingDisk(Points points) {
        this.points = points;
    }

    @FunctionalInterface
    private interface Effect {
        void happen() throws IOException;
    }

    private void effect(String verb, Path file, Effect effect) throws IOException {
        String name = verb + " " + kind(file);
        points.pass("before " + name);
        effect.happen();
        points.pass("after " + name);
    }

    /** One name for all files of a kind. */
    private static String kind(Path file) {
        return String.valueOf(file.getFileName())
                .replaceFirst("\\.tmp\\..*", ".tmp")
                .replaceFirst("^label-update-.*", "label-update.json")
                .replaceFirst("^\\d+\\.log$", "segment")
                .replaceFirst("^pid\\.\\d+$", "pid");
    }

    private boolean isTorn(String verb, Path file) {
        return points.isHere("half " + verb + " " + kind(file));
    }

    private static void halt() {
        Runtime.getRuntime().halt(Points.HALTED);
    }

    private static Body half(Body whole) {
        return out -> {
            java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
            whole.writeTo(all);
            out.write(all.toByteArray(), 0, all.size() / 2);
            out.flush();
            halt();
        };
    }

    @Override
    public void create(Path file, Body body) throws IOException {
        boolean torn = isTorn("create", file);
        effect("create", file, () -> super.create(file, torn ? half(body) : body));
    }

    @Override
    public void createDurably(Path file, Body body) throws IOException {
        boolean torn = isTorn("create", file);
        effect("create", file, () -> super.createDurably(file, torn ? half(body) : body));
    }

    @Override
    public void append(Path file, byte[] content) throws IOException {
        if (isTorn("append", file)) {
            super.append(file, Arrays.copyOf(content, content.length / 2));
            halt();
        }
        effect("append", file, () -> super.append(file, content));
    }

    @Override
    public void truncate(Path file, long length) throws IOException {
        effect("truncate", file, () -> super.truncate(file, length));
    }

    @Override
    public void sync(Path file) throws IOException {
        effect("sync", file, () -> super.sync(file));
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        effect("sync", directory, () -> super.syncDirectory(directory));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        effect("rename", to, () -> super.rename(from, to));
    }

    @Override
    public boolean link(Path existing, Path name) throws IOException {
        boolean[] linked = new boolean[1];
        effect("link", name, () -> linked[0] = super.link(existing, name));
        return linked[0];
    }

    @Override
    public void delete(Path file) throws IOException {
        effect("delete", file, () -> super.delete(file));
    }

    @Override
    public Writable open(Path file, boolean durably) throws IOException {
        Writable open = super.open(file, durably);
        return new Writable() {
            @Override
            public void write(long at, byte[] bytes) throws IOException {
                if (isTorn("write", file)) {
                    open.write(at, Arrays.copyOf(bytes, bytes.length / 2));
                    halt();
                }
                effect("write", file, () -> open.write(at, bytes));
            }

            @Override
            public void sync() throws IOException {
                effect("sync", file, open::sync);
            }

            @Override
            public void close() throws IOException {
                open.close();
            }
        };
    }
}
