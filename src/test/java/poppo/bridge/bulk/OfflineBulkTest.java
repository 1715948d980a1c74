package poppo.bridge.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.redis.RedisServerProcess;

/** Backfill and diff of a directory in a JVM of their own: in a heap that can't hold it, through kills, and dry. */
@Timeout(900)
final class OfflineBulkTest {
    private static final int MANY = 60_000;
    private static final int SOME = 15_000;
    private static final long SEED = 7;

    /** Holding many issues takes more; what streams takes no more for many than for some. */
    private static final int HEAP = 96;

    private static final int KILLS = 5;

    @TempDir
    Path directory;

    private Path stateDir;
    private BigDirectory made;
    private RedisServerProcess server;
    private RedisContent redis;

    @BeforeEach
    void start() throws Exception {
        stateDir = Files.createDirectory(directory.resolve("state"));
        server = RedisServerProcess.start(directory.resolve("redis"));
        redis = new RedisContent(server.uri());
    }

    @AfterEach
    void stop() throws Exception {
        redis.close();
        server.close();
    }

    private void make(int issues) throws Exception {
        made = new BigDirectory(stateDir, issues, SEED);
        made.make();
    }

    private Child.Ended run(String... command) throws Exception {
        return Child.start(HEAP, stateDir, server.uri(), command).await();
    }

    @Tag("nightly")
    @Test
    void aHeapThatCantHoldTheFilesIsEnough() throws Exception {
        make(MANY);
        assertThat(run("doctor").exitCode())
                .as("who holds the files runs out of memory")
                .isEqualTo(3);

        Child.Ended backfill = run("backfill");
        assertThat(backfill.said()).contains("Backfill complete");
        assertThat(backfill.exitCode()).isZero();
        Child.Ended diff = run("diff");
        assertThat(diff.said()).contains(": consistent, ");
        assertThat(diff.exitCode()).isZero();
    }

    @Test
    void killedFiveTimesAndResumedItIsTheSame() throws Exception {
        make(SOME);
        Child.Ended first = run("backfill");
        assertThat(first.exitCode()).as(first.said()).isZero();
        Map<String, Object> undisturbed = redis.records();
        redis.flushAll();
        Random random = new Random(SEED);
        for (int kill = 1; kill <= KILLS; kill++) {
            long at = made.records() * kill / (KILLS + 1) + random.nextInt(1000);
            Child child = Child.start(HEAP, stateDir, server.uri(), "backfill");
            while (child.isAlive() && redis.committed() < at) {
                Thread.sleep(1);
            }
            assertThat(child.isAlive()).as("killed before it is done").isTrue();
            child.kill();
        }

        Child.Ended last = run("backfill");

        assertThat(last.said()).contains("by an earlier run)");
        assertThat(last.exitCode()).isZero();
        Map<String, Object> resumed = redis.records();
        assertThat(resumed).hasSameSizeAs(undisturbed);
        assertThat(undisturbed.entrySet().stream()
                        .filter(entry -> !entry.getValue().equals(resumed.get(entry.getKey())))
                        .map(entry -> entry + " became " + resumed.get(entry.getKey()))
                        .limit(5)
                        .toList())
                .isEmpty();
    }

    @Test
    void aDryRunLeavesNoTraceAnywhere() throws Exception {
        make(SOME);
        Map<String, String> before = snapshot();
        Map<String, String> writes = redis.writes();

        Child.Ended dry = run("backfill", "--dry-run");

        assertThat(dry.said()).contains(String.format("%,d would be copied; nothing was written", made.records()));
        assertThat(dry.exitCode()).isZero();
        assertThat(redis.size()).isZero();
        assertThat(redis.writes()).isEqualTo(writes);
        assertThat(snapshot()).isEqualTo(before);
    }

    @Test
    void whatWouldNotSurviveIsNamedAndNothingIsWritten() throws Exception {
        make(SOME);
        Files.writeString(stateDir.resolve("running-tasks.json"), "{\"t\": {}, \"\": {\"n\": 1}}");

        Child.Ended refused = run("backfill");

        assertThat(refused.said()).contains("not-lossless").contains("running-tasks.json: running-tasks/");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(redis.size()).isZero();
    }

    /** Every file by name: content, inode and time. */
    private Map<String, String> snapshot() throws Exception {
        Map<String, String> snapshot = new TreeMap<>();
        try (Stream<Path> files = Files.walk(stateDir)) {
            for (Path file : files.toList()) {
                Object inode = Files.getAttribute(file, "unix:ino");
                int content = Files.isDirectory(file)
                        ? 0
                        : new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).hashCode();
                snapshot.put(
                        stateDir.relativize(file).toString(),
                        inode + " " + Files.getLastModifiedTime(file) + " " + content);
            }
        }
        return snapshot;
    }
}
