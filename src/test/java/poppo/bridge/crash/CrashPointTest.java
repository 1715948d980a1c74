package poppo.bridge.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.redis.RedisExtension;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.Walk;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/**
 * A bridge is halted at a point of its way, before, after and in the middle of each durable effect, and started again:
 * nothing acknowledged is lost, both stores agree, and the files alone show it all. By day some points of every phase, by
 * night each point that a run passes, in every phase, and for one in three a second halt on the way up.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class CrashPointTest {
    private static final int BY_DAY = 2;

    @RegisterExtension
    final RedisExtension redis = RedisExtension.any();

    @TempDir
    Path temporary;

    private int directories;

    @Test
    void aSampleOfPointsInEveryPhase() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (Phase phase : Phase.values()) {
            List<String> points = new ArrayList<>(points(phase).keySet());
            Collections.shuffle(points, random);
            for (String point : points.subList(0, BY_DAY)) {
                new Case(phase, point, 1 + random.nextInt(2), seed).check(random.nextInt(3) == 0);
            }
        }
    }

    @Test
    @Tag("nightly")
    void everyPointInEveryPhase() throws Exception {
        StringBuilder report = new StringBuilder(
                        "| phase | points | halts | halts on the way up | acknowledged | lost |\n")
                .append("|---|---|---|---|---|---|\n");
        Random random = new Random(1);
        for (Phase phase : Phase.values()) {
            Map<String, Integer> points = points(phase);
            int halts = 0;
            int again = 0;
            long acknowledged = 0;
            for (Map.Entry<String, Integer> point : points.entrySet()) {
                Case first = new Case(phase, point.getKey(), 1, random.nextLong());
                boolean twice = random.nextInt(3) == 0;
                first.check(twice);
                halts += first.halted ? 1 : 0;
                again += first.haltedAgain ? 1 : 0;
                acknowledged += first.ledger.acknowledged;
            }
            // What was lost would have ended the test.
            report.append("| %s | %d | %d | %d | %,d | 0 |%n"
                    .formatted(phase.label(), points.size(), halts, again, acknowledged));
            assertThat(halts).as("halts in " + phase).isGreaterThan(points.size() * 3 / 4);
        }
        Files.writeString(Path.of("target", "crash-report.md"), report);
    }

    /** The points that a run which nobody ends passes, and how often. */
    private Map<String, Integer> points(Phase phase) throws Exception {
        Ledger ledger = new Ledger();
        Run run = run(freshDirectory(), RedisExtension.freshProject(), phase, 1, null, 1, ledger);
        assertThat(run.exitCode).as(run.errors).isZero();
        assertThat(ledger.points).hasSizeGreaterThan(20);
        return ledger.points;
    }

    private Path freshDirectory() throws IOException {
        return Files.createDirectory(temporary.resolve("state-" + ++directories));
    }

    private record Run(int exitCode, String errors) {}

    private Run run(
            Path directory, String project, Phase phase, long seed, @Nullable String point, int nth, Ledger ledger)
            throws Exception {
        Path errors = temporary.resolve("stderr-" + directories);
        Process peer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashPeer.class.getName(),
                        directory.toString(),
                        redis.uri(),
                        project,
                        phase.label(),
                        Long.toString(seed),
                        point == null ? "-" : point,
                        Integer.toString(nth))
                .redirectError(errors.toFile())
                .start();
        try {
            String said = new String(peer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            // A line without its end was never said.
            said.substring(0, said.lastIndexOf('\n') + 1).lines().forEach(ledger::hear);
            return new Run(peer.waitFor(), Files.readString(errors));
        } finally {
            peer.destroyForcibly();
        }
    }

    /** What the peers said. */
    private static final class Ledger {
        final Map<String, JsonNode> told = new HashMap<>();
        final Set<String> open = new HashSet<>();
        final Map<String, Integer> points = new TreeMap<>();
        long acknowledged;

        void hear(String line) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "try" -> open.add(words[1]);
                case "ack" -> {
                    open.remove(words[1]);
                    told.put(words[1], words[2].equals("-") ? null : Json.parse(words[2]));
                    acknowledged++;
                }
                case "same" -> open.remove(words[1]);
                case "unknown" -> told.putIfAbsent(words[1], null);
                case "point" -> points.put(words[2], Integer.parseInt(words[1]));
                default -> {}
            }
        }
    }

    private final class Case {
        private final Phase phase;
        private final String point;
        private final int nth;
        private final long seed;
        private final Ledger ledger = new Ledger();
        private boolean halted;
        private boolean haltedAgain;

        Case(Phase phase, String point, int nth, long seed) {
            this.phase = phase;
            this.point = point;
            this.nth = nth;
            this.seed = seed;
        }

        void check(boolean twice) throws Exception {
            String what = "halted at '%s' (%d) in %s, seed %d".formatted(point, nth, phase, seed);
            Path directory = freshDirectory();
            String project = RedisExtension.freshProject();
            try {
                halted = isHalted(run(directory, project, phase, seed, point, nth, ledger));
                if (twice) {
                    haltedAgain = isHalted(run(directory, project, phase, seed + 1, point, 1, ledger));
                }
                verify(directory, project);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(what + "; told: " + ledger.told + "; open: " + ledger.open, e);
            }
        }

        private boolean isHalted(Run run) {
            assertThat(run.exitCode).as(run.errors).isIn(0, Points.HALTED);
            return run.exitCode == Points.HALTED;
        }

        private void verify(Path directory, String project) throws Exception {
            try (Stores stores = new Stores(directory, redis.uri(), project, new Points(null, 0))) {
                while (stores.state.standing().phase().usesRedis()
                        && !stores.state.standing().believed()) {
                    Thread.sleep(5);
                }
                ledger.told.keySet().forEach(key -> assertIsAsTold(stores, key));
                if (stores.state.standing().phase() != Phase.REDIS_ONLY) {
                    stores.state.mirror();
                    assertAgree(stores);
                }
                stores.state.change(Rollout.of(Phase.FILE), "test", "test");
            }
            try (Stores files = new Stores(directory, redis.uri(), project, new Points(null, 0))) {
                assertThat(files.state.standing().phase()).isEqualTo(Phase.FILE);
                ledger.told.keySet().forEach(key -> assertIsAsTold(files, key));
            }
        }

        private void assertIsAsTold(Stores stores, String key) {
            JsonNode found = stores.state.read(key(key)).image();
            if (ledger.open.remove(key)) {
                ledger.told.put(key, found);
            }
            assertThat(withoutHeartbeat(found)).as(key).isEqualTo(withoutHeartbeat(ledger.told.get(key)));
        }

        /** Soft state: each store may have heard of a holder at another time. */
        private static @Nullable JsonNode withoutHeartbeat(@Nullable JsonNode image) {
            if (image instanceof ObjectNode object) {
                return object.deepCopy().without(Issue.LAST_HEARTBEAT);
            }
            return image;
        }

        private static RecordKey key(String text) {
            int slash = text.indexOf('/');
            return new RecordKey(StateCollection.of(text.substring(0, slash)), text.substring(slash + 1));
        }

        private void assertAgree(Stores stores) {
            if (stores.state.standing().phase().usesRedis()) {
                try (Walk walk = stores.state.walk()) {
                    for (StateCollection collection : StateCollection.values()) {
                        walk.through(
                                collection,
                                chunk -> chunk.forEach(pair -> assertThat(
                                                withoutHeartbeat(pair.file().image()))
                                        .isEqualTo(withoutHeartbeat(pair.redis().image()))));
                    }
                }
            }
        }
    }
}
