package poppo.bridge.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import poppo.bridge.shadow.Bridge;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Call;
import poppo.bridge.state.Fault;
import poppo.bridge.state.Json;
import poppo.bridge.state.MemoryStateManager;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Served;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/** The operator's side. The time-outs only end a run that hangs. */
@Timeout(120)
class MigrationTest {
    private static final RecordKey SEVEN = RecordKey.issue(7);

    @TempDir
    Path directory;

    private final List<Finding> findings = new ArrayList<>();
    private Bridge bridge;
    private final Evidence evidence = new Evidence();
    private Migration migration;

    private Migration at(Phase phase) {
        bridge = Bridge.open(directory, phase);
        migration = new Migration(
                bridge.state, bridge.audit, () -> findings, evidence, bridge.clock, bridge.disk, directory);
        return migration;
    }

    @AfterEach
    void close() {
        if (bridge != null) {
            migration.close();
            bridge.close();
        }
    }

    private static void put(MemoryStateManager store, RecordKey key, String json) {
        Versioned there = store.read(key);
        Replacement copy = new Replacement(key, json == null ? null : Json.parse(json), there.version(), null, 1);
        assertThat(store.replaceAll(List.of(copy))).containsExactly(true);
    }

    private Gate failed(Phase target) {
        List<Gate> failed = migration.judge(Rollout.of(target), Bounds.DEFAULT).stream()
                .filter(gate -> !gate.passed())
                .toList();
        assertThat(failed).hasSize(1);
        return failed.get(0);
    }

    // ---- gates

    @Test
    void withoutABackfillNothingGoesUp() {
        at(Phase.FILE);

        assertThat(failed(Phase.DUAL_WRITE)).isEqualTo(new Gate("backfill", false, "not complete", "complete"));
        GateFailed failed = catchThrowableOfType(
                GateFailed.class,
                () -> migration.change(Rollout.of(Phase.REDIS_WRITE), Bounds.DEFAULT, false, "ann", "now"));
        assertThat(failed).hasMessage("Not moved to dual-write: backfill is not complete, asked is complete");
        assertThat(failed.code()).isEqualTo("gate-failed");
        assertThat(bridge.state.standing().phase()).isEqualTo(Phase.FILE);
    }

    @Test
    void afterABackfillItGoesUpAllTheWay() {
        at(Phase.FILE);
        bridge.state.execute(new Operation.Checkout(7, "p1", null, null, null), bridge.stamps.next());
        assertThat(migration.backfillNow(compared -> {}).copied()).isEqualTo(1);

        migration.change(Rollout.of(Phase.REDIS_ONLY), Bounds.DEFAULT, false, "ann", "now");

        assertThat(bridge.state.standing().phase()).isEqualTo(Phase.REDIS_ONLY);
        assertThat(bridge.redis.read(SEVEN).image()).isNotNull();
    }

    @Test
    void theDoctorsErrorsKeepThePhaseAndItsWarningsDoNot() {
        at(Phase.DUAL_WRITE);
        findings.add(new Finding("skew", Finding.Level.WARNING, "a bit", "look"));
        assertThat(migration.judge(Rollout.of(Phase.REDIS_READ), Bounds.DEFAULT))
                .allMatch(Gate::passed);

        findings.add(new Finding("eviction", Finding.Level.ERROR, "allkeys-lru", "set noeviction"));
        assertThat(failed(Phase.REDIS_READ)).isEqualTo(new Gate("doctor", false, "eviction: allkeys-lru", "no errors"));
    }

    @Test
    void aLostRedisKeepsThePhase() {
        at(Phase.DUAL_WRITE);
        bridge.redis.setEpoch(null);
        bridge.state.execute(new Operation.AddProcessedIssue(1), bridge.stamps.next());
        bridge.redis.setEpoch(bridge.state.standing().epoch());

        assertThat(migration.judge(Rollout.of(Phase.REDIS_READ), Bounds.DEFAULT))
                .contains(new Gate("breaker", false, "open", "closed"), new Gate("dirty-records", false, "1", "0"));
    }

