package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
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
import poppo.bridge.redis.RedisServerProcess;

/** Two bridges on one directory, as processes of their own: one owner at a time, and nothing lost between them. */
@Timeout(240)
final class StandbyEndToEndTest {
    @TempDir
    Path home;

    private Path directory;
    private RedisServerProcess redis;
    private EndToEndServe owner;
    private EndToEndServe standby;

    @BeforeEach
    void copy() throws IOException {
        directory = EndToEndServe.copyOf("state-2025-06-24", home.resolve("state"));
    }

    @AfterEach
    void stop() throws Exception {
        for (EndToEndServe each : new EndToEndServe[] {standby, owner}) {
            if (each != null) {
                each.close();
            }
        }
        if (redis != null) {
            EndToEndServe.signal("CONT", redis.pid());
            redis.close();
        }
    }

    private void startRedis() {
        redis = RedisServerProcess.start(home.resolve("redis"));
    }

    private void startBoth(String phase) throws IOException {
        startRedis();
        owner = EndToEndServe.start(directory, "--redis-uri", redis.uri(), "--phase", phase);
        standby = standBy();
    }

    private EndToEndServe standBy() throws IOException {
        return redis == null
                ? EndToEndServe.standBy(directory)
                : EndToEndServe.standBy(directory, "--redis-uri", redis.uri());
    }

    private long durableEpoch() throws IOException {
        return EndToEndServe.json(directory, ".bridge/standing.json")
                .path("epoch")
                .longValue();
    }

    private long epochInRedis() {
        try (RedisClient client = RedisClient.create(redis.uri());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            return Long.parseLong(connection.sync().hget("bridge:authority", "epoch"));
        }
    }

    private static JsonNode awaitBelief(EndToEndServe bridge) throws Exception {
        return bridge.awaitStatus(
                "Redis believed",
                status -> status.path("breaker").path("state").asText().equals("closed"));
    }

    /**
     * Two workers after the same issues, one after the other: each asks the owner, and the standby where that one is gone.
     * An acknowledged checkout is a holding that nobody else may get.
     */
    private final class Contenders implements AutoCloseable {
        private static final long FIRST = 9_000_000;

        private final Map<Long, Set<String>> holders = new ConcurrentHashMap<>();
        private final List<Thread> threads;
        private volatile boolean stopped;
        private volatile Throwable failure;

        Contenders() {
            threads = Stream.of("rival-1", "rival-2")
                    .map(name -> new Thread(() -> contend(name), name))
                    .toList();
            threads.forEach(Thread::start);
        }

        private void contend(String process) {
            try {
                for (long issue = FIRST; !stopped; issue++) {
                    int status = checkout(issue, process);
                    assertThat(status).isIn(200, 409);
                    if (status == 200) {
                        holders.computeIfAbsent(issue, any -> ConcurrentHashMap.newKeySet())
                                .add(process);
                    }
                }
            } catch (Exception | AssertionError e) {
                failure = e;
            }
        }

        private int checkout(long issue, String process) throws IOException, InterruptedException {
            while (true) {
                try {
                    return ask(owner, issue, process);
                } catch (IOException gone) {
                    int status = ask(standby, issue, process);
                    if (status != 503 || stopped) {
                        return status == 503 ? 409 : status;
                    }
                }
            }
        }

        private int ask(EndToEndServe bridge, long issue, String process) throws IOException, InterruptedException {
            return bridge.call("POST", "issues/" + issue + "/checkout", "{\"processId\":\"" + process + "\"}")
                    .status();
        }

        void verify(EndToEndServe bridge) throws Exception {
            close();
            assertThat(failure).isNull();
            assertThat(holders).isNotEmpty();
            for (Map.Entry<Long, Set<String>> each : holders.entrySet()) {
                assertThat(each.getValue()).as("holders of %d", each.getKey()).hasSize(1);
                assertThat(bridge.get("issues/" + each.getKey())
                                .done()
                                .path("processId")
                                .asText())
                        .as("holder of %d", each.getKey())
                        .isIn(each.getValue());
            }
        }

        @Override
        public void close() throws InterruptedException {
            stopped = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "redis-write"})
    void whenTheOwnerIsKilledTheStandbyTakesOverAndNothingIsLost(String phase) throws Exception {
        ownerKilled(phase);
    }

