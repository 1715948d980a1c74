package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.Fences;
import poppo.bridge.state.ForwardingStateManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.MemoryRedis;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.TestClock;
import poppo.bridge.state.Versioned;

class ComparisonTest {
    private static final RecordKey SEVEN = RecordKey.issue(7);

    private static JsonNode json(String text) {
        return text == null ? null : Json.parse(text.replace('\'', '"'));
    }

    private static Comparison.Result compare(String file, String redis) {
        return Comparison.images(SEVEN, json(file), json(redis));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "absent",
            value = {
                "{'a':1}         | {'a':2}           | /a       | different",
                "{'a':1}         | absent            | ''       | missing-in-redis",
                "absent          | {'a':1}           | ''       | missing-in-file",
                "{'a':1}         | {}                | /a       | missing-in-redis",
                "{}              | {'a':null}        | /a       | missing-in-file",
                "{'a':{'b':[1]}} | {'a':{'b':[1,2]}} | /a/b/1   | missing-in-file",
                "{'a':{'b':[1]}} | {'a':{'b':[3]}}   | /a/b/0   | different",
                "{'a':[]}        | {'a':{}}          | /a       | different",
                "{'a/b':1}       | {'a/b':2}         | /a~1b    | different",
                "{'a~b':1}       | {'a~b':2}         | /a~0b    | different",
                "{'a':1.0}       | {'a':1}           | /a       | different",
                "{'a':'1'}       | {'a':1}           | /a       | different",
                "{'status':'x','lastHeartbeat':'1'} | {'status':'x','lastHeartbeat':'2'} | /lastHeartbeat | different"
            })
    void aDifferenceHasItsPlaceAndKind(String file, String redis, String pointer, String kind) {
        Comparison.Result result = compare(file, redis);

        assertThat(result.agrees()).isFalse();
        assertThat(result.noise()).isNull();
        assertThat(result.differences()).hasSize(1);
        assertThat(result.differences().get(0).pointer()).isEqualTo(pointer);
        assertThat(result.differences().get(0).kind().label()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "absent",
            value = {"absent | absent", "{'a':1,'b':2} | {'b':2,'a':1}", "[1,[2]] | [1,[2]]"})
    void whatIsEqualIsEqual(String file, String redis) {
        assertThat(compare(file, redis).isEqual()).isTrue();
    }

    @Test
    void theHeartbeatOfTheSameHolderIsNoiseAndAnythingBesideItIsNot() {
        String held = "{'status':'processing','processId':'p1','lastHeartbeat':'%s','x':%s}";

        Comparison.Result noise = compare(held.formatted(1, 1), held.formatted(2, 1));
        assertThat(noise.agrees()).isTrue();
        assertThat(noise.isEqual()).isFalse();
        assertThat(noise.noise()).isEqualTo(Comparison.Noise.HEARTBEAT);
        assertThat(Comparison.Noise.HEARTBEAT.label()).isEqualTo("heartbeat");
        assertThat(Comparison.Noise.HEARTBEAT.reason()).isNotBlank();

        assertThat(compare(held.formatted(1, 1), held.formatted(2, 2)).agrees()).isFalse();
        assertThat(compare(held.formatted(1, 1), held.formatted(2, 1).replace("p1", "p2"))
                        .agrees())
                .isFalse();
    }

    @Test
    void aMismatchPrintsAsTwoAlignedLines() {
        Difference difference = compare("{'status':'completed'}", "{'status':'processing'}")
                .differences()
                .get(0);

        assertThat(difference).hasToString("""
                issues/7 /status
                  file : "completed"
                  redis: "processing\"""");
        assertThat(compare(null, "{'a':1}").differences().get(0)).hasToString("""
                issues/7\s
                  file : (absent)
                  redis: {"a":1}""");
        assertThat(Json.compact(difference.toJson()))
                .isEqualTo("{\"collection\":\"issues\",\"record\":\"7\",\"pointer\":\"/status\",\"kind\":\"different\","
                        + "\"file\":\"completed\",\"redis\":\"processing\"}");
    }

    @TempDir
    Path directory;

    @Test
    void mismatchesAndNoiseAreCountedAndEachSignatureIsAuditedOnce() {
        TestClock clock = new TestClock();
        AuditJournal audit = new AuditJournal(new Disk(), directory, clock);
        Mismatches mismatches = new Mismatches(audit, new Disk(), directory, clock);
        String held = "{'status':'processing','processId':'p1','lastHeartbeat':'%s'}";

        for (int i = 0; i < 5; i++) {
            mismatches.record("checkout", compare("{'a':1}", "{'a':2}"), "differed-before");
            clock.advance(Duration.ofSeconds(1));
        }
        mismatches.record("checkout", compare("{'a':1}", null), "unexplained");
        mismatches.record("shadow-read", compare(held.formatted(1), held.formatted(2)), "");
        mismatches.record("shadow-read", compare("{'a':1}", "{'a':1}"), "");

        assertThat(mismatches.all()).isEqualTo(new Mismatches.Counts(8, 6, 1));
        assertThat(audit.read(0, 10)).hasSize(2);
        assertThat(audit.read(0, 10).get(0).path("why").textValue())
                .isEqualTo("checkout found issues/7 to differ (differed-before)");
        JsonNode first = mismatches.toJson().at("/signatures/0");
        assertThat(first.path("count").asInt()).isEqualTo(5);
        assertThat(first.path("pointer").asText()).isEqualTo("/a");
        assertThat(Instant.parse(first.path("lastSeen").asText()))
                .isEqualTo(Instant.parse(first.path("firstSeen").asText()).plusSeconds(4));
        assertThat(first.path("examples")).hasSize(3);
    }

    @Test
    void whatWasFoundOutlivesARestart() {
        TestClock clock = new TestClock();
        AuditJournal audit = new AuditJournal(new Disk(), directory, clock);
        Mismatches mismatches = new Mismatches(audit, new Disk(), directory, clock);
        mismatches.record("checkout", compare("{'a':1}", "{'a':2}"), "differed-before");
        mismatches.beginStage();
        mismatches.record("checkout", compare("{'a':1}", "{'a':1}"), "");
        mismatches.save();

        Mismatches next = new Mismatches(audit, new Disk(), directory, clock);

        assertThat(next.all()).isEqualTo(new Mismatches.Counts(2, 1, 0));
        assertThat(next.sinceStageBegan()).isEqualTo(new Mismatches.Counts(1, 0, 0));
        assertThat(next.toJson()).isEqualTo(mismatches.toJson());
    }

    /** Comparing rests nine times as long as it took, so no read within that time is compared. */
    @Test
    void aSlowRedisHasFewerReadsCompared() throws Exception {
        TestClock clock = new TestClock();
        AuditJournal audit = new AuditJournal(new Disk(), directory, clock);
        MemoryFiles files = new MemoryFiles();
        MemoryRedis redis = new MemoryRedis();
        Fences.fence(redis, 1);
        Project project = new Project(
                new ShadowStateManager.Parts(files, redis, directory, audit, StoreObserver.NONE, clock),
                Bridge.options());
        project.believe();
        AtomicLong nanos = new AtomicLong();
        Mismatches counted = new Mismatches(audit, new Disk(), directory, clock);
        StateManager slow = new ForwardingStateManager(redis) {
            @Override
            public Versioned read(RecordKey key) {
                nanos.addAndGet(100);
                return super.read(key);
            }
        };
        Versioned seven = files.read(RecordKey.issue(7));
        try (ShadowReads reads = new ShadowReads(project, slow, counted, 100, nanos::get)) {
            reads.compared(seven);
            await(() -> counted.all().comparisons() == 1 && reads.isIdle());
            nanos.set(999);
            reads.compared(seven);
            assertThat(reads.isIdle()).isTrue();
            nanos.set(1000);
            reads.compared(seven);
            await(() -> counted.all().comparisons() == 2);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(1);
        }
    }

    @Test
    void aDualWriteThatDisagreesIsFoundCountedAndMended() {
        try (Bridge bridge = Bridge.open(directory, Phase.DUAL_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.execute(Bridge.checkin(7, "p1"), bridge.stamps.next());

            assertThat(bridge.done(Bridge.checkin(7, "p1"))).isTrue();

            assertThat(bridge.state.status().mismatches()).isEqualTo(1);
            assertThat(bridge.state.knownCause(SEVEN)).contains("disagreed");
            assertThat(bridge.events()).contains("mismatch");
            bridge.state.keep();
            assertThat(bridge.differing()).isEmpty();
        }
    }
}
