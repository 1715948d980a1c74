package poppo.bridge.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.bulk.BigDirectory;
import poppo.bridge.bulk.Child;
import poppo.bridge.redis.RedisServerProcess;

/**
 * The heap of a bridge in {@code redis-write} on a big project, its files mirrored. It is given more than it may use, so
 * that it can tell how much it is when the goal is missed.
 */
final class Heap extends Contest {
    private static final int ISSUES = Integer.getInteger("bench.issues", 1_000_000);
    private static final int MOST_MEBIBYTES = 512;
    private static final int GIVEN_MEBIBYTES = 2048;

    Heap() {
        super("heap");
    }

    @Override
    boolean isCold() {
        return true;
    }

    @Override
    void open() {
        side("bridge", Heap::round);
    }

    private static Map<String, Double> round() throws IOException, InterruptedException {
        Path directory = Issues.newEmptyDirectory();
        try (RedisServerProcess server = RedisServerProcess.start(directory.resolve("redis"))) {
            Path state = Files.createDirectory(directory.resolve("state"));
            new BigDirectory(state, ISSUES, 1).make();
            List<String> arguments = List.of(state.toString(), server.uri(), Integer.toString(ISSUES));
            return Map.of(
                    "used",
                    Child.start(GIVEN_MEBIBYTES, HeapRun.class, arguments)
                            .await()
                            .json()
                            .path("used")
                            .doubleValue());
        } finally {
            Issues.delete(directory);
        }
    }

    @Override
    List<Goal> goals() {
        return List.of(new Goal(
                "heap after a collection, %,d issues in redis-write, files mirrored".formatted(ISSUES),
                Unit.BYTES,
                Term.of("bridge", "used"),
                Bound.atMost(MOST_MEBIBYTES * 1024.0 * 1024)));
    }
}