    @Tag("nightly")
    @Test
    void whenTheOwnerIsKilledInDualWriteTheStandbyTakesOver() throws Exception {
        ownerKilled("dual-write");
    }

    private void ownerKilled(String phase) throws Exception {
        startBoth(phase);
        long before = durableEpoch();
        try (Contenders contenders = new Contenders();
                EndToEndLedger ledger = new EndToEndLedger(owner, "k", 3)) {
            ledger.awaitMore(100);
            ledger.expectTheEnd();
            owner.kill();
            ledger.join();
            standby.awaitTakeOver();
            assertThat(durableEpoch()).isGreaterThan(before);
            standby.done("PATCH", "issues/1", "{'status':'error'}");
            contenders.verify(standby);
            ledger.verify(standby);
        }
        assertThat(standby.status().path("phase").asText()).isEqualTo(phase);
        if (!phase.equals("file")) {
            awaitBelief(standby);
            assertThat(epochInRedis()).isEqualTo(durableEpoch()).isGreaterThan(before);
            standby.assertConsistent();
        }
        assertThat(standby.errors()).doesNotContain("ERROR", "\tat ");
        assertThat(standby.terminate()).isEqualTo(143);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dual-write", "redis-write"})
    @Tag("nightly")
    void whenRedisIsFrozenAsTheOwnerIsKilledTheFilesTakeOverInANewEpoch(String phase) throws Exception {
        startBoth(phase);
        long before = durableEpoch();
        try (EndToEndLedger ledger = new EndToEndLedger(owner, "f", 3)) {
            ledger.awaitMore(60);
            ledger.expectTheEnd();
            EndToEndServe.signal("STOP", redis.pid());
            owner.kill();
            ledger.join();
            standby.awaitTakeOver();
            assertThat(durableEpoch()).isGreaterThan(before);
            JsonNode status = standby.status();
            assertThat(status.path("authority").asText()).isEqualTo("file");
            assertThat(status.path("epoch").longValue()).isGreaterThan(before);
            ledger.verify(standby);
            standby.done("PATCH", "issues/1", "{'status':'error'}");
            EndToEndServe.signal("CONT", redis.pid());
            awaitBelief(standby);
            assertThat(epochInRedis()).isEqualTo(durableEpoch()).isGreaterThan(before);
            ledger.verify(standby);
            standby.assertConsistent();
        }
    }

    /** A killed bridge leaves its own Redis behind; one that can't end in order must not keep the standby out. */
    @Test
    @Tag("nightly")
    void theOwnersEmbeddedRedisIsReplacedEvenIfItIsFrozen() throws Exception {
        owner = EndToEndServe.start(directory, "--phase", "redis-write");
        standby = standBy();
        try (EndToEndLedger ledger = new EndToEndLedger(owner, "e", 3)) {
            ledger.awaitMore(60);
            ledger.expectTheEnd();
            EndToEndServe.signal("STOP", owner.redis().pid());
            owner.kill();
            ledger.join();
            standby.awaitTakeOver();
            assertThat(owner.redis().isAlive()).isFalse();
            awaitBelief(standby);
            ledger.verify(standby);
            standby.assertConsistent();
        }
    }

    @ParameterizedTest
    @CsvSource("TERM, 143")
    void whenTheOwnerIsStoppedTheStandbyTakesOverAndNothingIsLost(String signal, int exitCode) throws Exception {
        startBoth("redis-write");
        long before = durableEpoch();
        try (EndToEndLedger ledger = new EndToEndLedger(owner, "t", 3)) {
            ledger.awaitMore(60);
            ledger.expectTheEnd();
            owner.signal(signal);
            assertThat(owner.awaitEnd()).isEqualTo(exitCode);
            ledger.join();
            standby.awaitTakeOver();
            assertThat(durableEpoch()).isGreaterThan(before);
            awaitBelief(standby);
            ledger.verify(standby);
            standby.assertConsistent();
        }
    }

    /** The plan is where it was: what was done is not done again, and the next stage is entered by the new owner. */
    @Tag("nightly")
    @Test
    void aPlanOfAKilledOwnerIsGoneOnWithByTheStandby() throws Exception {
        startBoth("file");
        owner.done("POST", "migration/plan", """
                {'format': 1, 'name': 'handed on', 'defaults': {'patience': '1m'}, 'stages': [
                  {'name': 'prepare', 'phase': 'file', 'jobs': ['backfill']},
                  {'name': 'both', 'phase': 'dual-write', 'jobs': ['diff']},
                  {'name': 'reads', 'phase': 'redis-read', 'approval': 'required'}]}""");
        JsonNode before = awaitPlan(owner, "waitsFor", "approval");

        owner.kill();
        standby.awaitTakeOver();
        JsonNode after = standby.get("migration/plan").done();
        assertThat(after.path("state").asText()).isEqualTo("running");
        for (String same : List.of("name", "stage", "step", "started", "approvals")) {
            assertThat(after.path(same)).as(same).isEqualTo(before.path(same));
        }
        awaitPlan(standby, "waitsFor", "approval");
        awaitBelief(standby);
        standby.done("POST", "migration/plan/approve", "{'reason':'seen'}");
        awaitPlan(standby, "state", "done");

        assertThat(standby.status().path("phase").asText()).isEqualTo("redis-read");
        String events = String.join(
                "\n", standby.get("migration/journal?limit=1000").done().findValuesAsText("event"));
        assertThat(events).containsOnlyOnce("plan-started").containsOnlyOnce("plan-done");
        assertThat(events.lines().filter("backfill"::equals)).hasSize(1);
        standby.assertConsistent();
    }

    private static JsonNode awaitPlan(EndToEndServe bridge, String field, String value) throws Exception {
        return bridge.await(
                "a plan whose " + field + " is " + value,
                "migration/plan",
                plan -> plan.path(field).asText().equals(value));
    }

    @Test
    void aStandbySaysWhatItIsAndTouchesNothing() throws Exception {
        owner = EndToEndServe.start(directory);
        owner.signal("STOP");
        try {
            Map<String, String> before = snapshot();
            standby = standBy();
            assertThat(standby.said().get(0))
                    .isEqualTo("project default: stands by for the bridge with pid " + owner.pid() + " on " + directory
                            + ", and takes over when that one is gone");
            assertStandsBy();
            assertThat(snapshot()).isEqualTo(before);
        } finally {
            owner.signal("CONT");
        }
        owner.done("PATCH", "issues/1", "{'status':'error'}");
    }

    private void assertStandsBy() throws Exception {
        assertThat(standby.getPlain("/health/liveness").status()).isEqualTo(200);
        EndToEndServe.Reply readiness = standby.getPlain("/health/readiness");
        assertThat(readiness.status()).isEqualTo(503);
        assertThat(readiness.body().path("status").asText()).isEqualTo("DOWN");
        assertThat(readiness.body().path("reason").asText()).isEqualTo("standby");
        assertThat(readiness.body().path("ownerPid").longValue()).isEqualTo(owner.pid());
        assertProblem(standby.get("issues/1"));
        assertProblem(standby.get("events"));
        assertProblem(standby.get("migration"));
        assertProblem(standby.call("PATCH", "issues/1", "{\"status\":\"error\"}"));
        assertThat(standby.getPlain("/v1/projects/none/issues/1").status()).isEqualTo(404);
        CommandRun.Outcome status = CommandRun.of("status", "--url", standby.url());
        assertThat(status.exitCode()).isEqualTo(3);
        assertThat(status.err())
                .hasLineCount(1)
                .contains("standby", "stands by for the bridge with pid " + owner.pid());
        assertThat(CommandRun.of("status", "--json", "--url", standby.url()).out())
                .contains("\"ownerPid\":" + owner.pid());
        CommandRun.Outcome offline = CommandRun.of(
                "diff", "--offline", "--state-dir", directory.toString(), "--redis-uri", "redis://127.0.0.1:1");
        assertThat(offline.exitCode()).isEqualTo(3);
        assertThat(offline.err()).hasLineCount(1).contains("belongs to the bridge with pid " + owner.pid());
    }

    private void assertProblem(EndToEndServe.Reply reply) {
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.header("Retry-After")).isEqualTo("1");
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        assertThat(reply.body().path("code").asText()).isEqualTo("standby");
        assertThat(reply.body().path("ownerPid").longValue()).isEqualTo(owner.pid());
        assertThat(reply.body().path("detail").asText())
                .isEqualTo("This bridge stands by for the bridge with pid " + owner.pid()
                        + " that owns the project; call that one, or try again when this one has taken over");
    }

