package poppo.bridge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import poppo.bridge.migration.Gate;
import poppo.bridge.plan.Progress.State;
import poppo.bridge.plan.Progress.Step;
import poppo.bridge.plan.Sight.JobSight;
import poppo.bridge.plan.Sight.Outcome;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;

/** What is decided, as a table: where the plan is and what is seen, and what follows. */
class EngineTest {
    private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");
    private static final Plan PLAN = PlanReader.read("""
            format: 1
            name: table
            defaults: { grace: 1m, patience: 10m, diffEvery: 20m, gates: { diffMaxAge: 5m } }
            stages:
              - { name: both, phase: dual-write, jobs: [backfill, diff], hold: 1h }
              - { name: reads, phase: redis-read, hold: 1h, onBreach: rollback }
              - { name: writes, phase: redis-write, approval: required, hold: 1h, onBreach: rollback }
            """);
    private static final Rollout FILES = Rollout.of(Phase.FILE);
    private static final Rollout BOTH = Rollout.of(Phase.DUAL_WRITE);
    private static final Rollout READS = Rollout.of(Phase.REDIS_READ);
    private static final Rollout WRITES = Rollout.of(Phase.REDIS_WRITE);
    private static final Gate BREAKER = new Gate("breaker", false, "open", "closed");
    private static final Gate MISMATCHES = new Gate("mismatches", false, "3", "0");
    private static final Gate ROUNDS = new Gate("clean-rounds", false, "1 in a row", "at least 3");
    private static final JobSight RUNNING = new JobSight(Outcome.RUNNING, "");
    private static final JobSight DONE = new JobSight(Outcome.DONE, "agrees");
    private static final JobSight FAILED = new JobSight(Outcome.FAILED, "Redis is away");
    private static final JobSight DIFFERS = new JobSight(Outcome.INCONSISTENT, "1 differs");

    private static Progress at(int stage, Step step) {
        return Progress.start("", 0, T).at(stage, step, T);
    }

    private static Instant after(String duration) {
        return T.plus(Duration.parse(duration));
    }

    private static Sight sight(String duration, Rollout rollout, JobSight job, Gate... gates) {
        return new Sight(after(duration), rollout, List.of(gates), List.of(), job);
    }

    /** An action in words: what is done, and the plan's state and place where they change. */
    private static String words(Progress before, Action action) {
        Progress next = action.next();
        String what = action instanceof Action.Start start
                ? "start " + start.task().label()
                : action.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
        if (next.state() != before.state()) {
            return next.state().label() + ": " + next.why();
        }
        if (next.stage() != before.stage() || next.step() != before.step()) {
            return next.step().label() + " " + next.stage();
        }
        return action instanceof Action.Note ? (next.why().isEmpty() ? "stay" : "stay: " + next.why()) : what;
    }

    /** At the end of the last stage, with a gate that is judged there alone. */
    private static Sight unproven(String duration) {
        return new Sight(after(duration), WRITES, List.of(), List.of(ROUNDS), null);
    }

    private static Progress approved(Progress of) {
        return of.approved(new Progress.Approval("ann", "", T));
    }

