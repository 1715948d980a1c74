package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.legacy.LegacyFileStateManager;
import poppo.bridge.legacy.LegacyStatusManager;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.state.Json;

/** {@code serve} as its users have it: a process, HTTP, a directory of real files, signals. */
@Timeout(180)
final class ServeEndToEndTest {
    private static final String[][] WAY = {
        {"dual-write", "100", "100"},
        {"redis-read", "10", "100"},
        {"redis-read", "50", "100"},
        {"redis-read", "100", "100"},
        {"redis-write", "100", "50"},
        {"redis-write", "100", "100"},
        {"redis-only", "100", "100"},
    };

    @TempDir
    Path home;

    private Path directory;
    private EndToEndServe bridge;

    @BeforeEach
    void copy() throws IOException {
        directory = EndToEndServe.copyOf("state-2025-06-24", home.resolve("state"));
    }

    @AfterEach
    void stop() {
        if (bridge != null) {
            bridge.close();
        }
    }

    private void serve(String... more) throws IOException {
        bridge = EndToEndServe.start(directory, more);
    }

    private void enter(String phase, String readPercent, String writePercent) throws Exception {
        JsonNode change = bridge.done(
                "PUT",
                "migration/phase",
                "{'phase':'" + phase + "','readPercent':" + readPercent + ",'writePercent':" + writePercent + "}");
        assertThat(change.path("to").asText()).isEqualTo(phase);
        assertThat(bridge.status().path("phase").asText()).isEqualTo(phase);
    }

    private void rollBackToFiles() throws Exception {
        JsonNode rollback = bridge.done("POST", "migration/rollback", "{'reason':'the end of the test'}");
        assertThat(rollback.path("to").asText()).isEqualTo("file");
        assertThat(bridge.status().path("authority").asText()).isEqualTo("file");
    }

    /** What the files should hold in the end: their content before, changed as the bridge answered each write. */
    private static final class Expected {
        private final ObjectNode issues;
        private final ArrayNode processedIssues;
        private final ObjectNode comments;
        private final ObjectNode tasks;
        private final ArrayNode pending;
        private JsonNode lastRun;

        Expected(Path directory) throws IOException {
            issues = (ObjectNode) EndToEndServe.json(directory, "issue-status.json");
            processedIssues = (ArrayNode) EndToEndServe.json(directory, "processed-issues.json");
            comments = (ObjectNode) EndToEndServe.json(directory, "processed-comments.json");
            tasks = (ObjectNode) EndToEndServe.json(directory, "running-tasks.json");
            pending = (ArrayNode) EndToEndServe.json(directory, "pending-tasks.json");
            lastRun = EndToEndServe.json(directory, "last-run.json");
        }

        /** A worker does a bit of everything, and is answered from where the phase says. */
        void work(EndToEndServe bridge, int step) throws Exception {
            long issue = 7000 + step;
            String process = "worker-" + step;
            JsonNode held = bridge.done(
                    "POST",
                    "issues/" + issue + "/checkout",
                    "{'processId':'" + process + "','pid':4711,'taskType':'claude-cli','metadata':{'retryCount':0}}");
            assertThat(held.path("status").asText()).isEqualTo("processing");
            issues("issues").set(Long.toString(issue), held);
            EndToEndServe.Reply other =
                    bridge.call("POST", "issues/" + issue + "/checkout", "{\"processId\":\"thief\"}");
            assertThat(other.status()).isEqualTo(409);
            assertThat(other.body().path("code").asText()).isEqualTo("already-checked-out");
            if (step % 2 == 0) {
                JsonNode ended = bridge.done(
                        "POST",
                        "issues/" + issue + "/checkin",
                        "{'processId':'" + process + "','result':{'text':'完了 ✓','n':12345678901234567890,'x':null}}");
                assertThat(ended.path("status").asText()).isEqualTo("completed");
                issues("issues").set(Long.toString(issue), ended);
            }
            // One of the fixture's own, so that its other fields are carried through as well.
            JsonNode updated = bridge.done("PATCH", "issues/98", "{'status':'error','step':" + step + "}");
            issues("issues").set("98", updated);
            bridge.done("PUT", "processed-issues/" + issue, null);
            processedIssues.add(Json.number(issue));
            bridge.done("PUT", "processed-comments/" + issue + "/IC_" + step, null);
            comments.putArray(Long.toString(issue)).add("IC_" + step);
            JsonNode task =
                    bridge.done("PUT", "running-tasks/task-" + step, "{'type':'issue','issueNumber':" + issue + "}");
            assertThat(task.has("startTime")).isTrue();
            tasks.set("task-" + step, task);
            if (step % 3 == 0) {
                bridge.done("DELETE", "running-tasks/task-" + step, null);
                tasks.remove("task-" + step);
            }
            bridge.done("POST", "pending-tasks", "{'id':'pending-" + step + "'}");
            pending.add(Json.parse("{\"id\":\"pending-" + step + "\"}"));
            lastRun = bridge.done("PUT", "last-run", "{'step':" + step + "}");
            if (lastRun.isMissingNode()) {
                lastRun = bridge.get("last-run").done();
            }
            readBack(bridge, issue);
        }

