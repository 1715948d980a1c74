package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Call;
import poppo.bridge.state.Fault;
import poppo.bridge.state.RecordKey;

/** Every way from one phase to another, at work, and each way it can fail. The time-outs only end a run that hangs. */
@Timeout(120)
class TransitionsTest {
    private static final RecordKey SEVEN = RecordKey.issue(7);

    @TempDir
    Path directory;

    static Stream<Arguments> everyPair() {
        return Arrays.stream(Phase.values())
                .flatMap(from -> Arrays.stream(Phase.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void nothingIsLostAndNobodyHoldsTwiceOnTheWay(Phase from, Phase to) throws Exception {
        try (Bridge bridge = Bridge.open(directory, from);
                Ledger ledger = new Ledger(bridge, 8)) {
            ledger.go(8);
            ledger.await();
            long before = bridge.standing().epoch();
            ledger.go(40);

            bridge.to(to);

            ledger.go(8);
            ledger.settle();
            bridge.state.keep();
            assertThat(bridge.standing().rollout()).isEqualTo(Rollout.of(to));
            assertThat(bridge.standing().authority()).isEqualTo(to.authority());
            if (to.usesRedis() && to.keepsFiles()) {
                assertThat(bridge.differing()).isEmpty();
            }
            if (from.authority() != to.authority()) {
                assertThat(bridge.standing().epoch()).isGreaterThan(before);
                assertThat(bridge.redis.probe().epoch())
                        .isEqualTo(bridge.standing().epoch());
            }
        }
    }

    @Test
    void onlyABeliefThatWasThereBeforeIsAReturn() {
        Bridge bridge = Bridge.open(directory);
        bridge.redis.faults().always(Fault.unavailable());
        assertThatThrownBy(() -> bridge.to(Phase.DUAL_WRITE)).isInstanceOf(BridgeException.Unavailable.class);
        bridge.redis.faults().clear();
        bridge.to(Phase.DUAL_WRITE);
        assertThat(bridge.events()).containsExactly("phase-change-failed", "belief", "phase-change");
        assertThat(bridge.state.status().returns()).isZero();

        bridge.to(Phase.FILE);
        bridge.to(Phase.DUAL_WRITE);
        assertThat(bridge.state.status().returns()).isEqualTo(1);
        bridge.close();
        try (Bridge next = bridge.reopen()) {
            assertThat(next.events()).endsWith("return");
            assertThat(next.state.status().returns()).isEqualTo(1);
        }
    }

    @Test
    void percentsMoveUpAndDownUnderWork() throws Exception {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_READ);
                Ledger ledger = new Ledger(bridge, 8)) {
            for (int percent : List.of(0, 50, 100, 30)) {
                long before = bridge.standing().epoch();
                bridge.to(new Rollout(Phase.REDIS_WRITE, 100, percent));
                assertThat(bridge.standing().epoch()).isGreaterThan(before);
                ledger.go(20);
            }
            bridge.to(Phase.DUAL_WRITE);
            ledger.settle();
            assertThat(bridge.differing()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void afterAStopTheBridgeStandsWhereItStood(Phase phase) {
        Bridge bridge = Bridge.open(directory, phase);
        bridge.done(Bridge.checkout(7, "p1"));
        bridge.close();
        assertThat(bridge.files.isClosed()).isTrue();
        assertThat(bridge.redis.isClosed()).isTrue();

        assertStandsAsBefore(bridge);
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void afterACrashTheBridgeStandsWhereItStood(Phase phase) {
        Bridge bridge = Bridge.open(directory, phase);
        bridge.done(Bridge.checkout(7, "p1"));

        assertStandsAsBefore(bridge);
    }

    private static void assertStandsAsBefore(Bridge bridge) {
        Phase phase = bridge.standing().phase();
        try (Bridge next = bridge.reopen()) {
            assertThat(next.standing().rollout()).isEqualTo(bridge.standing().rollout());
            assertThat(next.standing().epoch())
                    .isGreaterThanOrEqualTo(bridge.standing().epoch());
            assertThat(next.standing().believed()).isEqualTo(phase.usesRedis());
            assertThat(next.standing().filesBehind()).isEqualTo(!phase.keepsFiles());
            assertThat(next.state.read(SEVEN).image().path("processId").asText())
                    .isEqualTo("p1");
            assertThat(next.done(Bridge.checkout(7, "p2"))).isFalse();
            assertThat(next.done(Bridge.checkin(7, "p1"))).isTrue();
        }
    }

    @Test
    void aWriteToRedisThatNobodyWasToldOfIsUndoneAfterACrash() {
        Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE);
        bridge.redis.execute(Bridge.checkout(7, "p1"), bridge.stamps.next());

        try (Bridge next = bridge.reopen()) {
            assertThat(next.state.read(SEVEN).image()).isNull();
            assertThat(next.differing()).isEmpty();
        }
    }

    @Test
    void whatOthersWroteToRedisDuringACleanStopStays() {
        Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE);
        bridge.close();
        bridge.redis.execute(Bridge.checkout(7, "p1"), bridge.stamps.next());

        try (Bridge next = bridge.reopen()) {
            assertThat(next.state.read(SEVEN).image().path("processId").asText())
                    .isEqualTo("p1");
            assertThat(next.differing()).isEmpty();
        }
    }

    @Test
    void anOlderRedisAfterACleanStopIsNotTakenOver() {
        Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE);
        bridge.redis.save();
        bridge.done(Bridge.checkout(7, "p1"));
        bridge.close();
        bridge.redis.restartFromSaved();

        try (Bridge next = bridge.reopen()) {
            assertThat(next.state.read(SEVEN).image().path("processId").asText())
                    .isEqualTo("p1");
            assertThat(next.differing()).isEmpty();
        }
    }

    @Test
    void aRedisRestartedOlderJustBeforeAStopIsNotTakenForLeftInOrder() {
        Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE);
        bridge.redis.save();
        bridge.done(Bridge.checkout(7, "p1"));
        bridge.redis.restartFromSaved();
        bridge.close();

        try (Bridge next = bridge.reopen()) {
            assertThat(next.state.read(SEVEN).image().path("processId").asText())
                    .isEqualTo("p1");
        }
    }

    // ---- steps that fail

    @ParameterizedTest
    @CsvSource({
        "FILE, DUAL_WRITE",
        "FILE, REDIS_ONLY",
        "DUAL_WRITE, REDIS_WRITE",
        "REDIS_READ, REDIS_WRITE",
        "REDIS_WRITE, REDIS_ONLY",
        "REDIS_ONLY, FILE",
        "REDIS_ONLY, REDIS_WRITE"
    })
    void withoutRedisThePhaseStays(Phase from, Phase to) {
        try (Bridge bridge = Bridge.open(directory, from)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.faults().always(Fault.unavailable());

            assertThatThrownBy(() -> bridge.to(to)).isInstanceOf(BridgeException.Unavailable.class);

            bridge.redis.faults().clear();
            assertStays(bridge, from);
        }
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void withAStandingFileThatCannotBeWrittenThePhaseStays(Phase from, Phase to) throws Exception {
        if (from == to) {
            return;
        }
        try (Bridge bridge = Bridge.open(directory, from)) {
            bridge.done(Bridge.checkout(7, "p1"));
            String before = bridge.standingOnDisk();
            bridge.breakStandingFile();

            assertThatThrownBy(() -> bridge.to(to)).isInstanceOf(BridgeException.Unavailable.class);
            assertThat(bridge.standingOnDisk()).isEqualTo(before);

            bridge.mendStandingFile();
            assertStays(bridge, from);
        }
    }

    @Test
    void recordsThatCannotBeCopiedToRedisKeepThePhaseFile() {
        try (Bridge bridge = Bridge.open(directory, Phase.FILE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.faults().always(Call.to("replaceAll"), Fault.unavailable());

            assertThatThrownBy(() -> bridge.to(Phase.REDIS_WRITE)).isInstanceOf(BridgeException.Unavailable.class);

            bridge.redis.faults().clear();
            assertStays(bridge, Phase.FILE);
            assertThat(bridge.state.status().dirtyRecords()).isZero();
        }
    }

    @Test
    void recordsThatCannotBeCopiedToTheFilesKeepThePhaseRedisOnly() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_ONLY)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.files.faults().always(Call.to("replaceAll"), Fault.unavailable());

            assertThatThrownBy(() -> bridge.to(Phase.FILE)).isInstanceOf(BridgeException.Unavailable.class);

            bridge.files.faults().clear();
            assertStays(bridge, Phase.REDIS_ONLY);
        }
    }