    @Test
    void anUnknownOutcomeAndAMismatchKeepThePhase() {
        at(Phase.DUAL_WRITE);
        bridge.state.execute(new Operation.UpdateStatus(8, Json.object().put("status", "x")), bridge.stamps.next());
        put(bridge.redis, RecordKey.issue(8), "{\"status\":\"y\",\"odd\":true}");
        bridge.state.execute(new Operation.UpdateStatus(8, Json.object().put("status", "z")), bridge.stamps.next());
        bridge.redis.faults().nth(1, Fault.unknownAfterEffect());
        bridge.state.execute(new Operation.AddProcessedIssue(1), bridge.stamps.next());

        assertThat(migration.judge(Rollout.of(Phase.REDIS_READ), Bounds.DEFAULT))
                .contains(
                        new Gate("unknown-outcomes", false, "1", "0"),
                        new Gate(
                                "mismatches",
                                false,
                                "1 of 2 disagreed: at most 100.0 % do (95 % confidence)",
                                "at most 0"));
    }

    @Test
    void aDifferenceKeepsThePhase() {
        at(Phase.DUAL_WRITE);
        put(bridge.redis, SEVEN, "{\"status\":\"odd\"}");

        Gate gate = failed(Phase.REDIS_READ);
        assertThat(gate.name()).isEqualTo("diff");
        assertThat(gate.measured()).startsWith("inconsistent, 1 compared, 1 differ, at ");
        assertThat(gate.bound()).isEqualTo("consistent");
    }

    @Test
    void writesDoNotMoveWhileSomebodyElseWritesTheFiles() {
        at(Phase.REDIS_READ);
        bridge.files.writeForeign(SEVEN, Json.parse("{\"status\":\"x\"}"));
        bridge.files.poll();
        bridge.state.keep();
        bridge.clock.advance(Duration.ofSeconds(59));
        assertThat(failed(Phase.REDIS_WRITE))
                .isEqualTo(new Gate("foreign-writes", false, "one 59 s ago", "none for 60 s"));

        bridge.clock.advance(Duration.ofSeconds(1));
        assertThat(migration.judge(Rollout.of(Phase.REDIS_WRITE), Bounds.DEFAULT))
                .allMatch(Gate::passed);
    }

    @Test
    void aGateThatFailsOnTheWayBringsTheFormerPhaseBack() {
        at(Phase.FILE);
        migration.backfillNow(compared -> {});
        bridge.files.writeForeign(SEVEN, Json.parse("{\"status\":\"x\"}"));
        bridge.files.poll();

        assertThatThrownBy(() -> migration.change(Rollout.of(Phase.REDIS_ONLY), Bounds.DEFAULT, false, "ann", "now"))
                .isInstanceOf(GateFailed.class)
                .hasMessageStartingWith("Not moved to redis-write at 100 %: foreign-writes is one 0 s ago");
        assertThat(bridge.state.standing().phase()).isEqualTo(Phase.FILE);
    }

    @Test
    void forceOverridesTheGatesAndTheJournalSaysSo() {
        at(Phase.FILE);

        migration.change(Rollout.of(Phase.DUAL_WRITE), Bounds.DEFAULT, true, "ann", "in a hurry");

        assertThat(bridge.state.standing().phase()).isEqualTo(Phase.DUAL_WRITE);
        assertThat(bridge.audit.read(0, 100).toString())
                .contains("gates-overridden")
                .contains("in a hurry");
    }