        private void readBack(EndToEndServe bridge, long issue) throws Exception {
            assertThat(bridge.get("issues/" + issue).done())
                    .isEqualTo(issues("issues").get(Long.toString(issue)));
            assertThat(bridge.get("running-tasks").done()).isEqualTo(tasks);
            assertThat(bridge.get("pending-tasks").done()).isEqualTo(pending);
            assertThat(bridge.get("processed-issues").done()).isEqualTo(processedIssues);
            assertThat(bridge.get("processed-comments").done()).isEqualTo(comments);
        }

        private ObjectNode issues(String name) {
            return (ObjectNode) issues.get(name);
        }

        void assertFiles(Path directory) throws IOException {
            assertThat(EndToEndServe.json(directory, "issue-status.json")).isEqualTo(issues);
            assertThat(EndToEndServe.json(directory, "processed-issues.json")).isEqualTo(processedIssues);
            assertThat(EndToEndServe.json(directory, "processed-comments.json")).isEqualTo(comments);
            assertThat(EndToEndServe.json(directory, "running-tasks.json")).isEqualTo(tasks);
            assertThat(EndToEndServe.json(directory, "pending-tasks.json")).isEqualTo(pending);
            assertThat(EndToEndServe.json(directory, "last-run.json")).isEqualTo(lastRun);
        }
    }

    @Test
    void theWholeWayThereAndBackKeepsEveryRecordAndLegacyClassesGoOn() throws Exception {
        Expected expected = new Expected(directory);
        serve("--phase", "file");
        expected.work(bridge, 0);
        JsonNode backfill = bridge.job("backfill");
        assertThat(backfill.path("result").path("left").asInt(-1)).isZero();
        int step = 0;
        for (String[] phase : WAY) {
            enter(phase[0], phase[1], phase[2]);
            expected.work(bridge, ++step);
            assertThat(bridge.get("issues/98").header("X-Bridge-Phase")).isEqualTo(phase[0]);
            if (!phase[0].equals("redis-only")) {
                bridge.assertConsistent();
                assertThat(bridge.status().path("mismatches").asInt(-1)).isZero();
            }
            if (step == 4) {
                assertPlainHash();
            }
        }
        EndToEndServe.Reply fromRedis = bridge.get("issues/98");
        assertThat(fromRedis.header("X-Served-By")).isEqualTo("redis");
        rollBackToFiles();
        assertThat(bridge.get("issues/98").header("X-Served-By")).isEqualTo("file");
        expected.work(bridge, ++step);
        expected.assertFiles(directory);
        legacyClassesGoOn(expected);
        assertThat(bridge.terminate()).isEqualTo(143);
    }

    /** What another program of the project sees with a plain client. */
    private void assertPlainHash() {
        try (RedisClient client = RedisClient.create(bridge.redisUri());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            Map<String, String> hash = connection.sync().hgetall("issue:7001");
            assertThat(hash)
                    .containsEntry("status", "processing")
                    .containsEntry("processId", "worker-1")
                    .containsEntry("pid", "4711")
                    .containsEntry("taskType", "claude-cli");
            assertThat(connection.sync().sismember("processing_issues", "7001")).isTrue();
            assertThat(connection.sync().get("heartbeat:worker-1")).isEqualTo("alive");
            assertThat(connection.sync().ttl("heartbeat:worker-1")).isBetween(1L, 1800L);
        }
    }

    /** They read what the bridge left, write beside it while it still runs in phase file, and it sees that. */
    private void legacyClassesGoOn(Expected expected) throws Exception {
        LegacyStatusManager status = LegacyStatusManager.open(directory);
        LegacyFileStateManager files = LegacyFileStateManager.open(directory);
        assertReads(status.getAllStatuses(), expected.issues("issues"));
        assertReads(files.loadProcessedIssues(), expected.processedIssues);
        assertReads(files.loadProcessedComments(), expected.comments);
        assertReads(files.loadRunningTasks(), expected.tasks);
        assertReads(files.loadPendingTasks(), expected.pending);
        assertReads(files.loadLastRun(), expected.lastRun);
        status.checkout(8001, "legacy-1", "claude-cli");
        files.addProcessedIssue(8001);
        files.addRunningTask("legacy-task", Json.object().put("type", "issue"));
        assertThat(bridge.get("issues/8001").done().path("processId").asText()).isEqualTo("legacy-1");
        assertThat(bridge.get("processed-issues/8001").status()).isEqualTo(204);
        assertThat(bridge.get("running-tasks/legacy-task").status()).isEqualTo(200);
        status.checkin(8001);
        assertThat(bridge.get("issues/8001").done().path("status").asText()).isEqualTo("completed");
    }

