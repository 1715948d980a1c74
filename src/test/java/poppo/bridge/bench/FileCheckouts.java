package poppo.bridge.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.bench.Meter.Step;
import poppo.bridge.legacy.LegacyStatusManager;
import poppo.bridge.shadow.Phase;

/**
 * A checkout in phase {@code file}, durable when answered, beside a legacy process: one that starts, so that it parses the
 * file, and one that has kept the file in memory. And beside the limit: the file's bytes written, fsynced, renamed.
 */
final class FileCheckouts extends Contest {
    private static final String NOWHERE = "redis://127.0.0.1:1";

    private final int issues;

    FileCheckouts(int issues) {
        super("file-" + issues);
        this.issues = issues;
    }

    @Override
    void open() throws IOException {
        Step[] checkouts = new Worker(issues, 1)
                .checkouts(keep(Bridges.open(newDirectory(issues), NOWHERE, "default", Phase.FILE)));
        side("bridge", () -> Meter.cycles(1, checkouts));

        Path legacy = newDirectory(issues);
        Worker started = new Worker(issues, 1);
        side(
                "legacy",
                () -> Meter.calls(
                        1, thread -> LegacyStatusManager.open(legacy).checkout(started.next(0), "worker-1", "issue")));

        LegacyStatusManager kept = LegacyStatusManager.open(newDirectory(issues));
        Worker running = new Worker(issues, 1);
        side("legacy, kept", () -> Meter.calls(1, thread -> kept.checkout(running.next(0), "worker-1", "issue")));

        Path directory = newDirectory(issues);
        Path file = directory.resolve("issue-status.json");
        byte[] content = Files.readAllBytes(file);
        side("bytes", () -> Meter.calls(1, thread -> write(content, directory.resolve("next"), file)));
    }

    private static void write(byte[] content, Path temporary, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(content);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    List<Goal> goals() {
        return List.of(
                row("legacy-style", "legacy", Bound.ratioAtMost(0.2)),
                row("legacy-style that keeps the file in memory", "legacy, kept", Bound.NONE),
                row("the bytes alone: write, fsync, rename", "bytes", Bound.NONE));
    }

    private Goal row(String beside, String side, Bound bound) {
        return new Goal(
                "checkout in files of %,d issues / %s, p50".formatted(issues, beside),
                Unit.MILLIS,
                Term.of("bridge", "p50"),
                bound,
                Term.of(side, "p50"));
    }
}