    @Test
    void judgingWritesNothing() {
        at(Phase.DUAL_WRITE);
        put(bridge.redis, SEVEN, "{\"status\":\"odd\"}");
        var standing = bridge.state.standing();
        bridge.files.forgetCalls();
        bridge.redis.forgetCalls();

        migration.judge(Rollout.of(Phase.REDIS_ONLY), Bounds.DEFAULT);

        assertThat(Stream.concat(bridge.files.calls().stream(), bridge.redis.calls().stream()))
                .extracting(Call::method)
                .containsOnly("read", "readAll", "page");
        assertThat(bridge.state.standing()).isEqualTo(standing);
        assertThat(migration.judge(Rollout.of(Phase.FILE), Bounds.DEFAULT)).isEmpty();
    }

    // ---- the way back

    static Stream<Arguments> everyWayBack() {
        return Arrays.stream(Phase.values())
                .flatMap(from -> Arrays.stream(Phase.values())
                        .filter(to -> to.compareTo(from) <= 0)
                        .map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("everyWayBack")
    void theWayBackIsOpenAndTheFilesHaveEverything(Phase from, Phase to) {
        at(from);
        bridge.state.execute(new Operation.Checkout(7, "p1", null, null, null), bridge.stamps.next());

        migration.rollback(to, "ann", "drill");

        assertThat(bridge.state.standing().phase()).isEqualTo(to);
        if (to.keepsFiles()) {
            assertThat(bridge.files.read(SEVEN).image().path("processId").textValue())
                    .isEqualTo("p1");
        }
    }

    @Test
    void upIsNotBack() {
        at(Phase.DUAL_WRITE);
        assertThatThrownBy(() -> migration.rollback(Phase.REDIS_READ, "ann", "why"))
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessageContaining("'redis-read' is not below the present phase 'dual-write'");
    }

    @Test
    void theStatusSaysWhatTheWayBackCosts() {
        at(Phase.REDIS_ONLY);
        assertThat(migration.status().path("rollback").path("possible").booleanValue())
                .isTrue();
        assertThat(migration.status().path("rollback").path("cost").textValue()).contains("copied from Redis");
        migration.rollback(Phase.REDIS_WRITE, "ann", "drill");
        assertThat(migration.status().path("rollback").path("cost").textValue()).contains("nothing is copied");
    }

    // ---- diff

    private DiffReport diff(Repair repair) throws Exception {
        Job job = migration.diff(repair, "ann").await();
        assertThat(job.state()).as(String.valueOf(job.error())).isEqualTo(Job.State.DONE);
        return migration.report(job.id()).orElseThrow();
    }

    private static RecordKey recordOf(StateCollection collection) {
        return collection.isSingle()
                ? new RecordKey(collection, collection.label())
                : new RecordKey(collection, collection.isNumbered() ? "7" : "x");
    }

    @ParameterizedTest
    @EnumSource(StateCollection.class)
    void eachKindOfDifferenceIsFoundInEachCollection(StateCollection collection) throws Exception {
        at(Phase.DUAL_WRITE);
        RecordKey key = recordOf(collection);

        put(bridge.files, key, "[\"a\"]");
        assertOnly(diff(Repair.NONE), collection, 1, 0, 0);
        put(bridge.redis, key, "[\"b\"]");
        assertOnly(diff(Repair.NONE), collection, 0, 0, 1);
        put(bridge.files, key, null);
        assertOnly(diff(Repair.NONE), collection, 0, 1, 0);
        put(bridge.redis, key, null);
        assertThat(diff(Repair.NONE).isConsistent()).isTrue();
    }

    private static void assertOnly(
            DiffReport report, StateCollection collection, int missingInRedis, int missingInFile, int different) {
        Count count = report.counts().get(collection);
        assertThat(report.verdict()).isEqualTo("inconsistent");
        assertThat(report.differing()).isEqualTo(1);
        assertThat(List.of(count.missingInRedis, count.missingInFile, count.different))
                .containsExactly((long) missingInRedis, (long) missingInFile, (long) different);
        assertThat(report.differences()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Repair.class)
    void aRepairCopiesFromTheSideTakenForRight(Repair repair) throws Exception {
        at(Phase.DUAL_WRITE);
        put(bridge.files, SEVEN, "{\"status\":\"a\",\"x\":1}");
        put(bridge.redis, SEVEN, "{\"status\":\"b\",\"x\":2}");

        DiffReport report = diff(repair);

        assertThat(report.isConsistent()).as(ReportFormat.TEXT.render(report)).isEqualTo(repair != Repair.NONE);
        assertThat(report.differences()).hasSize(2).allMatch(found -> found.repaired() == (repair != Repair.NONE));
        String expected = repair == Repair.REDIS ? "b" : "a";
        assertThat(bridge.files.read(SEVEN).image().path("status").textValue()).isEqualTo(expected);
        assertThat(bridge.redis.read(SEVEN).image().path("status").textValue())
                .isEqualTo(repair == Repair.NONE ? "b" : expected);
    }

    /** Two repaired fields of one record must not make up for another record that was not repaired. */
    @Test
    void oneRecordLeftUnrepairedIsInconsistent() throws Exception {
        at(Phase.DUAL_WRITE);
        put(bridge.files, SEVEN, "{\"status\":\"a\",\"x\":1}");
        put(bridge.redis, SEVEN, "{\"status\":\"b\",\"x\":2}");
        put(bridge.files, RecordKey.issue(8), "{\"status\":\"a\"}");
        bridge.redis
                .faults()
                .nth(
                        1,
                        call -> call.about().equals("[issues/8]")
                                && call.method().equals("replaceAll"),
                        Fault.before(() -> put(bridge.redis, RecordKey.issue(8), "{\"status\":\"newer\"}")));

        DiffReport report = diff(Repair.AUTHORITY);

        assertThat(report.differing()).isEqualTo(2);
        assertThat(report.differences()).filteredOn(Found::repaired).hasSize(2);
        assertThat(report.isConsistent()).isFalse();
    }

    // ---- jobs

    @Test
    void oneJobAtATimeAndACancelledOneKeepsWhatItDid() throws Exception {
        at(Phase.FILE);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        bridge.redis.faults().nth(1, Call.to("page"), Fault.before(() -> {
            running.countDown();
            awaitUninterruptibly(go);
        }));
        put(bridge.files, SEVEN, "{}");

        Job job = migration.backfill("ann");
        running.await();
        assertThat(job.state()).isEqualTo(Job.State.RUNNING);
        assertThat(migration.status().path("job").path("id").textValue()).isEqualTo(job.id());
        assertThatThrownBy(() -> migration.diff(Repair.NONE, "ann"))
                .isInstanceOf(BridgeException.Conflict.class)
                .hasMessageContaining(job.id());
        job.cancel();
        go.countDown();

        assertThat(job.await().state()).isEqualTo(Job.State.CANCELLED);
        assertThat(bridge.redis.read(SEVEN).image()).isNotNull();
        assertThat(bridge.state.standing().backfilled()).isFalse();
        assertThat(migration.backfill("ann").await().state()).isEqualTo(Job.State.DONE);
        assertThat(bridge.state.standing().backfilled()).isTrue();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aJobThatFailsSaysWhy() throws Exception {
        at(Phase.FILE);
        bridge.redis.faults().always(Fault.unavailable());

        Job job = migration.backfill("ann").await();

        assertThat(job.state()).isEqualTo(Job.State.FAILED);
        assertThat(job.error()).contains("planned");
        assertThat(migration.job(job.id())).contains(job);
        assertThat(migration.job("no-such-job")).isEmpty();
        assertThat(job.toJson().path("state").textValue()).isEqualTo("failed");
    }

    @Test
    void aJobThatEndsInAnErrorOfTheJvmHasEnded() throws Exception {
        Job job = new Job("x", "x", 0);

        assertThatThrownBy(() -> job.run(each -> {
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);

        assertThat(job.await().state()).isEqualTo(Job.State.FAILED);
    }

    private Gate gate(String name, Bounds bounds) {
        Phase here = bridge.standing().phase();
        Rollout next = Rollout.of(here == Phase.DUAL_WRITE ? Phase.REDIS_READ : Phase.REDIS_WRITE);
        return migration.judge(next, bounds).stream()
                .filter(gate -> gate.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Bounds asking(long comparisons, double mismatchRate) {
        Bounds usual = Bounds.DEFAULT;
        return new Bounds(
                usual.doctorErrors(),
                usual.diffMaxAge(),
                usual.cleanRounds(),
                comparisons,
                usual.mismatches(),
                mismatchRate,
                usual.errorRate(),
                usual.p99Ratio(),
                usual.dirtyRecords(),
                usual.unknownOutcomes(),
                usual.quietFiles(),
                usual.mirrorLag());
    }

    @Test
    void aGateThatAsksForEvidenceFailsWithoutIt() {
        at(Phase.DUAL_WRITE);
        bridge.done(Bridge.checkout(7, "p1"));

        assertThat(gate("comparisons", asking(2, 1)).toString())
                .isEqualTo("FAILED comparisons: 1 of writes and reads, 1 by the diff"
                        + " (asked: at least 2 of writes and reads)");
        assertThat(gate("mismatches", asking(0, 0.1)).passed()).isFalse();
        bridge.done(Bridge.checkout(8, "p1"));
        assertThat(gate("comparisons", asking(2, 1)).passed()).isTrue();
        for (int i = 0; i < 30; i++) {
            bridge.done(Bridge.checkout(100 + i, "p1"));
        }
        assertThat(gate("mismatches", asking(0, 0.1)).toString())
                .isEqualTo(
                        "passed mismatches: 0 of 32 disagreed: at most 9.3 % do (95 % confidence) (asked: at most 0, and 10.0 %)");
    }

    @Test
    void whereThereIsNothingToCompareThatIsSaid() {
        at(Phase.DUAL_WRITE);
        assertThat(gate("comparisons", Bounds.DEFAULT).toString())
                .isEqualTo(
                        "passed comparisons: there is nothing to compare yet (asked: some, where there is anything)");
    }

    @Test
    void theUpperBoundOfARateIsThreeOverNForNoneFound() {
        assertThat(Gates.highestRate(0, 0)).isEqualTo(1);
        assertThat(Gates.highestRate(0, 3000)).isCloseTo(0.001, within(0.00002));
        // The 95 % upper limits of a Poisson distribution: 4.74, 6.30 and 18.21.
        assertThat(Gates.highestRate(1, 1000)).isCloseTo(0.00474, within(0.00005));
        assertThat(Gates.highestRate(2, 1000)).isCloseTo(0.00630, within(0.00005));
        assertThat(Gates.highestRate(11, 1000)).isCloseTo(0.01821, within(0.0001));
    }

    @Test
    void callsToRedisThatFailAndSlowOnesKeepAProjectFromGoingUp() {
        at(Phase.DUAL_WRITE);
        assertThat(gate("error-rate", Bounds.DEFAULT).measured()).isEqualTo("no calls to Redis yet");
        for (int i = 0; i < 99; i++) {
            evidence.called("checkout", Served.FILE, StoreObserver.Outcome.DONE, 1_000_000);
            evidence.called("checkout", Served.REDIS, StoreObserver.Outcome.DONE, 9_000_000);
        }
        assertThat(gate("latency", Bounds.DEFAULT).measured()).isEqualTo("99 writes: too few to tell");
        assertThat(gate("latency", Bounds.DEFAULT).passed()).isTrue();
        evidence.called("checkout", Served.FILE, StoreObserver.Outcome.DONE, 1_000_000);
        evidence.called("checkout", Served.REDIS, StoreObserver.Outcome.DONE, 9_000_000);
        assertThat(gate("latency", Bounds.DEFAULT).passed()).isFalse();
        assertThat(gate("error-rate", Bounds.DEFAULT).passed()).isTrue();

        evidence.called("read", Served.REDIS, StoreObserver.Outcome.FAILED, 1);
        evidence.called("read", Served.REDIS, StoreObserver.Outcome.UNKNOWN, 1);

        assertThat(gate("error-rate", Bounds.DEFAULT).toString())
                .isEqualTo("FAILED error-rate: 2 of 102 calls to Redis failed (asked: at most 1.0 %)");
        assertThat(migration.watch(Bounds.DEFAULT)).extracting(Gate::name).contains("error-rate", "latency", "journal");
        migration.change(Rollout.of(Phase.REDIS_READ), Bounds.DEFAULT, true, "ann", "now");
        assertThat(gate("error-rate", Bounds.DEFAULT).measured()).isEqualTo("no calls to Redis yet");
    }

    @Test
    void aChangeSaysHowItWasJudged() {
        at(Phase.DUAL_WRITE);
        Transition done = migration.change(Rollout.of(Phase.REDIS_READ), Bounds.DEFAULT, false, "ann", "now");
        assertThat(done.toJson().at("/gates/0/name").asText()).isEqualTo("doctor");
        assertThat(done.gates()).allMatch(Gate::passed);
    }

    private static Bounds rounds(int cleanRounds) {
        Bounds usual = Bounds.DEFAULT;
        return new Bounds(
                usual.doctorErrors(),
                usual.diffMaxAge(),
                cleanRounds,
                usual.comparisons(),
                usual.mismatches(),
                usual.mismatchRate(),
                usual.errorRate(),
                usual.p99Ratio(),
                usual.dirtyRecords(),
                usual.unknownOutcomes(),
                usual.quietFiles(),
                usual.mirrorLag());
    }

    @Test
    void aPhaseThatNothingFollowsIsProvenByWhatWasFoundInIt() throws Exception {
        at(Phase.DUAL_WRITE);
        assertThat(migration.prove(Bounds.DEFAULT))
                .extracting(Gate::toString)
                .containsExactly("FAILED diff: none made since the phase last changed (asked: consistent)");

        for (int i = 0; i < 30; i++) {
            bridge.done(Bridge.checkout(100 + i, "p1"));
        }
        migration.diff(Repair.NONE, "ann").await();
        assertThat(unproven(Bounds.DEFAULT)).isEmpty();
        assertThat(unproven(rounds(2))).containsExactly("clean-rounds");
        assertThat(unproven(asking(31, 1))).containsExactly("comparisons");
        assertThat(unproven(asking(30, 0.1))).isEmpty();
        assertThat(unproven(asking(30, 0.09))).containsExactly("mismatches");

        bridge.clock.advance(Duration.ofSeconds(1));
        migration.diff(Repair.NONE, "ann").await();
        assertThat(unproven(rounds(2))).isEmpty();
        findings.add(new Finding("eviction", Finding.Level.ERROR, "allkeys-lru", "set noeviction"));
        assertThat(unproven(rounds(2))).containsExactly("doctor");
    }

    private List<String> unproven(Bounds bounds) {
        return migration.prove(bounds).stream()
                .filter(gate -> !gate.passed())
                .map(Gate::name)
                .toList();
    }

    @Test
    void cleanRoundsCountSinceTheRolloutMovedAndEndWithAnUncleanOne() throws Exception {
        at(Phase.DUAL_WRITE);
        bridge.done(Bridge.checkout(7, "p1"));
        assertThat(gate("clean-rounds", rounds(3)).measured()).startsWith("1 in a row");
        for (int i = 0; i < 3; i++) {
            bridge.clock.advance(Duration.ofSeconds(1));
            migration.diff(Repair.NONE, "ann").await();
        }
        assertThat(gate("clean-rounds", rounds(3)).passed()).isTrue();

        put(bridge.redis, SEVEN, "{\"status\":\"odd\"}");
        bridge.clock.advance(Duration.ofSeconds(1));
        migration.diff(Repair.AUTHORITY, "ann").await();
        assertThat(gate("clean-rounds", rounds(3)).passed()).isFalse();
    }
}