    static Stream<Arguments> table() {
        return Stream.of(
                // Into a stage.
                arguments("goes up", at(0, Step.MOVE), sight("PT0S", FILES, null), "move"),
                arguments("is there", at(0, Step.MOVE), sight("PT0S", BOTH, null), "jobs 0"),
                arguments("between, after a crash", approved(at(2, Step.MOVE)), sight("PT0S", READS, null), "move"),
                arguments("not again at once", at(0, Step.MOVE).tried(T), sight("PT9S", FILES, null), "stay"),
                arguments("but soon", at(0, Step.MOVE).tried(T), sight("PT10S", FILES, null), "move"),
                arguments(
                        "patience counts tries, not time away",
                        at(1, Step.MOVE).tried(T).because("refused"),
                        sight("PT5H", BOTH, null),
                        "move"),
                arguments(
                        "patience is over, and it pauses",
                        at(1, Step.MOVE).tried(after("PT10M")).because("diff is old"),
                        sight("PT10M", BOTH, null),
                        "paused: stage 'both': 'reads' was not to be entered within 10 min: diff is old"),
                arguments(
                        "patience is over, and it rolls back",
                        approved(at(2, Step.MOVE)).tried(after("PT10M")).because("diff is old"),
                        sight("PT10M", READS, null),
                        "rolling-back: stage 'reads': 'writes' was not to be entered within 10 min: diff is old"),
                arguments(
                        "waits for an approval, however long",
                        at(2, Step.MOVE),
                        sight("PT99H", READS, null),
                        "stay: 'plan approve' of stage 'writes' (redis-write at 100 %)"),
                arguments("approved", approved(at(2, Step.MOVE)), sight("PT1S", READS, null), "move"),
                arguments(
                        "a breach while it waits for an approval",
                        at(2, Step.MOVE),
                        sight("PT1S", READS, null, MISMATCHES),
                        "rolling-back: stage 'reads': mismatches is 3, asked is 0"),
                // Jobs.
                arguments("the first job", at(0, Step.JOBS), sight("PT0S", BOTH, null), "start backfill"),
                arguments("it runs", at(0, Step.JOBS).withJob("b"), sight("PT9H", BOTH, RUNNING), "stay"),
                arguments(
                        "it is lost",
                        at(0, Step.JOBS).tried(T).withJob("b"),
                        sight("PT0S", BOTH, null),
                        "start backfill"),
                arguments("the next", at(0, Step.JOBS).withNextJob(), sight("PT0S", BOTH, null), "start diff"),
                arguments(
                        "it failed",
                        at(0, Step.JOBS).withJob("b"),
                        sight("PT1M", BOTH, FAILED),
                        "stay: backfill failed: Redis is away"),
                arguments(
                        "it is tried again",
                        at(0, Step.JOBS).tried(T).because("backfill failed"),
                        sight("PT1M", BOTH, null),
                        "start backfill"),
                arguments(
                        "it failed for too long",
                        at(0, Step.JOBS).tried(after("PT10M")).because("backfill failed"),
                        sight("PT10M", BOTH, null),
                        "paused: stage 'both': backfill failed"),
                arguments(
                        "a diff that finds something",
                        at(0, Step.JOBS).withNextJob().withJob("d"),
                        sight("PT1M", BOTH, DIFFERS),
                        "paused: stage 'both': 1 differs"),
                arguments(
                        "all are done",
                        at(0, Step.JOBS).withNextJob().withNextJob(),
                        sight("PT1M", BOTH, null),
                        "hold 0"),
                // Holding.
                arguments("holds", at(1, Step.HOLD), sight("PT19M", READS, null), "stay"),
                arguments("compares", at(1, Step.HOLD), sight("PT20M", READS, null), "start diff"),
                arguments("compares on", at(1, Step.HOLD).withJob("d"), sight("PT2H", READS, RUNNING), "stay"),
                arguments("agrees", at(1, Step.HOLD).withJob("d"), sight("PT2H", READS, DONE), "stay: agrees"),
                arguments(
                        "differs",
                        at(1, Step.HOLD).withJob("d"),
                        sight("PT21M", READS, DIFFERS),
                        "rolling-back: stage 'reads': 1 differs"),
                arguments(
                        "a diff that fails is no breach",
                        at(1, Step.HOLD).withJob("d"),
                        sight("PT21M", READS, FAILED),
                        "stay: diff failed: Redis is away"),
                arguments(
                        "the hold is over",
                        at(1, Step.HOLD).tried(after("PT50M")),
                        sight("PT1H", READS, null),
                        "move 2"),
                arguments(
                        "the hold went by with nobody comparing",
                        at(1, Step.HOLD),
                        sight("PT9H", READS, null),
                        "start diff"),
                arguments(
                        "a diff that was made but failed is not made for ever",
                        at(1, Step.HOLD).tried(after("PT1H")).because("diff failed"),
                        sight("PT1H", READS, null),
                        "move 2"),
                arguments("a gate fails, in grace", at(1, Step.HOLD), sight("PT5M", READS, null, BREAKER), "stay"),
                arguments(
                        "a gate has failed for its grace",
                        at(1, Step.HOLD).failing(Map.of("breaker", T)),
                        sight("PT1M", READS, null, BREAKER),
                        "rolling-back: stage 'reads': breaker is open, asked is closed"),
                arguments(
                        "another gate's grace is its own",
                        at(1, Step.HOLD).failing(Map.of("dirty-records", T)),
                        sight("PT1M", READS, null, BREAKER),
                        "stay"),
                arguments(
                        "a mismatch has none",
                        at(1, Step.HOLD),
                        sight("PT1S", READS, null, MISMATCHES),
                        "rolling-back: stage 'reads': mismatches is 3, asked is 0"),
                arguments(
                        "a stage that pauses",
                        at(0, Step.HOLD),
                        sight("PT1S", BOTH, null, MISMATCHES),
                        "paused: stage 'both': mismatches is 3, asked is 0"),
                // The last stage.
                arguments("compares at the end", at(2, Step.HOLD), sight("PT1H", WRITES, null), "start diff"),
                arguments(
                        "an old diff proves nothing",
                        at(2, Step.HOLD).agreed(after("PT50M")),
                        sight("PT1H", WRITES, null),
                        "start diff"),
                arguments(
                        "is done",
                        at(2, Step.HOLD).tried(after("PT56M")).agreed(after("PT56M")),
                        sight("PT1H", WRITES, null),
                        "done: every stage was held to its end"),
                arguments(
                        "isn't while a gate fails",
                        at(2, Step.HOLD).tried(after("PT1H")).agreed(after("PT1H")),
                        sight("PT1H", WRITES, null, BREAKER),
                        "stay"),
                arguments(
                        "isn't while what its bounds ask for is not there",
                        at(2, Step.HOLD).tried(after("PT59M")).agreed(after("PT59M")),
                        unproven("PT1H"),
                        "stay: clean-rounds is 1 in a row, asked is at least 3"),
                arguments(
                        "goes on comparing for it",
                        at(2, Step.HOLD).tried(after("PT1H")).agreed(after("PT1H")),
                        unproven("PT1H5M"),
                        "start diff"),
                arguments(
                        "patience for it counts diffs, not time away",
                        at(2, Step.HOLD).tried(after("PT1H9M")).agreed(after("PT1H9M")),
                        unproven("PT1H13M"),
                        "stay: clean-rounds is 1 in a row, asked is at least 3"),
                arguments(
                        "patience for it is over",
                        at(2, Step.HOLD).tried(after("PT1H10M")).agreed(after("PT1H10M")),
                        unproven("PT1H11M"),
                        "rolling-back: stage 'writes': it was not to be ended within 10 min: clean-rounds is 1 in a row,"
                                + " asked is at least 3"),
                // Whatever it does.
                arguments(
                        "somebody went back",
                        at(1, Step.HOLD),
                        sight("PT5M", FILES, null),
                        "paused: the phase is file, and not by this plan, whose stage is 'reads' (redis-read at 100 %);"
                                + " 'plan resume' goes on from there"),
                arguments(
                        "somebody went on",
                        at(1, Step.MOVE),
                        sight("PT5M", WRITES, null),
                        "paused: the phase is redis-write at 100 %, and not by this plan, whose stage is 'reads'"
                                + " (redis-read at 100 %); 'plan resume' goes on from there"),
                arguments(
                        "paused",
                        at(1, Step.HOLD).in(State.PAUSED, "", T),
                        sight("PT9H", FILES, null, MISMATCHES),
                        "stay"),
                arguments(
                        "goes back",
                        at(1, Step.HOLD).in(State.ROLLING_BACK, "", T),
                        sight("PT1S", READS, null),
                        "rollback"),
                arguments(
                        "is back",
                        at(1, Step.HOLD).in(State.ROLLING_BACK, "bad", T),
                        sight("PT1S", FILES, null),
                        "rolled-back: bad"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("table")
    void decides(String name, Progress progress, Sight sight, String expected) {
        assertThat(words(progress, Engine.decide(PLAN, progress, sight))).isEqualTo(expected);
    }

    @Test
    void aGateThatPassesAgainBeginsAnewWithItsGrace() {
        Progress failing = at(1, Step.HOLD).failing(Map.of("breaker", T));
        Progress healed =
                Engine.decide(PLAN, failing, sight("PT30S", READS, null)).next();
        assertThat(healed.failing()).isEmpty();
    }
}
