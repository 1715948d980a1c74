package poppo.bridge.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the state directory is: on a small file system of its own where mounting is permitted and asked for, so that it
 * can be full or read-only, else in a plain directory. Closing it unmounts.
 */
final class StateHome implements AutoCloseable {
    /** More than the doctor asks for. */
    private static final String SIZE = "320m";

    private static final int ATTEMPTS = 1000;

    private final Path root;
    private final boolean mounted;
    private final Path state;
    private final Path away;
    private final Path readOnly;
    private final Path ballast;
    private boolean closed;

    private StateHome(Path root, boolean mounted) throws IOException {
        this.root = root;
        this.mounted = mounted;
        this.state = Files.createDirectories(root.resolve("state"));
        this.away = root.resolve("state.away");
        this.readOnly = Files.createDirectories(root.resolve("state.read-only"));
        this.ballast = root.resolve("ballast");
        try (Stream<Path> files = Files.list(Path.of("fixtures", "state-2025-06-24", "before"))) {
            for (Path file : files.toList()) {
                Files.copy(file, state.resolve(file.getFileName()));
            }
        }
    }

    /** A plain directory with a copy of a recorded state. */
    static StateHome plain(Path root) throws IOException {
        return new StateHome(Files.createDirectories(root), false);
    }

    /** As {@link #plain}, on a tmpfs of its own. */
    static StateHome onSmallFileSystem(Path root) throws IOException {
        Files.createDirectories(root);
        Commands.run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", root.toString());
        try {
            StateHome home = new StateHome(root, true);
            // Whoever ends the tests early must not be left with a mount.
            Runtime.getRuntime().addShutdownHook(new Thread(home::close));
            return home;
        } catch (IOException | RuntimeException e) {
            Commands.run("umount", root.toString());
            throw e;
        }
    }

    /** Why no file system can be mounted here; empty where it can. */
    static Optional<String> mountRefusal(Path scratch) throws IOException {
        Files.createDirectories(scratch);
        Commands.Ended mount = Commands.tried("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", scratch.toString());
        if (mount.exitCode() != 0) {
            return Optional.of(mount.said());
        }
        Commands.run("umount", scratch.toString());
        return Optional.empty();
    }

    Path state() {
        return state;
    }

    /** Leaves not one free byte. */
    void fill() {
        if (!mounted) {
            throw new IllegalStateException("that would fill the file system of everybody: " + root);
        }
        byte[] page = new byte[64 * 1024];
        for (int length = page.length; length > 0; length /= 2) {
            fill(page, length);
        }
    }

    private void fill(byte[] page, int length) {
        try (OutputStream out = Files.newOutputStream(
                ballast, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND)) {
            while (true) {
                out.write(page, 0, length);
            }
        } catch (IOException full) {
            // That was the aim; smaller pieces may still fit.
        }
    }

    void free() {
        try {
            Files.deleteIfExists(ballast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Nothing below the state directory can be written by its path any more. A mount over it does that: the file system
     * itself can't be made read-only while the bridge has files open in it.
     */
    void makeReadOnly() {
        // Made read-only aside: over the directory it would have files open for writing at once.
        String aside = readOnly.toString();
        Commands.run("mount", "--bind", state.toString(), aside);
        Commands.run("mount", "-o", "remount,bind,ro", aside);
        Commands.run("mount", "--bind", aside, state.toString());
    }

    void makeWritable() {
        Commands.run("umount", "-l", state.toString());
        Commands.run("umount", "-l", readOnly.toString());
    }

    /** The state directory is deleted, as far as its users can see. */
    void moveAway() {
        move(state, away);
    }

    /**
     * It is there again.
     *
     * @return what was made in its place meanwhile, which must be nothing
     */
    Optional<String> moveBack() {
        Optional<String> invented = Optional.empty();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Path aside = root.resolve("state.invented." + attempt);
            try {
                if (Files.exists(state)) {
                    Files.move(state, aside);
                    invented = invented.or(() -> Optional.of(content(aside)));
                }
                Files.move(away, state);
                return invented;
            } catch (IOException madeAgain) {
                // The bridge was quicker; that is what is found out here.
            }
        }
        throw new IllegalStateException(state + " is made again and again");
    }

    private static String content(Path tree) {
        try (Stream<Path> files = Files.walk(tree)) {
            return files.map(tree::relativize).toList().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Does what the program does that carries out label requests: takes them away. */
    void consumeLabelRequests() {
        Path requests = state.resolve("requests");
        if (!Files.isDirectory(requests)) {
            return;
        }
        try (Stream<Path> files = Files.list(requests)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("label-update-"))
                    .toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Unmounts it; a second time without effect. */
    @Override
    public synchronized void close() {
        if (mounted && !closed) {
            closed = true;
            // What a cycle that failed has left; none of the two is the usual case.
            Commands.tried("umount", "-l", state.toString());
            Commands.tried("umount", "-l", readOnly.toString());
            // Lazily: a file that a killed bridge has not let go of yet must not keep the mount.
            Commands.run("umount", "-l", root.toString());
        }
    }
}
