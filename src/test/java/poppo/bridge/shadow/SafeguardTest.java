package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Call;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Fault;
import poppo.bridge.state.Fences;
import poppo.bridge.state.Json;
import poppo.bridge.state.MemoryRedis;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Served;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.TestClock;
import poppo.bridge.state.Versioned;

/**
 * Each test fails when the safeguard that its comment names is taken out, by what a client would see of it. Another step
 * is put where only that safeguard keeps it away; one that has to wait there for others is known by its thread's state.
 */
@Timeout(60)
class SafeguardTest {
    private static final RecordKey SEVEN = RecordKey.issue(7);

    @TempDir
    Path directory;

    private Bridge patient(Phase phase) {
        return Bridge.openAt(directory, new TestClock(), Bridge.options(10_000, 1_000), Rollout.of(phase));
    }

    private static @Nullable String status(@Nullable Versioned record) {
        return record == null || record.image() == null
                ? null
                : record.image().path("status").asText();
    }

    /** What a legacy program would find in the file. */
    private static @Nullable String statusOnDisk(Bridge bridge) {
        bridge.files.crash();
        return status(bridge.files.read(SEVEN));
    }

    private static Predicate<Call> reading(RecordKey key) {
        return Call.to("read").and(call -> call.about().equals(key.toString()));
    }

    private static boolean isJournalWrite(String step) {
        return step.startsWith("write spare");
    }