    private static void assertReads(JsonNode legacy, JsonNode expected) {
        assertThat(Json.parse(legacy.toString())).isEqualTo(expected);
    }

    /** Shapes of long ago become today's, with the same content. */
    @Test
    void oddShapesAreTakenAlongTheWholeWay() throws Exception {
        directory = EndToEndServe.copyOf("state-2025-06-21-odd-shapes", home.resolve("odd"));
        JsonNode issuesBefore = EndToEndServe.json(directory, "issue-status.json");
        JsonNode tasksBefore = EndToEndServe.json(directory, "running-tasks.json");
        serve("--phase", "redis-only");
        bridge.done("PATCH", "issues/9000", "{'status':'error'}");
        bridge.done("PUT", "running-tasks/new", "{}");
        rollBackToFiles();
        assertThat(bridge.terminate()).isEqualTo(143);
        JsonNode issues = EndToEndServe.json(directory, "issue-status.json").path("issues");
        issuesBefore
                .properties()
                .forEach(each -> assertThat(issues.get(each.getKey())).isEqualTo(each.getValue()));
        assertThat(issues.path("9000").path("status").asText()).isEqualTo("error");
        JsonNode tasks = EndToEndServe.json(directory, "running-tasks.json");
        tasksBefore.forEach(
                task -> assertThat(tasks.get(task.path("id").asText())).isEqualTo(task));
        assertThat(tasks.size()).isEqualTo(tasksBefore.size() + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"state-2025-06-19", "state-2025-06-21-odd-shapes"})
    void aFreshDirectoryCanBeServedInRedisWriteAtOnce(String fixture) throws Exception {
        directory = EndToEndServe.copyOf(fixture, home.resolve("fresh"));
        serve("--phase", "redis-write");
        JsonNode status = bridge.status();
        assertThat(status.path("phase").asText()).isEqualTo("redis-write");
        assertThat(status.path("authority").asText()).isEqualTo("redis");
        assertThat(bridge.said()).anyMatch(line -> line.contains("phase redis-write at 100 %"));
        bridge.assertConsistent();
        JsonNode answer = bridge.done("PATCH", "issues/1", "{'status':'error'}");
        awaitTheMirror();
        assertThat(EndToEndServe.json(directory, "issue-status.json")
                        .path("issues")
                        .path("1"))
                .isEqualTo(answer);
    }

