package poppo.bridge.interleaving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Runs the world of a seed in a directory that is gone afterwards. */
final class Run {
    private Run() {}

    /** What a world came to. */
    record Result(List<String> schedule, Counts counts, Optional<AssertionError> failure) {}

    static Result of(long seed) {
        return of(seed, new Parts());
    }

    static Result of(long seed, Parts parts) {
        Path directory = newDirectory();
        try {
            World world = new World(seed, directory, parts);
            Optional<AssertionError> failure = Optional.empty();
            try {
                world.run();
            } catch (AssertionError e) {
                failure = Optional.of(new AssertionError("seed " + seed + ": " + e.getMessage(), e));
            }
            world.counts.count("schedules");
            return new Result(withoutPlace(world.scheduler.steps(), directory), world.counts, failure);
        } finally {
            delete(directory);
        }
    }

    /** Where it ran is no part of what happened. */
    private static List<String> withoutPlace(List<String> steps, Path directory) {
        return steps.stream()
                .map(step -> step.replace(directory.toString(), ".bridge"))
                .toList();
    }

    /** In memory where that can be had. */
    private static Path newDirectory() {
        try {
            Path memory = Path.of("/dev/shm");
            return Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "interleaving")
                    : Files.createTempDirectory("interleaving");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
