package poppo.bridge.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import poppo.bridge.machine.TestDisk;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.TestClock;

/** A state directory in a test: its files, a store on it, and a clock that stands still. */
final class StateDirectory implements AutoCloseable {
    static final Instant NOW = Instant.parse("2025-06-24T12:00:00Z");

    final Path path;
    final TestClock clock = new TestClock(NOW);
    final TestDisk disk = new TestDisk();
    final FakeTicker ticker = new FakeTicker();
    private final Stamp.Source stamps = new Stamp.Source(clock);
    private FileStateManager store;

    StateDirectory(Path path) {
        this.path = path;
    }

    /** A copy of one of the real directories. */
    static StateDirectory of(String fixture, Path path) {
        try (Stream<Path> files = Files.list(Path.of("fixtures", fixture, "before"))) {
            for (Path file : files.toList()) {
                Files.copy(file, path.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new StateDirectory(path);
    }

    FileStateManager store() {
        if (store == null) {
            store = FileStateManager.open(options(), disk, ticker);
        }
        return store;
    }

    FileOptions options() {
        return new FileOptions(path, Duration.ofMinutes(30), clock, Duration.ZERO, Duration.ZERO);
    }

    /** What a bridge would find after this one was killed. */
    FileStateManager reopened() {
        store = null;
        return store();
    }

    Clock clock() {
        return clock;
    }

    Execution run(Operation operation) {
        return store().execute(operation, stamps.next());
    }

    Stamp stamp() {
        return stamps.next();
    }

    String read(String file) {
        try {
            return Files.readString(path.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean has(String file) {
        return Files.exists(path.resolve(file));
    }

    /** Writes as the legacy classes do: aside, then renamed. */
    StateDirectory write(String file, String content) {
        try {
            Path target = path.resolve(file);
            Files.createDirectories(target.getParent());
            Path aside = path.resolve("written-by-another");
            Files.write(aside, content.getBytes(StandardCharsets.UTF_8));
            Files.move(aside, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every file's content and the inode it is in, by its path: two equal snapshots mean that nothing was touched. */
    Map<String, String> snapshot() {
        Map<String, String> snapshot = new TreeMap<>();
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Object inode = Files.getAttribute(file, "unix:ino");
                snapshot.put(
                        path.relativize(file).toString(),
                        inode + " " + new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return snapshot;
    }

    @Override
    public void close() {
        if (store != null) {
            store.close();
        }
    }
}
