package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import poppo.bridge.migration.DiffReport;
import poppo.bridge.migration.Found;
import poppo.bridge.migration.Job;
import poppo.bridge.migration.Migration;
import poppo.bridge.migration.Repair;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Call;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Fault;
import poppo.bridge.state.Json;
import poppo.bridge.state.MemoryRedis;
import poppo.bridge.state.MemoryStateManager;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.TestClock;

/**
 * Scripts of operations, faults, outages, phase changes and crashes, made from a seed. The oracle is an account of its own:
 * what each record must be by the acknowledged operations alone.
 */
@Timeout(120)
class FaultScriptTest {
    private static final int STEPS = 80;

    @TempDir
    Path directory;

    static List<Long> seeds() {
        List<Long> seeds = new ArrayList<>();
        for (long seed = 1; seed <= 60; seed++) {
            seeds.add(seed);
        }
        return seeds;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whateverHappensNothingAcknowledgedIsLostAndBothAgreeInTheEnd(long seed) throws Exception {
        Script script = new Script(seed, Files.createDirectory(directory.resolve("bridge")));
        try {
            script.run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + script.story, e);
        }
    }

    /** So that a repair that never has anything to do doesn't pass for a good one. */
    private static final AtomicLong REPAIRED = new AtomicLong();

    @ParameterizedTest
    @MethodSource("seeds")
    void afterWhateverHappenedARepairLeavesNoDifferenceAndLosesNothingAcknowledged(long seed) throws Exception {
        Script script = new Script(seed, Files.createDirectory(directory.resolve("bridge")));
        try {
            script.runAndRepair();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + script.story, e);
        }
    }

    @AfterAll
    static void theRepairsHadWorkToDo() {
        assertThat(REPAIRED).hasValueGreaterThan(seeds().size());
    }

    private static final class Script {
        private final SplittableRandom random;
        private final List<String> story = new ArrayList<>();
        private final Map<RecordKey, JsonNode> expected = new HashMap<>();
        /** Records whose last write has an unknown outcome: whatever they are found to be next is right from then on. */
        private final List<RecordKey> open = new ArrayList<>();

        private Bridge bridge;
        private boolean connected = true;

        Script(long seed, Path directory) {
            random = new SplittableRandom(seed);
            Phase phase = Phase.values()[1 + random.nextInt(3)];
            Rollout rollout = new Rollout(phase, percent(), percent());
            story.add("start at " + rollout);
            bridge = Bridge.openAt(directory, new TestClock(), Bridge.options(5, 4), rollout);
        }

        private int percent() {
            return List.of(0, 50, 100, 100).get(random.nextInt(4));
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            heal();
            expected.keySet().forEach(this::assertIsAsTold);
            assertThat(bridge.standing().believed()).isTrue();
            assertThat(bridge.differing()).isEmpty();
            assertThat(bridge.state.status().dirtyRecords()).isZero();
            bridge.to(Phase.FILE);
            expected.keySet().forEach(this::assertIsAsTold);
            bridge.close();
        }

        /** Nothing is carried over before the repair but by a return to Redis, without which there is nothing to compare. */
        void runAndRepair() throws InterruptedException {
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            reach();
            for (int i = 0; i < 4; i++) {
                say(
                        "redis fault",
                        () -> bridge.redis
                                .faults()
                                .nth(1, call -> call.operation() != null, Fault.unknownWithoutEffect()));
                operate();
                bridge.redis.faults().clear();
            }
            for (long issue = 1; issue <= 4; issue++) {
                tamper(RecordKey.issue(issue));
                tamper(RecordKey.issue(90 + issue));
                tamper(RecordKey.processedComments(issue));
            }
            bridge.files.forgetCalls();
            bridge.redis.forgetCalls();
            try (Migration migration = new Migration(
                    bridge.state,
                    bridge.audit,
                    List::of,
                    new poppo.bridge.migration.Evidence(),
                    bridge.clock,
                    bridge.disk,
                    bridge.directory)) {
                DiffReport first = diff(migration, Repair.AUTHORITY);
                REPAIRED.addAndGet(
                        first.differences().stream().filter(Found::repaired).count());
                DiffReport second = diff(migration, Repair.NONE);
                assertThat(second.differences()).as(first.toJson().toString()).isEmpty();
                assertThat(second.verdict()).isEqualTo("consistent");
            }
            expected.keySet().forEach(this::assertIsAsTold);
            bridge.to(Phase.FILE);
            expected.keySet().forEach(this::assertIsAsTold);
            bridge.close();
        }

        private void reach() {
            story.add("all is well");
            redisBack();
            bridge.files.faults().clear();
            bridge.disk.heal();
            if (!bridge.standing().phase().usesRedis()) {
                bridge.to(Phase.DUAL_WRITE);
            }
            for (int i = 0; i < 4; i++) {
                bridge.run(new Operation.AddProcessedIssue(i + 1));
                if (!bridge.standing().believed()) {
                    bridge.keepLater();
                }
            }
        }

        /** The store that is not right about a record gets another one, or none, behind the bridge's back. */
        private void tamper(RecordKey key) {
            MemoryStateManager wrong =
                    bridge.state.repairs().source(key, null) == Authority.FILE ? bridge.redis : bridge.files;
            if (wrong == bridge.files) {
                bridge.state.mirror();
            }
            JsonNode image = random.nextBoolean() ? null : Json.object().put("status", "odd" + random.nextInt(9));
            say(
                    "tamper with " + key,
                    () -> wrong.replaceAll(
                            List.of(new Replacement(key, image, wrong.read(key).version(), null, 0))));
        }

        private static DiffReport diff(Migration migration, Repair repair) throws InterruptedException {
            Job job = migration.diff(repair, "test").await();
            assertThat(job.state()).as(String.valueOf(job.error())).isEqualTo(Job.State.DONE);
            return migration.report(job.id()).orElseThrow();
        }

        private void step() {
            switch (random.nextInt(24)) {
                case 0 -> fault(bridge.redis, "redis", 1 + random.nextInt(4));
                case 1 -> fault(bridge.files, "files", 1 + random.nextInt(3));
                case 2 -> say("redis down", () -> bridge.redis.faults().always(Fault.unavailable()));
                case 3 -> say("redis back", this::redisBack);
                case 4 -> say("redis restarts empty", () -> dropConnection(bridge.redis::restartEmpty));
                case 5 -> say("redis saves", bridge.redis::save);
                case 6 -> say("redis restarts older", () -> dropConnection(bridge.redis::restartFromSaved));
                case 7 -> say("redis restarts", () -> dropConnection(bridge.redis::restart));
                case 8 -> say("keep later", () -> orUnavailable(bridge::keepLater));
                case 9 -> say("keep", () -> orUnavailable(bridge.state::keep));
                case 10 -> change();
                case 11 -> crash();
                case 13 -> say("mirror", () -> orUnavailable(bridge.state::mirror));
                case 14 -> journalFault();
                case 12 -> say("a minute", () -> bridge.clock.advance(Duration.ofMinutes(1)));
                default -> operate();
            }
        }

        private void say(String what, Runnable action) {
            story.add(what);
            action.run();
        }

        private void fault(MemoryStateManager store, String name, int nth) {
            List<Fault> kinds = List.of(
                    Fault.unavailable(), Fault.unavailable(), Fault.unknownAfterEffect(), Fault.unknownWithoutEffect());
            int kind = random.nextInt(kinds.size());
            say(
                    name + " fault " + kind + " at call " + nth,
                    () -> store.faults().nth(nth, kinds.get(kind)));
        }

        private void journalFault() {
            boolean lasting = random.nextInt(3) == 0;
            say("journal fault" + (lasting ? " that lasts" : ""), () -> {
                if (lasting) {
                    bridge.disk.fail("Input/output error", step -> step.startsWith("write spare"));
                } else {
                    bridge.disk.failOnce("Input/output error", step -> step.startsWith("write spare"));
                }
            });
        }

        /** As the Redis store does it: after a restart nothing works until somebody probes. */
        private void dropConnection(Runnable restart) {
            restart.run();
            connected = false;
            awaitProbe();
        }

        private void awaitProbe() {
            bridge.redis.faults().nth(1, Call.to("probe"), Fault.before(() -> {
                connected = true;
                bridge.redis.faults().clear();
            }));
            bridge.redis.faults().always(call -> !call.method().equals("probe"), Fault.unavailable());
        }

        private void redisBack() {
            bridge.redis.faults().clear();
            if (!connected) {
                awaitProbe();
            }
        }

        private void change() {
            Phase phase = Phase.values()[random.nextInt(4)];
            Rollout target = new Rollout(phase, percent(), percent());
            say("change to " + target, () -> orUnavailable(() -> bridge.to(target)));
        }

        private void crash() {
            boolean clean = random.nextBoolean();
            say(clean ? "stop" : "crash", () -> {
                bridge.files.faults().clear();
                if (clean) {
                    bridge.close();
                }
                bridge = bridge.reopen();
            });
        }

        private void operate() {
            Operation operation = operation();
            RecordKey key = operation.key();
            try {
                Execution execution = bridge.run(operation);
                story.add(operation.name() + " " + key + " "
                        + execution.decision().getClass().getSimpleName() + " by " + execution.served());
                if (Bridge.isChanged(execution)) {
                    expected.put(key, execution.after());
                    open.remove(key);
                }
            } catch (BridgeException.UnknownOutcome e) {
                story.add(operation.name() + " " + key + " unknown");
                expected.putIfAbsent(key, null);
                open.add(key);
            } catch (BridgeException.Unavailable e) {
                story.add(operation.name() + " " + key + " refused: " + e.getMessage());
            }
            assertIsAsTold(key);
        }

        private Operation operation() {
            long issue = 1 + random.nextInt(4);
            String process = "p" + random.nextInt(3);
            return switch (random.nextInt(6)) {
                case 0, 1 -> Bridge.checkout(issue, process);
                case 2 -> Bridge.checkin(issue, process);
                case 3 -> new Operation.AddProcessedComment(issue, "c" + random.nextInt(1000));
                case 4 -> new Operation.AppendPendingTask(Json.number(random.nextInt(1000)));
                default -> new Operation.ResetIssue(issue);
            };
        }

        private void assertIsAsTold(RecordKey key) {
            JsonNode found;
            try {
                found = bridge.state.read(key).image();
            } catch (BridgeException.Unavailable e) {
                // A fault of the files in a phase where they serve the read.
                story.add("read of " + key + " refused");
                return;
            }
            if (open.remove(key)) {
                expected.put(key, found);
                return;
            }
            JsonNode told = expected.get(key);
            assertThat(Objects.equals(found, told))
                    .as(key + " is " + found + " and should be " + told)
                    .isTrue();
        }

        private static void orUnavailable(Runnable action) {
            try {
                action.run();
            } catch (BridgeException.Unavailable e) {
                // Refused as a whole, which is all right while something fails.
                return;
            }
        }

        private void heal() {
            story.add("all is well");
            redisBack();
            bridge.files.faults().clear();
            bridge.disk.heal();
            if (!bridge.standing().phase().usesRedis()) {
                bridge.to(Phase.DUAL_WRITE);
            }
            for (int i = 0; i < 4; i++) {
                // Some traffic, by which a loss that nobody has met yet is met.
                for (long issue = 1; issue <= 4; issue++) {
                    bridge.run(new Operation.AddProcessedIssue(10 * i + issue));
                }
                bridge.keepLater();
            }
        }
    }

    /** What Redis may have become while it was away. */
    enum Return {
        SAME {
            @Override
            void happen(Bridge bridge) {}
        },
        RESTARTED {
            @Override
            void happen(Bridge bridge) {
                bridge.redis.restart();
            }
        },
        EMPTY {
            @Override
            void happen(Bridge bridge) {
                bridge.redis.restartEmpty();
            }
        },
        FLUSHED {
            @Override
            void happen(Bridge bridge) {
                bridge.redis.flushAll();
            }
        },
        OLDER {
            @Override
            void happen(Bridge bridge) {
                bridge.redis.restartFromSaved();
            }
        };

        abstract void happen(Bridge bridge);
    }

    @Test
    void anOlderRedisIsNotBelievedWhereItHeldTheOnlyCopy() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_ONLY)) {
            bridge.redis.save();
            bridge.done(Bridge.checkout(1, "p1"));
            bridge.redis.restartFromSaved();
            bridge.redis.faults().always(Fault.unavailable());
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> bridge.run(Bridge.checkout(2, "p2")))
                        .isInstanceOf(BridgeException.Unavailable.class);
            }
            bridge.redis.faults().clear();
            bridge.keepLater();

            assertThat(bridge.standing().believed()).isFalse();
            assertThat(bridge.state.status().breakerReason()).contains("older state (revision");
        }
    }

    @ParameterizedTest
    @EnumSource(Return.class)
    void anOutageIsTheFilesAffairAndRedisCatchesUpAfterIt(Return how) {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.redis.save();
            for (long issue = 1; issue <= 20; issue++) {
                bridge.done(Bridge.checkout(issue, "p" + issue));
            }
            long epoch = bridge.standing().epoch();
            bridge.redis.faults().always(Fault.unavailable());
            for (long issue = 1; issue <= 10; issue++) {
                assertThat(bridge.done(Bridge.checkin(issue, "p" + issue))).isTrue();
            }
            assertThat(bridge.state.status().breaker()).isEqualTo("open");
            assertThat(bridge.standing().authority()).isEqualTo(Authority.FILE);
            assertThat(bridge.standing().epoch()).isGreaterThan(epoch);
            assertThat(bridge.standingOnDisk()).contains("\"authority\": \"file\"");
            long failedOver = bridge.standing().epoch();
            bridge.redis.forgetCalls();
            assertThat(bridge.done(Bridge.checkin(11, "p11"))).isTrue();
            assertThat(bridge.redis.calls())
                    .as("asked while the breaker is open")
                    .isEmpty();

            how.happen(bridge);
            bridge.redis.faults().clear();
            bridge.keepLater();

            assertThat(bridge.state.status().breaker()).isEqualTo("closed");
            assertThat(bridge.standing().authority()).isEqualTo(Authority.REDIS);
            assertThat(bridge.standing().epoch()).isGreaterThan(failedOver);
            assertThat(bridge.standingOnDisk()).contains("\"authority\": \"redis\"");
            assertThat(bridge.differing()).isEmpty();
            for (long issue = 1; issue <= 20; issue++) {
                assertThat(bridge.redis
                                .read(RecordKey.issue(issue))
                                .image()
                                .path("status")
                                .asText())
                        .isEqualTo(issue <= 11 ? "completed" : "processing");
            }
            assertThat(bridge.events()).contains("fail-over", "return");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"DUAL_WRITE", "REDIS_READ", "REDIS_WRITE"})
    void aRedisThatComesAndGoesLosesNothing(Phase phase) {
        try (Bridge bridge = Bridge.open(directory, phase)) {
            for (long round = 1; round <= 30; round++) {
                if (round % 2 == 0) {
                    bridge.redis.faults().always(Fault.unavailable());
                } else {
                    bridge.redis.faults().clear();
                    bridge.keepLater();
                }
                for (long issue = 1; issue <= 5; issue++) {
                    assertThat(bridge.done(Bridge.checkout(round * 10 + issue, "p")))
                            .isTrue();
                    assertThat(bridge.state
                                    .read(RecordKey.issue(round * 10 + issue))
                                    .image())
                            .isNotNull();
                }
            }
            bridge.redis.faults().clear();
            bridge.keepLater();
            assertThat(bridge.standing().believed()).isTrue();
            assertThat(bridge.state.heldBy("p")).hasSize(150);
            assertThat(bridge.differing()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"DUAL_WRITE", "REDIS_READ", "REDIS_WRITE"})
    void redisIsNotAskedBeforeItsPauseIsOverAndThePauseDoubles(Phase phase) {
        try (Bridge bridge = Bridge.open(directory, phase)) {
            bridge.clock.advance(Duration.ofMinutes(1));
            bridge.redis.faults().always(Fault.unavailable());
            for (long issue = 1; issue <= 4; issue++) {
                bridge.done(Bridge.checkout(issue, "p"));
            }
            for (long millis : List.of(500, 500, 1000, 2000, 4000, 8000, 10_000, 10_000)) {
                assertThat(bridge.state.untilNextTry()).isEqualTo(Duration.ofMillis(millis));
                bridge.redis.forgetCalls();
                bridge.clock.advance(Duration.ofMillis(millis - 1));
                bridge.state.keep();
                assertThat(bridge.redis.calls()).isEmpty();
                bridge.clock.advance(Duration.ofMillis(1));
                bridge.state.keep();
                assertThat(bridge.redis.calls()).isNotEmpty();
            }
        }
    }

    @Test
    void oneThatFailsAgainSoonAfterItsReturnIsTriedAgainEverLater() {
        try (Bridge bridge = Bridge.open(directory, Phase.DUAL_WRITE)) {
            bridge.clock.advance(Duration.ofMinutes(1));
            for (long millis : List.of(500, 1000, 2000, 4000, 8000, 10_000, 10_000)) {
                failOver(bridge);
                assertThat(bridge.state.untilNextTry()).isEqualTo(Duration.ofMillis(millis));
                bridge.clock.advance(Duration.ofMillis(millis));
                bridge.state.keep();
                assertThat(bridge.standing().believed()).isTrue();
            }
            bridge.clock.advance(Duration.ofSeconds(10));
            failOver(bridge);
            assertThat(bridge.state.untilNextTry()).isEqualTo(Duration.ofMillis(500));
        }
    }

    private static void failOver(Bridge bridge) {
        bridge.redis.faults().always(Fault.unavailable());
        for (long issue = 1; issue <= 4; issue++) {
            bridge.run(new Operation.AddProcessedIssue(issue));
            bridge.run(new Operation.RemoveProcessedIssue(issue));
        }
        bridge.redis.faults().clear();
        assertThat(bridge.standing().believed()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"DUAL_WRITE", "REDIS_READ", "REDIS_WRITE"})
    void aStopInOrderIsFollowedByAStartWithoutAScan(Phase phase) {
        Bridge first = Bridge.open(directory, phase);
        first.done(Bridge.checkout(1, "p"));
        first.close();
        first.redis.restart();
        first.redis.forgetCalls();
        try (Bridge second = first.reopen()) {
            assertThat(second.standing().believed()).isTrue();
            assertThat(second.redis.calls())
                    .noneMatch(call ->
                            List.of("page", "read", "readAll", "replaceAll").contains(call.method()));
            assertThat(second.state.status().dirtyRecords()).isZero();
            assertThat(second.done(Bridge.checkin(1, "p"))).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"DUAL_WRITE", "REDIS_READ", "REDIS_WRITE"})
    void whatOthersDidWhileNoBridgeRanIsFoundAtTheStart(Phase phase) {
        Bridge first = Bridge.open(directory, phase);
        first.done(Bridge.checkout(1, "p"));
        first.close();
        first.files.execute(Bridge.checkin(1, "p"), first.stamps.next());
        try (Bridge second = first.reopen()) {
            assertThat(second.standing().believed()).isTrue();
            assertThat(second.differing()).isEmpty();
        }
    }

    /** Its epoch may be the very one that the fail-over has raised ours to. */
    @Test
    void whatAnotherBridgeDidToRedisDuringAnOutageIsNotTakenForOurs() {
        try (Bridge bridge = Bridge.open(directory, Phase.REDIS_WRITE)) {
            bridge.done(Bridge.checkout(1, "p"));
            failOver(bridge);
            MemoryRedis other = bridge.redis.anotherClient();
            other.fence(other.probe().epoch(), bridge.standing().epoch());
            other.execute(Bridge.checkin(1, "p"), bridge.stamps.next());

            bridge.keepLater();

            assertThat(bridge.standing().believed()).isTrue();
            assertThat(bridge.differing()).isEmpty();
        }
    }
}