    private static boolean isStandingWrite(String step) {
        return step.startsWith("create standing.json");
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work);
        thread.start();
        return thread;
    }

    /** Returns when it has ended or waits for somebody. */
    private static void awaitEndOrWait(Thread thread) {
        Thread.State state = thread.getState();
        while (state == Thread.State.NEW || state == Thread.State.RUNNABLE || state == Thread.State.BLOCKED) {
            Thread.onSpinWait();
            state = thread.getState();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void failOver(Bridge bridge) {
        for (long issue = 101; bridge.standing().believed() && issue < 150; issue++) {
            bridge.run(new Operation.AddProcessedIssue(issue));
        }
        assertThat(bridge.standing().believed()).isFalse();
    }

    /** Reads that fail leave no mark. The last run must not be readable in Redis. */
    private static void failOverByReads(Bridge bridge) {
        for (int i = 0; bridge.standing().believed() && i < 50; i++) {
            try {
                bridge.state.read(RecordKey.LAST_RUN);
            } catch (BridgeException e) {
                assertThat(e).isInstanceOf(BridgeException.Unavailable.class);
            }
        }
        assertThat(bridge.standing().believed()).isFalse();
    }

    /** The first look at the lock in {@code readRedisElseFile}: what the files showed, Redis may not have yet. */
    @Test
    void aReadThatBeginsDuringADualWriteDoesNotGoBackBehindAListFromTheFiles() {
        try (Bridge bridge = patient(Phase.REDIS_READ)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.faults().nth(1, Call.executing(Operation.Checkout.class), Fault.unavailable());
            bridge.done(Bridge.checkout(8, "p2"));
            assertThat(bridge.isDirty(RecordKey.issue(8)))
                    .as("lists are from the files")
                    .isTrue();

            CountDownLatch inFiles = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            bridge.redis.faults().nth(1, Call.executing(Operation.Checkin.class), Fault.before(() -> {
                inFiles.countDown();
                await(goOn);
            }));
            Thread writer = start(() -> bridge.done(Bridge.checkin(7, "p1")));
            await(inFiles);
            assertThat(status(
                            bridge.state.page(StateCollection.ISSUES, null, 10).get(0)))
                    .isEqualTo("completed");
            bridge.redis.faults().nth(1, reading(SEVEN), Fault.after(() -> {
                goOn.countDown();
                join(writer);
            }));
            AtomicReference<String> seen = new AtomicReference<>();
            Thread reader = start(() -> seen.set(status(bridge.state.read(SEVEN))));
            awaitEndOrWait(reader);
            goOn.countDown();
            join(reader);
            join(writer);

            assertThat(seen.get()).isEqualTo("completed");
        }
    }

    /** The glimpse of {@code list}, which begins before it waits: what it waited for may not be in Redis. */
    @Test
    void aListThatWaitedForAWriteWhichRedisMissedDoesNotGoBackBehindAListFromTheFiles() {
        try (Bridge bridge = patient(Phase.REDIS_READ)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.faults().nth(1, Call.executing(Operation.Checkout.class), Fault.unavailable());
            bridge.done(Bridge.checkout(8, "p2"));

            CountDownLatch inFiles = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            bridge.redis.faults().nth(1, Call.executing(Operation.Checkin.class), Fault.before(() -> {
                inFiles.countDown();
                await(goOn);
                throw new BridgeException.Unavailable("planned");
            }));
            Thread writer = start(() -> bridge.done(Bridge.checkin(7, "p1")));
            await(inFiles);
            assertThat(bridge.state.processing()).containsExactly(8L);
            bridge.state.keep();
            assertThat(bridge.isDirty(RecordKey.issue(8))).isFalse();
            AtomicReference<List<Long>> seen = new AtomicReference<>();
            Thread reader = start(() -> seen.set(bridge.state.processing()));
            awaitEndOrWait(reader);
            goOn.countDown();
            join(reader);
            join(writer);

            assertThat(seen.get()).containsExactly(8L);
        }
    }

    /** The second look at the lock in {@code readRedisElseFile}: what Redis shows may be taken back. */
    @Test
    void aReadDoesNotShowWhatIsNotKeptYet() {
        assertTakenBackIsNotShown(reading(SEVEN), SafeguardTest::isSevenHeld, false);
    }

    /** The marks in {@code Glimpse}: what Redis showed may have been taken back by now. */
    @Test
    void aReadDoesNotShowWhatWasTakenBackMeanwhile() {
        assertTakenBackIsNotShown(reading(SEVEN), SafeguardTest::isSevenHeld, true);
    }

    /** The wait after the question in {@code list}: what Redis shows may be taken back. */
    @Test
    void aListDoesNotShowWhatIsNotKeptYet() {
        Predicate<Bridge> isListed = bridge -> bridge.state.processing().contains(7L);
        assertTakenBackIsNotShown(Call.to("processing"), isListed, false);
    }

    private static boolean isSevenHeld(Bridge bridge) {
        return "processing".equals(status(bridge.state.read(SEVEN)));
    }

    private void assertTakenBackIsNotShown(
            Predicate<Call> asked, Predicate<Bridge> isHeld, boolean beforeTheReadGoesOn) {
        try (Bridge bridge = patient(Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            CountDownLatch inRedis = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            bridge.disk.before(SafeguardTest::isJournalWrite, () -> {
                inRedis.countDown();
                await(goOn);
                bridge.disk.failOnce("Input/output error", SafeguardTest::isJournalWrite);
            });
            Thread writer = new Thread(() -> assertThatThrownBy(() -> bridge.run(Bridge.checkin(7, "p1")))
                    .isInstanceOf(BridgeException.Unavailable.class));
            bridge.redis.faults().nth(1, asked, new Fault() {
                @Override
                public void before(Call call) {
                    writer.start();
                    await(inRedis);
                }

                @Override
                public void after(Call call) {
                    if (beforeTheReadGoesOn) {
                        goOn.countDown();
                        join(writer);
                    }
                }
            });
            AtomicBoolean seen = new AtomicBoolean();
            Thread reader = start(() -> seen.set(isHeld.test(bridge)));
            await(inRedis);
            awaitEndOrWait(reader);
            goOn.countDown();
            join(reader);
            join(writer);

            assertThat(seen.get()).isTrue();
            assertThat(isSevenHeld(bridge)).isTrue();
        }
    }

    /** The standing in {@code Glimpse}: Redis may have lost its state since the read began. */
    @Test
    void aReadThatAFailOverOvertookDoesNotShowAnOlderRedis() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.save();
            bridge.done(Bridge.checkin(7, "p1"));
            bridge.redis.faults().nth(1, reading(SEVEN), Fault.before(() -> {
                bridge.redis.restartFromSaved();
                failOverByReads(bridge);
            }));
            bridge.redis.faults().always(reading(RecordKey.LAST_RUN), Fault.unavailable());

            assertThat(status(bridge.state.read(SEVEN))).isEqualTo("completed");
        }
    }

    /** The glimpse of {@code readInTurn}: the same, of a read that waited for its turn. */
    @Test
    void aReadInTurnThatAFailOverOvertookDoesNotShowAnOlderRedis() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.save();
            bridge.done(Bridge.checkin(7, "p1"));
            bridge.redis.faults().nth(1, reading(SEVEN), Fault.before(() -> {
                bridge.redis.restartFromSaved();
                failOverByReads(bridge);
            }));
            bridge.redis.faults().always(reading(RecordKey.LAST_RUN), Fault.unavailable());
            AtomicReference<String> seen = new AtomicReference<>();
            // Its own thread holds the lock already: the record is busy, and it is its turn.
            bridge.redis.faults().nth(1, Call.executing(Operation.Checkout.class), Fault.before(() -> {
                seen.set(status(bridge.state.read(SEVEN)));
                throw new BridgeException.Unavailable("planned");
            }));
            bridge.run(Bridge.checkout(7, "p2"));

            assertThat(seen.get()).isEqualTo("completed");
        }
    }

    /** The glimpse of {@code readOnlyCopy}: an older Redis is not shown where there is nothing else to show either. */
    @Test
    void inRedisOnlyAReadThatAFailOverOvertookIsRefused() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_ONLY)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.save();
            bridge.done(Bridge.checkin(7, "p1"));
            bridge.redis.faults().nth(1, reading(SEVEN), Fault.before(() -> {
                bridge.redis.restartFromSaved();
                failOverByReads(bridge);
            }));
            bridge.redis.faults().always(reading(RecordKey.LAST_RUN), Fault.unavailable());

            assertThatThrownBy(() -> bridge.state.read(SEVEN)).isInstanceOf(BridgeException.Unavailable.class);
        }
    }

    /** The look at the lock in {@code readMeanwhile}: who asks Redis without the bridge may have seen it there. */
    @Test
    void aReadAfterAFailOverDoesNotGoBackBehindWhatAPlainClientSawInRedis() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            CountDownLatch inRedis = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            bridge.redis.faults().nth(1, Call.executing(Operation.Checkin.class), Fault.after(() -> {
                inRedis.countDown();
                await(goOn);
            }));
            Thread writer = start(() -> bridge.done(Bridge.checkin(7, "p1")));
            await(inRedis);
            assertThat(status(bridge.redis.read(SEVEN))).isEqualTo("completed");
            bridge.redis.faults().always(reading(RecordKey.LAST_RUN), Fault.unavailable());
            failOverByReads(bridge);
            AtomicReference<String> seen = new AtomicReference<>();
            Thread reader = start(() -> seen.set(status(bridge.state.read(SEVEN))));
            awaitEndOrWait(reader);
            goOn.countDown();
            join(reader);
            join(writer);

            assertThat(seen.get()).isEqualTo("completed");
        }
    }

    /** The gate in {@code Recovery.reconcile}: a sign of life that Redis didn't get would make a living holder dead. */
    @Test
    void aHolderHeardOfAtTheEndOfAReturnIsAliveInRedis() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.faults().always(Fault.unavailable());
            failOver(bridge);
            bridge.run(new Operation.RenewProcess("p1"));
            bridge.redis.faults().clear();
            bridge.clock.advance(StateManager.HEARTBEAT_TTL.minusSeconds(1));
            AtomicReference<Thread> renewing = new AtomicReference<>();
            // The first is the fence, the second the belief.
            bridge.disk.before(
                    SafeguardTest::isStandingWrite,
                    () -> bridge.disk.before(SafeguardTest::isStandingWrite, () -> {
                        renewing.set(start(() -> bridge.run(new Operation.RenewProcess("p1"))));
                        awaitEndOrWait(renewing.get());
                    }));

            bridge.state.keep();

            assertThat(bridge.standing().believed()).isTrue();
            join(renewing.get());
            bridge.clock.advance(Duration.ofSeconds(2));
            assertThat(bridge.done(Bridge.checkout(7, "p2"))).isFalse();
        }
    }

    /** {@code Recovery.awaitEarlierOperations}: one that began on the Redis of before would decide on an older image. */
    @Test
    void anOperationFromBeforeAFailOverDoesNotMeetAnOlderRedis() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.redis.save();
            bridge.run(new Operation.AddProcessedComment(7, "first"));
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            AtomicBoolean connected = new AtomicBoolean(true);
            Runnable needConnection = () -> {
                if (!connected.get()) {
                    throw new BridgeException.Unavailable("not connected");
                }
            };
            bridge.redis.faults().nth(1, Call.executing(Operation.AddProcessedComment.class), Fault.before(() -> {
                begun.countDown();
                await(goOn);
                needConnection.run();
            }));
            Thread writer = start(() -> bridge.run(new Operation.AddProcessedComment(7, "second")));
            await(begun);
            connected.set(false);
            bridge.redis.restartFromSaved();
            bridge.redis.faults().nth(1, Call.to("probe"), Fault.after(() -> {
                connected.set(true);
                goOn.countDown();
                join(writer);
            }));
            bridge.redis.faults().always(Call.to("probe").negate(), Fault.before(needConnection));
            failOver(bridge);

            Thread keeper = start(bridge::keepLater);
            awaitEndOrWait(keeper);
            goOn.countDown();
            join(writer);
            join(keeper);

            assertThat(bridge.standing().believed()).isTrue();
            assertThat(bridge.state.read(RecordKey.processedComments(7)).image().toString())
                    .contains("first", "second");
            assertThat(bridge.differing()).isEmpty();
        }
    }

    /** The {@code fence} as a compare-and-set: whom the probe found, and whom the fence meets, may be two. */
    @Test
    void aRedisThatLosesItsStateBetweenProbeAndFenceIsNotBelieved() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.faults().always(Fault.unavailable());
            failOver(bridge);
            bridge.redis.faults().clear();
            bridge.redis.faults().nth(1, Call.to("probe"), Fault.after(bridge.redis::flushAll));

            bridge.keepLater();
            assertThat(bridge.standing().believed()).isFalse();
            bridge.keepLater();

            assertThat(bridge.standing().believed()).isTrue();
            assertThat(status(bridge.state.read(SEVEN))).isEqualTo("processing");
            assertThat(bridge.differing()).isEmpty();
        }
    }

    /** The epoch that {@code Recovery.fence} raises, whatever the fail-over did. */
    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"DUAL_WRITE", "REDIS_READ", "REDIS_WRITE"})
    void aLateWriterOfTheEpochBeforeIsRefusedAfterAReturn(Phase phase) {
        try (Bridge bridge = Bridge.open(directory, phase)) {
            MemoryRedis late = bridge.redis.anotherClient();
            Fences.fence(late, bridge.standing().epoch());
            bridge.redis.faults().always(Fault.unavailable());
            failOver(bridge);
            bridge.redis.faults().clear();
            bridge.keepLater();
            assertThat(bridge.standing().believed()).isTrue();

            assertThatThrownBy(() -> late.execute(Bridge.checkout(7, "late"), bridge.stamps.next()))
                    .isInstanceOf(BridgeException.Fenced.class);
            assertThat(bridge.differing()).isEmpty();
        }
    }

    /** {@code awaitOthers} in {@code CarryOver.drain}: who marked a whole collection may not have written yet. */
    @Test
    void aCollectionIsNotCleanBeforeWhoMarkedItHasWritten() {
        ShadowOptions one = Bridge.options(1, 1_000);
        try (Bridge bridge = Bridge.openAt(directory, new TestClock(), one, Rollout.of(Phase.REDIS_WRITE))) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.faults().nth(1, Call.executing(Operation.Checkout.class), Fault.unavailable());
            bridge.done(Bridge.checkout(8, "p2"));
            AtomicReference<Thread> keeper = new AtomicReference<>();
            bridge.redis.faults().nth(1, Call.executing(Operation.Checkin.class), Fault.unavailable());
            bridge.files.faults().nth(1, Call.executing(Operation.Checkin.class), Fault.before(() -> {
                keeper.set(start(bridge.state::keep));
                awaitEndOrWait(keeper.get());
            }));

            assertThat(bridge.done(Bridge.checkin(7, "p1"))).isTrue();
            join(keeper.get());

            assertThat(status(bridge.state.read(SEVEN))).isEqualTo("completed");
            assertThat(bridge.differing()).isEmpty();
        }
    }

    /** {@code askRedis} in {@code keep}: nobody else would notice while nobody works. */
    @Test
    void aRedisThatLosesItsStateWhileNobodyWorksIsNoticedAndFilledAgain() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.redis.flushAll();

            bridge.state.keep();
            assertThat(bridge.standing().believed()).isFalse();
            bridge.keepLater();

            assertThat(bridge.standing().believed()).isTrue();
            assertThat(status(bridge.redis.read(SEVEN))).isEqualTo("processing");
        }
    }

    /** The gate in {@code Transitions.flip}: a write that began before it is not mirrored, and must not miss the sweep. */
    @Test
    void aWriteThatBeganInRedisOnlyIsInTheFilesAsSoonAsTheyAreComplete() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            // Both have it, so that the sweep doesn't stop at it.
            bridge.to(Phase.REDIS_ONLY);
            AtomicReference<Thread> operator = new AtomicReference<>();
            bridge.redis.faults().nth(1, Call.executing(Operation.Checkin.class), Fault.before(() -> {
                operator.set(start(() -> assertThatThrownBy(() -> bridge.to(Phase.REDIS_WRITE))
                        .isInstanceOf(BridgeException.Unavailable.class)));
                awaitEndOrWait(operator.get());
            }));
            // The first is the flip, the second says that the files are complete.
            bridge.disk.before(
                    SafeguardTest::isStandingWrite,
                    () -> bridge.disk.before(
                            SafeguardTest::isStandingWrite,
                            () -> bridge.redis.faults().always(Fault.unavailable())));

            assertThat(bridge.done(Bridge.checkin(7, "p1"))).isTrue();
            join(operator.get());

            assertThat(bridge.standing().filesBehind()).isFalse();
            assertThat(status(bridge.state.read(SEVEN))).isEqualTo("completed");
        }
    }

    /** The gate in {@code Transitions.switchOver}: what is mirrored after the last flush is in the journal only. */
    @Test
    void aWriteThatMeetsTheFlipOnTheWayDownIsInTheFilesWhenItIsAnswered() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            AtomicReference<Thread> writer = new AtomicReference<>();
            bridge.disk.before(SafeguardTest::isStandingWrite, () -> {
                writer.set(start(() -> bridge.done(Bridge.checkin(7, "p1"))));
                awaitEndOrWait(writer.get());
            });

            bridge.to(Phase.REDIS_READ);
            join(writer.get());

            assertThat(statusOnDisk(bridge)).isEqualTo("completed");
        }
    }

    /** The second flush in {@code Transitions.switchNow}: writes went on between the first one and the gate. */
    @Test
    void aWriteBetweenTheFirstFlushAndTheGateIsInTheFilesAfterTheWayDown() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.state.mirror();
            bridge.files.faults().nth(1, Call.to("flush"), Fault.after(() -> bridge.done(Bridge.checkin(7, "p1"))));

            bridge.to(Phase.REDIS_READ);

            assertThat(statusOnDisk(bridge)).isEqualTo("completed");
        }
    }

    /** {@code Mirror.tellFiles}: a foreign file made from what the disk had is older than what the journal has. */
    @Test
    void aForeignWriteDoesNotEraseWhatTheFilesCouldNotTakeYet() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(7, "p1"));
            bridge.state.mirror();
            assertThat(bridge.files.isAcceptingForeignWrites())
                    .as("Redis has authority")
                    .isFalse();
            bridge.done(Bridge.checkin(7, "p1"));
            bridge.files.faults().always(Call.to("flush"), Fault.unavailable());
            bridge.redis.setEpoch(99L);
            assertThatThrownBy(bridge.state::mirror).isInstanceOf(BridgeException.Unavailable.class);
            bridge.state.keep();
            assertThat(bridge.standing().authority()).isEqualTo(Authority.FILE);

            assertThat(bridge.files.isAcceptingForeignWrites()).isFalse();
            bridge.files.writeForeign(SEVEN, Json.parse("{\"status\":\"processing\"}"));
            bridge.files.poll();
            assertThat(status(bridge.state.read(SEVEN))).isEqualTo("completed");

            bridge.files.faults().clear();
            bridge.state.mirror();
            assertThat(bridge.files.isAcceptingForeignWrites()).isTrue();
        }
    }

    /** Found by the interleavings: seed 1008105. */
    @Test
    void aHolderThatOnlyTheFilesHaveHeardOfLosesNothing() {
        Rollout all = Rollout.of(Phase.REDIS_WRITE);
        try (Bridge bridge = Bridge.openAt(directory, new TestClock(), Bridge.options(100, 1_000), all)) {
            assertThat(bridge.done(Bridge.checkout(3, "p1"))).isTrue();
            bridge.clock.advance(StateManager.HEARTBEAT_TTL.plusSeconds(1));
            bridge.redis.faults().nth(1, Fault.unavailable());
            assertThat(bridge.run(Bridge.checkout(1, "p1")).served()).isEqualTo(Served.FILE);

            Execution taken = bridge.run(Bridge.checkout(3, "p2"));

            assertThat(taken.served()).isEqualTo(Served.REDIS);
            assertThat(taken.isDone()).isFalse();
        }
    }
}