    /** Every entry of the directory, with its content's digest and when it was last written. */
    private Map<String, String> snapshot() throws Exception {
        Map<String, String> snapshot = new TreeMap<>();
        try (Stream<Path> entries = Files.walk(directory)) {
            for (Path entry : entries.toList()) {
                String content = Files.isDirectory(entry)
                        ? "a directory"
                        : HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(entry)));
                // A Redis beside the bridge writes when it likes.
                if (!entry.startsWith(directory.resolve(".bridge/redis"))) {
                    snapshot.put(entry.toString(), content + " " + Files.getLastModifiedTime(entry));
                }
            }
        }
        return snapshot;
    }

    @Tag("nightly")
    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130"})
    void aSignalEndsAStandbyThatWaits(String signal, int exitCode) throws Exception {
        owner = EndToEndServe.start(directory);
        standby = standBy();
        standby.signal(signal);
        assertThat(standby.awaitEnd()).isEqualTo(exitCode);
        assertThat(standby.errors()).isEmpty();
        owner.done("PATCH", "issues/1", "{'status':'error'}");
        try (EndToEndServe next = EndToEndServe.standBy(directory)) {
            owner.kill();
            next.awaitTakeOver();
            assertThat(next.get("issues/1").done().path("status").asText()).isEqualTo("error");
        }
    }

    @Tag("nightly")
    @Test
    void ofTwoStandbysExactlyOneTakesOver() throws Exception {
        startBoth("dual-write");
        try (EndToEndServe other = standBy()) {
            owner.kill();
            awaitOwner(standby, other);
            boolean isFirst = isReady(standby);
            EndToEndServe winner = isFirst ? standby : other;
            EndToEndServe loser = isFirst ? other : standby;
            awaitReadiness(loser, "ownerPid", winner.pid());
            winner.done("PATCH", "issues/1", "{'status':'error'}");
            assertThat(loser.get("issues/1").body().path("code").asText()).isEqualTo("standby");
            winner.kill();
            loser.awaitTakeOver();
            assertThat(loser.get("issues/1").done().path("status").asText()).isEqualTo("error");
        }
    }

    private static boolean isReady(EndToEndServe bridge) throws Exception {
        return bridge.getPlain("/health/readiness").status() == 200;
    }

    private static void awaitOwner(EndToEndServe one, EndToEndServe other) throws Exception {
        while (!isReady(one) && !isReady(other)) {
            Thread.onSpinWait();
        }
        assertThat(isReady(one) && isReady(other)).as("both own it").isFalse();
    }

    private static void awaitReadiness(EndToEndServe bridge, String field, long value) throws Exception {
        while (bridge.getPlain("/health/readiness").body().path(field).longValue() != value) {
            Thread.onSpinWait();
        }
    }

    @Test
    void ofTwoFirstStartsAtOneMomentExactlyOneOwns() throws Exception {
        Pattern either = Pattern.compile("poppo-bridge (?:serves|stands by at) http://127\\.0\\.0\\.1:(\\d+); .*");
        String[] args = {"--state-dir", directory.toString(), "--port", "0", "--phase", "dual-write"};
        startRedis();
        args = Stream.concat(Stream.of(args), Stream.of("--redis-uri", redis.uri()))
                .toArray(String[]::new);
        List<EndToEndServe> both = EndToEndServe.startTogether(either, args, args);
        owner = both.get(0);
        standby = both.get(1);
        awaitOwner(owner, standby);
        EndToEndServe loser = isReady(owner) ? standby : owner;
        EndToEndServe winner = loser == owner ? standby : owner;
        assertThat(loser.get("issues/98").body().path("ownerPid").longValue()).isEqualTo(winner.pid());
        assertThat(winner.status().path("phase").asText()).isEqualTo("dual-write");
        winner.assertConsistent();
    }

    @Test
    void anOwnerWhoseLockFileIsDeletedEndsBeforeTheStandbyBegins() throws Exception {
        startBoth("redis-write");
        long before = durableEpoch();
        try (EndToEndLedger ledger = new EndToEndLedger(owner, "d", 3)) {
            ledger.awaitMore(60);
            ledger.expectTheEnd();
            Files.delete(directory.resolve(".bridge/owner.lock"));
            assertThat(owner.awaitEnd()).isEqualTo(3);
            ledger.join();
            assertThat(owner.errors().lines().filter(line -> line.startsWith("poppo-bridge: ")))
                    .singleElement()
                    .asString()
                    .contains("owner.lock was removed or replaced", "start it again");
            standby.awaitTakeOver();
            assertThat(durableEpoch()).isGreaterThan(before);
            awaitBelief(standby);
            ledger.verify(standby);
            standby.assertConsistent();
        }
    }

    @Test
    void anOwnerWhoseBridgeDirectoryIsReplacedEnds() throws Exception {
        owner = EndToEndServe.start(directory);
        ProcessHandle ownersRedis = owner.redis();
        Files.move(directory.resolve(".bridge"), home.resolve("aside"));
        assertThat(owner.awaitEnd()).isEqualTo(3);
        ownersRedis.onExit().join();
    }

    /** The same configuration, started twice. */
    @Test
    @Tag("nightly")
    void aStandbyWaitsForThePortTooAndSaysSoOnce() throws Exception {
        int port = freePort();
        String[] args = {"--state-dir", directory.toString(), "--port", Integer.toString(port)};
        owner = EndToEndServe.startUntil(
                Pattern.compile("poppo-bridge serves http://127\\.0\\.0\\.1:(\\d+); .*"), args);
        String waits = "http://127.0.0.1:" + port
                + " is taken, perhaps by that bridge; waits for it to be free, and takes nothing over before";
        standby = EndToEndServe.startUntil(Pattern.compile(Pattern.quote(waits)), args);
        owner.done("PATCH", "issues/1", "{'status':'error'}");
        owner.kill();
        standby.awaitTakeOver();
        assertThat(standby.said()).containsOnlyOnce(waits);
        assertThat(standby.errors()).doesNotContain("ERROR", "\tat ");
        assertThat(standby.get("issues/1").done().path("status").asText()).isEqualTo("error");
        assertThat(standby.terminate()).isEqualTo(143);
    }

    @Test
    void aSignalEndsAStandbyThatWaitsForThePort() throws Exception {
        int port = freePort();
        String[] args = {"--state-dir", directory.toString(), "--port", Integer.toString(port)};
        owner = EndToEndServe.startUntil(
                Pattern.compile("poppo-bridge serves http://127\\.0\\.0\\.1:(\\d+); .*"), args);
        standby = EndToEndServe.startUntil(Pattern.compile(".* is taken, perhaps by that bridge.*"), args);
        assertThat(standby.terminate()).isEqualTo(143);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** One of the two projects is another bridge's, the other one is free. */
    @Test
    @Tag("nightly")
    void eachProjectOfAConfigurationStandsByOnItsOwn() throws Exception {
        Path other = EndToEndServe.copyOf("state-2025-06-19", home.resolve("other"));
        startRedis();
        owner = EndToEndServe.start(directory, "--redis-uri", redis.uri());
        Path config = home.resolve("bridge.yml");
        Files.writeString(config, """
                bridge:
                  port: 0
                  redis:
                    uri: %s
                  projects:
                    default:
                      state-dir: %s
                    other:
                      state-dir: %s
                """.formatted(redis.uri(), directory, other), StandardCharsets.UTF_8);
        standby = EndToEndServe.startUntil(
                Pattern.compile("poppo-bridge serves http://127\\.0\\.0\\.1:(\\d+); .*"),
                "--config",
                config.toString());
        assertThat(standby.getPlain("/health/readiness").status()).isEqualTo(200);
        assertThat(standby.getPlain("/v1/projects/other/issues").status()).isEqualTo(200);
        assertProblem(standby.get("issues/98"));
        owner.done("PATCH", "issues/1", "{'status':'error'}");
        owner.kill();
        standby.awaitLine(Pattern.compile("project default: .*, phase .*"));
        assertThat(standby.get("issues/1").done().path("status").asText()).isEqualTo("error");
        assertThat(standby.getPlain("/v1/projects/other/issues").status()).isEqualTo(200);
    }
}
