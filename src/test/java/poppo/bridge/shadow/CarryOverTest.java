package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import poppo.bridge.shadow.ShadowStateManager.Reapplied;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Call;
import poppo.bridge.state.Fault;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.TestClock;
import poppo.bridge.state.Versioned;

/** What goes wrong between two stores, one story a test; each bug that was found here keeps its own. */
class CarryOverTest {
    private static final RecordKey SEVEN = RecordKey.issue(7);

    @TempDir
    Path directory;

    private Bridge patient(Phase phase) {
        return Bridge.openAt(directory, new TestClock(), Bridge.options(10_000, 1_000), Rollout.of(phase));
    }

    private static void redisDown(Bridge bridge) {
        bridge.redis.faults().always(Fault.unavailable());
        for (int i = 0; i < 20 && bridge.standing().believed(); i++) {
            bridge.run(new Operation.RemoveProcessedIssue(1 + i));
        }
        assertThat(bridge.standing().believed()).isFalse();
    }

    /** The dirty record's files are newer than Redis, though Redis has the authority. */
    @Test
    void aWriteThatOnlyTheFilesTookSurvivesARollbackBeforeItIsCarriedOver() {
        try (Bridge bridge = patient(Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.faults().nth(1, Fault.unavailable());
            assertThat(bridge.done(Bridge.checkin(7, "p1"))).isTrue();

            bridge.to(Phase.REDIS_READ);

            assertThat(bridge.files.read(SEVEN).image().path("status").asText()).isEqualTo("completed");
            assertThat(bridge.differing()).isEmpty();
        }
    }

    @Test
    void aWriteThatOnlyTheFilesTookSurvivesARepairByAuthority() {
        try (Bridge bridge = patient(Phase.REDIS_WRITE)) {
            bridge.redis.faults().nth(1, Fault.unavailable());
            bridge.done(Bridge.checkout(7, "p1"));

            assertThat(bridge.state.carryOver(compared -> {}).left()).isZero();

            assertThat(bridge.state.read(SEVEN).image().path("processId").asText())
                    .isEqualTo("p1");
            assertThat(bridge.differing()).isEmpty();
        }
    }

    /** Only lastHeartbeat differs, which is noise; but that Redis heard of the holder too long ago is not. */
    @Test
    void aHolderThatLivedThroughALongOutageIsAliveInRedisAfterIt() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            redisDown(bridge);
            for (int minute = 0; minute < 60; minute += 10) {
                bridge.clock.advance(Duration.ofMinutes(10));
                bridge.state.heartbeat("p1", bridge.stamps.next());
            }
            bridge.redis.faults().clear();
            bridge.keepLater();

            assertThat(bridge.standing().believed()).isTrue();
            assertThat(bridge.state.orphans(bridge.clock.instant())).isEmpty();
            assertThat(bridge.done(Bridge.checkout(7, "p2")))
                    .as("taken from a live holder")
                    .isFalse();
        }
    }

    @Test
    void aHolderThatLivedThroughALongTimeInRedisOnlyIsAliveInTheFilesAfterIt() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_ONLY)) {
            bridge.to(Phase.REDIS_WRITE);
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.to(Phase.REDIS_ONLY);
            for (int minute = 0; minute < 60; minute += 10) {
                bridge.clock.advance(Duration.ofMinutes(10));
                bridge.state.heartbeat("p1", bridge.stamps.next());
            }

            bridge.to(Phase.FILE);

            assertThat(bridge.state.orphans(bridge.clock.instant())).isEmpty();
            assertThat(bridge.done(Bridge.checkout(7, "p2")))
                    .as("taken from a live holder")
                    .isFalse();
        }
    }

    @Test
    void afterAFailOverNobodyIsTakenForDeadForAWholeTimeToLive() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.clock.advance(Duration.ofMinutes(29));
            redisDown(bridge);
            bridge.clock.advance(Duration.ofMinutes(29));

            assertThat(bridge.done(Bridge.checkout(7, "p2"))).isFalse();
            bridge.clock.advance(Duration.ofMinutes(2));
            assertThat(bridge.done(Bridge.checkout(7, "p2"))).isTrue();
        }
    }

    @Test
    void theFailOverHappensEvenWhenTheFilesCannotGrantGrace() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.files.faults().always(Call.to("grantGrace"), Fault.unavailable());
            redisDown(bridge);
            assertThat(bridge.standing().authority()).isEqualTo(Authority.FILE);

            bridge.redis.faults().clear();
            bridge.keepLater();

            assertThat(bridge.standing().believed()).isTrue();
            assertThat(bridge.run(Bridge.checkout(7, "p1")).served().label()).isEqualTo("redis");
        }
    }

    @Test
    void theFailOverHappensEvenWhenItCannotBeWrittenDown() throws Exception {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.breakStandingFile();
            redisDown(bridge);
            assertThat(bridge.done(Bridge.checkout(7, "p1"))).isTrue();

            bridge.redis.faults().clear();
            bridge.keepLater();
            assertThat(bridge.standing().believed())
                    .as("believed without a durable epoch")
                    .isFalse();

            bridge.mendStandingFile();
            bridge.keepLater();
            assertThat(bridge.standing().believed()).isTrue();
            assertThat(bridge.differing()).isEmpty();
        }
    }

    /** An epoch that only .bridge knew of would make Redis look like an old copy for ever. */
    @Test
    void inRedisOnlyAFenceThatFailsIsFollowedByOneThatSucceeds() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_ONLY)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.faults().always(Fault.unavailable());
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> bridge.run(Bridge.checkout(8, "p1")))
                        .isInstanceOf(BridgeException.Unavailable.class);
            }
            bridge.redis.faults().clear();
            bridge.redis.faults().nth(1, Call.to("fence"), Fault.unavailable());
            bridge.keepLater();
            assertThat(bridge.standing().believed()).isFalse();

            bridge.keepLater();

            assertThat(bridge.standing().believed()).isTrue();
            assertThat(bridge.state.read(SEVEN).image()).isNotNull();
        }
    }

    @Test
    void inRedisOnlyAnEmptyRedisIsNeverBelieved() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_ONLY)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.restartEmpty();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> bridge.state.read(SEVEN)).isInstanceOf(BridgeException.Unavailable.class);
                bridge.keepLater();
                assertThat(bridge.standing().believed()).isFalse();
            }
            assertThatThrownBy(() -> bridge.run(Bridge.checkout(7, "p2")))
                    .isInstanceOf(BridgeException.Unavailable.class)
                    .hasMessageContaining("came back empty");
            assertThatThrownBy(() -> bridge.to(Phase.FILE)).isInstanceOf(BridgeException.Unavailable.class);
            assertThat(bridge.standing().phase()).isEqualTo(Phase.REDIS_ONLY);
        }
    }

    @Test
    void inRedisOnlyAForeignWriteToTheArchiveNeverReachesRedis() {
        Bridge bridge = Bridge.open(directory, Phase.REDIS_ONLY);
        bridge.done(Bridge.checkout(7, "p1"));
        // A start without Redis, then a legacy program that doesn't know of the move.
        bridge.redis.setEpoch(null);
        bridge.files.acceptForeignWrites(true);
        try (Bridge next = bridge.reopen()) {
            assertThat(next.standing().believed()).isFalse();
            bridge.redis.setEpoch(next.standing().epoch());
            next.files.writeForeign(SEVEN, Json.parse("{\"status\":\"foreign\"}"));
            next.files.poll();
            next.keepLater();
            next.state.keep();

            assertThat(next.standing().believed()).isTrue();
            assertThat(next.state.read(SEVEN).image().path("processId").asText())
                    .isEqualTo("p1");
        }
    }

    @Test
    void redisGoneWhileStillBelievedDoesNotKeepARollbackFromTheFiles() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.faults().always(Fault.unavailable());
            assertThat(bridge.standing().believed()).isTrue();

            bridge.to(Phase.FILE);

            assertThat(bridge.standing().phase()).isEqualTo(Phase.FILE);
            assertThat(bridge.state.read(SEVEN).image().path("processId").asText())
                    .isEqualTo("p1");
        }
    }

    /** Calls for dirty records go past Redis, so without this nothing would ever find out that it is back. */
    @Test
    void redisIsDoubtedWhenACarryOverMeetsAnotherServer() {
        try (Bridge bridge = patient(Phase.REDIS_WRITE)) {
            bridge.redis.faults().nth(1, Fault.unavailable());
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.restartEmpty();

            bridge.state.keep();
            assertThat(bridge.standing().believed()).isFalse();

            bridge.keepLater();
            assertThat(bridge.standing().believed()).isTrue();
            assertThat(bridge.redis.read(SEVEN).image()).isNotNull();
        }
    }

    @Test
    void aForeignWriteNotYetNoticedIsTakenOverBeforeRedisGetsAuthority() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_READ)) {
            bridge.files.writeForeign(SEVEN, Json.parse("{\"status\":\"completed\",\"by\":\"legacy\"}"));

            bridge.to(Phase.REDIS_WRITE);

            assertThat(bridge.state.read(SEVEN).image().path("by").asText()).isEqualTo("legacy");
            assertThat(bridge.differing()).isEmpty();
        }
    }

    @Test
    void aForeignWriteDuringAnOutageIsTakenOverBeforeRedisIsBelievedAgain() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            redisDown(bridge);
            bridge.files.writeForeign(SEVEN, Json.parse("{\"status\":\"completed\",\"by\":\"legacy\"}"));
            bridge.redis.faults().clear();
            bridge.keepLater();

            assertThat(bridge.standing().believed()).isTrue();
            assertThat(bridge.state.read(SEVEN).image().path("by").asText()).isEqualTo("legacy");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DUAL_WRITE", "REDIS_READ"})
    void whileFilesHaveAuthorityAForeignWriteIsCarriedOver(Phase phase) {
        try (Bridge bridge = Bridge.open(directory, phase)) {
            bridge.files.writeForeign(SEVEN, Json.parse("{\"status\":\"completed\"}"));
            bridge.files.poll();
            assertThat(bridge.state.knownCause(SEVEN)).contains("foreign-write");
            assertThat(bridge.state.read(SEVEN).image()).isNotNull();

            bridge.state.keep();

            assertThat(bridge.redis.read(SEVEN).image()).isNotNull();
            assertThat(bridge.differing()).isEmpty();
            assertThat(bridge.events()).contains("foreign-write");
            assertThat(bridge.state.lastForeignWrite()).contains(bridge.clock.instant());
        }
    }

    @Test
    void whileRedisHasAuthorityAForeignWriteIsSetAsideAndReported() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.files.writeForeign(SEVEN, Json.parse("{\"status\":\"completed\"}"));
            bridge.files.poll();

            assertThat(bridge.state.read(SEVEN).image().path("processId").asText())
                    .isEqualTo("p1");
            assertThat(bridge.isDirty(SEVEN)).isFalse();
            assertThat(bridge.audit.read(0, 100).toString())
                    .contains("setAside")
                    .contains("issues/7");
            assertThat(bridge.differing()).isEmpty();
        }
    }

    @Test
    void aFullDiskRefusesTheWriteBeforeRedisIsAsked() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.disk.fail("No space left on device", step -> step.startsWith("create spare"));
            bridge.redis.forgetCalls();

            assertThatThrownBy(() -> bridge.run(Bridge.checkout(7, "p1")))
                    .isInstanceOf(BridgeException.Unavailable.class)
                    .hasMessageContaining("No space left on device")
                    .hasMessageContaining("nothing was changed");
            assertThat(bridge.redis.calls()).isEmpty();
            assertThat(bridge.state.status().dirtyRecords()).isZero();

            bridge.disk.heal();
            assertThat(bridge.done(Bridge.checkout(7, "p1"))).isTrue();
        }
    }

    @Test
    void whatTheJournalCannotKeepIsTakenBackInRedis() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.disk.failOnce("Input/output error", isJournalWrite());

            assertThatThrownBy(() -> bridge.run(Bridge.checkin(7, "p1")))
                    .isInstanceOf(BridgeException.Unavailable.class)
                    .isNotInstanceOf(BridgeException.UnknownOutcome.class);

            assertThat(bridge.state.read(SEVEN).image().path("status").asText()).isEqualTo("processing");
            assertThat(bridge.differing()).isEmpty();
            bridge.state.keep();
            assertThat(bridge.isDirty(SEVEN)).isFalse();
            assertThat(bridge.done(Bridge.checkin(7, "p1"))).isTrue();
        }
    }

    private static Predicate<String> isJournalWrite() {
        return step -> step.startsWith("write spare");
    }

    @Test
    void whatCannotBeTakenBackInRedisIsDirtyUntilItIs() {
        try (Bridge bridge = patient(Phase.REDIS_WRITE)) {
            bridge.disk.failOnce("Input/output error", isJournalWrite());
            bridge.redis.faults().always(Call.to("replaceAll"), Fault.unavailable());

            assertThatThrownBy(() -> bridge.run(Bridge.checkout(7, "p1")))
                    .isInstanceOf(BridgeException.Unavailable.class);
            assertThat(bridge.isDirty(SEVEN)).isTrue();
            assertThat(bridge.state.read(SEVEN).image()).isNull();

            bridge.redis.faults().clear();
            bridge.state.keep();
            assertThat(bridge.redis.read(SEVEN).image()).isNull();
            assertThat(bridge.isDirty(SEVEN)).isFalse();
        }
    }

    @Test
    void aCopyThatTheFilesRefuseIsNotHalfDone() {
        try (Bridge bridge = patient(Phase.REDIS_WRITE)) {
            Versioned there = bridge.state.read(SEVEN);
            bridge.disk.failOnce("Input/output error", isJournalWrite());

            Replacement copy = new Replacement(SEVEN, Json.parse("{\"status\":\"x\"}"), there.version(), null, 1);
            assertThatThrownBy(() -> bridge.state.replaceAll(List.of(copy)))
                    .isInstanceOf(BridgeException.Unavailable.class);

            assertThat(bridge.state.read(SEVEN).image()).isNull();
            assertThat(bridge.differing()).isEmpty();
        }
    }

    @Test
    void aMirrorCopyOfUnknownOutcomeIsCarriedOverFromTheFilesAsTheyTurnOut() {
        try (Bridge bridge = patient(Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(1, "p1"));
            bridge.disk.fail("Input/output error", isJournalWrite());

            assertThatThrownBy(() -> bridge.run(Bridge.checkout(7, "p1")))
                    .isInstanceOf(BridgeException.UnknownOutcome.class);
            assertThat(bridge.state.status().unknownOutcomes()).isEqualTo(1);

            bridge.disk.heal();
            bridge.state.keep();
            assertThat(bridge.differing()).isEmpty();
            assertThat(bridge.state.status().unknownOutcomes()).isZero();
        }
    }

    @Test
    void aLabelThatCannotBeKeptDoesNotMakeADoneOperationLookUndone() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_ONLY)) {
            bridge.disk.fail("Input/output error", isJournalWrite());

            assertThatThrownBy(() -> bridge.run(Bridge.checkout(7, "p1")))
                    .isInstanceOf(BridgeException.UnknownOutcome.class);

            bridge.disk.heal();
            assertThat(bridge.done(Bridge.checkout(7, "p1"))).as("asked again").isTrue();
            bridge.state.mirror();
            assertThat(bridge.files.labels()).hasSize(1);
        }
    }

    @Test
    void pastTheLimitWholeCollectionsAreDirtyAndTheyAreCarriedOverAsWell() {
        ShadowOptions three = Bridge.options(3, 4);
        try (Bridge bridge = Bridge.openAt(directory, new TestClock(), three, Rollout.of(Phase.REDIS_WRITE))) {
            redisDown(bridge);
            for (long issue = 1; issue <= 300; issue++) {
                assertThat(bridge.done(Bridge.checkout(issue, "p" + issue))).isTrue();
            }
            ShadowStatus status = bridge.state.status();
            assertThat(status.dirtyRecords()).isLessThanOrEqualTo(3);
            assertThat(status.dirtyCollections()).isEqualTo(1);

            bridge.redis.faults().clear();
            bridge.keepLater();

            assertThat(bridge.standing().believed()).isTrue();
            assertThat(bridge.redis.page(StateCollection.ISSUES, null, 1000)).hasSize(300);
            assertThat(bridge.differing()).isEmpty();
            assertThat(bridge.state.status().dirtyCollections()).isZero();
        }
    }

    @Test
    void whatACopyOverwritesUnexplainedIsKeptAside() throws Exception {
        try (Bridge bridge = Bridge.open(directory, Phase.DUAL_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.execute(Bridge.checkin(7, "p1"), bridge.stamps.next());

            assertThat(bridge.state
                            .repairs()
                            .repair(bridge.state.pair(SEVEN), null)
                            .refusal())
                    .isNull();

            assertThat(Files.readString(directory.resolve("set-aside.jsonl")))
                    .contains("\"store\":\"redis\"")
                    .contains("\"record\":\"7\"")
                    .contains("\"status\":\"completed\"");
        }
    }

    @Test
    void whatCannotBeKeptAsideIsNotOverwritten() throws Exception {
        try (Bridge bridge = Bridge.open(directory, Phase.DUAL_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.execute(Bridge.checkin(7, "p1"), bridge.stamps.next());
            Files.createDirectory(directory.resolve("set-aside.jsonl"));

            assertThatThrownBy(() -> bridge.state.repairs().repair(bridge.state.pair(SEVEN), null))
                    .isInstanceOf(BridgeException.Unavailable.class);
            assertThat(bridge.redis.read(SEVEN).image().path("status").asText()).isEqualTo("completed");
        }
    }

    @Test
    void inRedisOnlyNothingIsRepairedFromTheArchive() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_ONLY)) {
            bridge.done(Bridge.checkout(7, "p1"));

            assertThatThrownBy(() -> bridge.state.repairs().repair(bridge.state.pair(SEVEN), Authority.FILE))
                    .isInstanceOf(BridgeException.Conflict.class);
            assertThat(bridge.state.read(SEVEN).image()).isNotNull();
        }
    }

    @Test
    void aWriteWhoseMirrorCopyFailsWhileTheFilesAreBroughtBackIsInThemInTheEnd() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_ONLY)) {
            bridge.done(Bridge.checkout(1, "p1"));
            // Between the sweep of the issues and that of the last collection, a checkin whose copy meets a full disk.
            bridge.files
                    .faults()
                    .nth(
                            1,
                            call -> call.method().equals("read") && call.about().equals("last-run"),
                            Fault.before(() -> {
                                bridge.disk.failOnce("Input/output error", isJournalWrite());
                                assertThatThrownBy(() -> bridge.run(Bridge.checkin(1, "p1")))
                                        .isInstanceOf(BridgeException.UnknownOutcome.class);
                            }));

            bridge.to(Phase.FILE);

            assertThat(bridge.state
                            .read(RecordKey.issue(1))
                            .image()
                            .path("status")
                            .asText())
                    .isEqualTo("completed");
        }
    }

    @Test
    void aReadThatFallsBackDoesNotOvertakeAMirrorCopyUnderWay() throws Exception {
        try (Bridge bridge = patient(Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            List<String> seen = new ArrayList<>();
            Thread[] reader = new Thread[1];
            bridge.disk.before(isJournalWrite(), () -> {
                seen.add(bridge.state.read(SEVEN).image().path("status").asText());
                bridge.redis.setEpoch(99L);
                reader[0] = new Thread(() -> {
                    failQuietly(() -> bridge.state.read(RecordKey.issue(8)));
                    seen.add(bridge.state.read(SEVEN).image().path("status").asText());
                });
                reader[0].start();
                while (reader[0].getState() == Thread.State.RUNNABLE || reader[0].getState() == Thread.State.NEW) {
                    Thread.onSpinWait();
                }
            });
            bridge.done(Bridge.checkin(7, "p1"));
            reader[0].join();

            assertThat(seen).containsExactly("completed", "completed");
        }
    }

    private static void failQuietly(Runnable read) {
        try {
            read.run();
        } catch (BridgeException e) {
            assertThat(e).isInstanceOf(BridgeException.Unavailable.class);
        }
    }

    @Test
    void aListenerMayAskTheBridgeAndMayFail() {
        try (Bridge bridge = Bridge.open(directory, Phase.DUAL_WRITE)) {
            List<StatusChange> told = new ArrayList<>();
            bridge.state.onStatusChange(change -> {
                told.add(change);
                if (change.status().equals("processing")) {
                    bridge.done(Bridge.checkin(change.issue(), "p1"));
                }
                throw new IllegalStateException("a listener's own trouble");
            });

            assertThat(bridge.done(Bridge.checkout(7, "p1"))).isTrue();

            assertThat(told).extracting(StatusChange::status).containsExactly("processing", "completed");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FILE", "DUAL_WRITE", "REDIS_READ"})
    void whatALegacyProcessErasedIsAppliedAgainOnRequest(Phase phase) {
        try (Bridge bridge = Bridge.open(directory, phase)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.files.writeForeign(SEVEN, null);
            bridge.files.poll();
            bridge.state.keep();
            assertThat(bridge.state.read(SEVEN).image()).isNull();
            assertThat(bridge.state.foreignWrites().erased())
                    .singleElement()
                    .satisfies(erased -> assertThat(erased.key()).isEqualTo(SEVEN));

            assertThat(bridge.state.reapply(Set.of())).containsExactly(entry(SEVEN, Reapplied.REAPPLIED));
            bridge.state.keep();

            assertThat(bridge.state.read(SEVEN).image().path("processId").asText())
                    .isEqualTo("p1");
            assertThat(bridge.state.foreignWrites().erased()).isEmpty();
            assertThat(bridge.state.reapply(Set.of())).isEmpty();
            assertThat(bridge.state.standing().phase().usesRedis() ? bridge.differing() : List.of())
                    .isEmpty();
        }
    }

    @Test
    void whatWasErasedIsKnownAfterARestartAndNeverPutOverWhatIsNewer() {
        try (Bridge bridge = Bridge.open(directory, Phase.DUAL_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.files.writeForeign(SEVEN, null);
            bridge.files.poll();
            bridge.state.keep();
            bridge.done(Bridge.checkout(7, "p2"));
            Bridge next = bridge.reopen();
            assertThat(next.state.foreignWrites().erased()).hasSize(1);

            assertThat(next.state.reapply(Set.of(SEVEN))).containsExactly(entry(SEVEN, Reapplied.CHANGED_SINCE));

            assertThat(next.state.read(SEVEN).image().path("processId").asText())
                    .isEqualTo("p2");
            assertThat(next.state.foreignWrites().erased()).isEmpty();
        }
    }
}