    private static void assertStays(Bridge bridge, Phase phase) {
        bridge.keepLater();
        bridge.state.keep();
        assertThat(bridge.standing().phase()).isEqualTo(phase);
        assertThat(bridge.standing().filesBehind()).isEqualTo(!phase.keepsFiles());
        assertThat(bridge.standing().believed()).isEqualTo(phase.usesRedis());
        assertThat(bridge.events()).contains("phase-change-failed");
        assertThat(bridge.state.read(SEVEN).image().path("processId").asText()).isEqualTo("p1");
        assertThat(bridge.done(Bridge.checkin(7, "p1"))).isTrue();
        if (phase.usesRedis() && phase.keepsFiles()) {
            assertThat(bridge.differing()).isEmpty();
        }
    }

    // ---- the standing file

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{'format':2,'phase':'file','readPercent':100,'writePercent':100,'epoch':1,'filesBehind':false,'backfilled':false}",
                "{'format':1,'phase':'files','readPercent':100,'writePercent':100,'epoch':1,'filesBehind':false,'backfilled':false}",
                "{'format':1,'phase':'file','readPercent':101,'writePercent':100,'epoch':1,'filesBehind':false,'backfilled':false}",
                "{'format':1,'phase':'file','readPercent':100,'epoch':1,'filesBehind':false,'backfilled':false}",
                "{'format':1,'phase':'file','readPercent':100,'writePercent':100,'epoch':0,'filesBehind':false,'backfilled':false}",
                "{'format':1,'phase':'file','readPercent':100,'writePercent':100,'epoch':1,'backfilled':false}",
                "{'format':1,'phase':'file','readPercent':100,'writePercent':100,'epoch':1,'filesBehind':'no','backfilled':false}",
                "{'format':1,'phase':'redis-only','readPercent':100,'writePercent':100,'epoch':1,'filesBehind':false,'backfilled':true}",
                "{'format':1,'phase':'file','readPercent':100,'writePercent':100,'epoch':1,'filesBehind':false,'backfilled':false,'cleanStop':{}}"
            })
    void aStandingThatCannotBeUnderstoodIsAClearErrorAndStaysAsItIs(String content) throws Exception {
        Path file = directory.resolve("standing.json");
        Files.writeString(file, content.replace('\'', '"'));

        assertThatThrownBy(() -> Bridge.open(directory))
                .isInstanceOf(BridgeException.Corrupt.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("correct it, or remove it to begin in phase file");
        assertThat(file).hasContent(content.replace('\'', '"'));
    }

    @Test
    void theAuditJournalTellsEachChangeWithWhoAndWhy() {
        try (Bridge bridge = Bridge.open(directory)) {
            bridge.state.change(Rollout.of(Phase.DUAL_WRITE), "ann", "it is time");

            var entry = bridge.audit.read(0, 10).stream()
                    .filter(each -> each.path("event").textValue().equals("phase-change"))
                    .findFirst()
                    .orElseThrow();
            assertThat(entry.path("who").textValue()).isEqualTo("ann");
            assertThat(entry.path("why").textValue()).isEqualTo("it is time");
            assertThat(entry.path("details").path("from").textValue()).isEqualTo("file");
            assertThat(entry.path("details").path("to").textValue()).isEqualTo("dual-write");
        }
    }
}