    @Test
    void redisKilledUnderCallsAndBackEmptyCostsNoAcknowledgedWrite() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start(home.resolve("redis"))) {
            serve("--phase", "redis-write", "--redis-uri", redis.uri());
            try (EndToEndLedger ledger = new EndToEndLedger(bridge, "r", 4)) {
                ledger.awaitMore(120);
                redis.kill();
                ledger.awaitMore(120);
                JsonNode down = bridge.awaitStatus(
                        "the fail-over",
                        status -> status.path("authority").asText().equals("file"));
                assertThat(down.path("phase").asText()).isEqualTo("redis-write");
                assertThat(down.path("breaker").path("state").asText()).isNotEqualTo("closed");
                ledger.awaitMore(40);
                forgetData(home.resolve("redis"));
                redis.restart();
                awaitTheReturn(ledger);
            }
        }
    }

    @Test
    void theEmbeddedRedisComesBackByItself() throws Exception {
        serve("--phase", "redis-write");
        try (EndToEndLedger ledger = new EndToEndLedger(bridge, "r", 4)) {
            ledger.awaitMore(40);
            bridge.killRedis();
            bridge.awaitStatus(
                    "the fail-over", status -> status.path("authority").asText().equals("file"));
            awaitTheReturn(ledger);
        }
    }

    private void awaitTheMirror() throws Exception {
        bridge.awaitStatus(
                "the mirror", status -> status.path("mirrorLagMillis").asLong() == 0);
    }

    private void awaitTheReturn(EndToEndLedger ledger) throws Exception {
        bridge.awaitStatus(
                "the return", status -> status.path("authority").asText().equals("redis"));
        ledger.awaitMore(40);
        ledger.stop();
        assertThat(ledger.refused()).as("refused while Redis was down").isZero();
        awaitTheMirror();
        ledger.verify(directory);
        ledger.verify(bridge);
        bridge.assertConsistent();
        assertThat(bridge.terminate()).isEqualTo(143);
        ledger.verify(directory);
    }

    private static void forgetData(Path redis) throws IOException {
        try (Stream<Path> files = Files.walk(redis)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(each -> each.toString().contains("appendonly"))
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"redis-read, 50, 100", "redis-write, 100, 50", "redis-only, 100, 100"})
    void theBridgeKilledUnderCallsLosesNoAcknowledgedWrite(String phase, String readPercent, String writePercent)
            throws Exception {
        killedUnderCalls(phase, readPercent, writePercent);
    }

    @Tag("nightly")
    @ParameterizedTest
    @CsvSource({"file, 100, 100", "dual-write, 100, 100", "redis-write, 100, 100"})
    void theBridgeKilledUnderCallsLosesNothingInTheOtherPhases(String phase, String readPercent, String writePercent)
            throws Exception {
        killedUnderCalls(phase, readPercent, writePercent);
    }

    private void killedUnderCalls(String phase, String readPercent, String writePercent) throws Exception {
        serve();
        if (!phase.equals("file")) {
            bridge.job("backfill");
            enter(phase, readPercent, writePercent);
        }
        long epoch = bridge.status().path("epoch").longValue();
        try (EndToEndLedger ledger = new EndToEndLedger(bridge, "k", 4)) {
            ledger.awaitMore(150);
            ledger.expectTheEnd();
            bridge.kill();
            ledger.join();
            try (EndToEndServe killed = bridge) {
                serve();
                assertThat(killed.redis().isAlive())
                        .as("the killed bridge's redis-server")
                        .isFalse();
            }
            JsonNode status = bridge.awaitStatus(
                    "Redis believed",
                    each -> each.path("breaker").path("state").asText().equals("closed"));
            assertThat(status.path("phase").asText()).isEqualTo(phase);
            assertThat(status.path("readPercent").asText()).isEqualTo(readPercent);
            assertThat(status.path("writePercent").asText()).isEqualTo(writePercent);
            assertThat(status.path("epoch").longValue()).isGreaterThanOrEqualTo(epoch);
            ledger.verify(bridge);
            if (!phase.equals("file") && !phase.equals("redis-only")) {
                bridge.assertConsistent();
            }
            bridge.done("PATCH", "issues/1", "{'status':'error'}");
            rollBackToFiles();
            ledger.verify(directory);
            ledger.verify(bridge);
        }
    }

    @Test
    void sigtermEndsBridgeAndRedisInOrder() throws Exception {
        serve("--phase", "redis-write");
        try (EndToEndLedger ledger = new EndToEndLedger(bridge, "t", 3)) {
            ledger.awaitMore(60);
            ledger.expectTheEnd();
            assertThat(bridge.redis().isAlive()).isTrue();
            assertThat(bridge.terminate()).isEqualTo(143);
            assertThat(bridge.redis().isAlive()).isFalse();
            assertThat(bridge.errors()).doesNotContain("WARN", "ERROR", "\tat ");
            ledger.join();
            ledger.verify(directory);
        }
        serve();
        assertThat(bridge.status().path("phase").asText()).isEqualTo("redis-write");
        assertThat(bridge.status().path("authority").asText()).isEqualTo("redis");
        bridge.assertConsistent();
    }

    @Test
    void aPortThatIsTakenEndsTheSecondBridgeAndItsRedis() throws Exception {
        serve();
        String port = bridge.said().get(bridge.said().size() - 1).replaceAll(".*:(\\d+);.*", "$1");
        Path other = EndToEndServe.copyOf("state-2025-06-19", home.resolve("other"));
        EndToEndServe.Ended second = EndToEndServe.run("--state-dir", other.toString(), "--port", port);
        assertThat(second.exitCode()).isEqualTo(3);
        List<String> said = second.err()
                .lines()
                .filter(line -> line.startsWith("poppo-bridge: "))
                .toList();
        assertThat(said)
                .singleElement()
                .asString()
                .contains("127.0.0.1:" + port)
                .contains("another one");
        String left = Files.readString(other.resolve(".bridge/owner.lock"));
        assertThat(ProcessHandle.of(Long.parseLong(left.strip()))).isEmpty();
        assertThat(ProcessHandle.allProcesses()
                        .map(each -> each.info().commandLine().orElse(""))
                        .filter(line -> line.contains(other.toString())))
                .as("processes left behind")
                .isEmpty();
    }
}
