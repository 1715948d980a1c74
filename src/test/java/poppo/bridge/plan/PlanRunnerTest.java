package poppo.bridge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.machine.Disk;
import poppo.bridge.plan.Sight.JobSight;
import poppo.bridge.plan.Sight.Outcome;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.TestClock;

/** A plan from its start to its end, on a project of which only the phase flag is real. */
class PlanRunnerTest {
    private static final String PLAN = """
            format: 1
            name: small
            defaults: { grace: 1m, patience: 10m, diffEvery: 40m }
            stages:
              - { name: prepare, phase: file, jobs: [backfill] }
              - { name: both, phase: dual-write, jobs: [diff], hold: 1h, gates: { comparisons: 7 } }
              - { name: reads, phase: redis-read, readPercent: 50, hold: 1h, onBreach: rollback }
              - { name: only, phase: redis-only, approval: required }
            """;
    private static final List<String> ALL = List.of(
            "backfill", "move dual-write", "diff", "diff", "move redis-read at 50 %", "diff", "move redis-only");

    @TempDir
    Path directory;

    private final TestClock clock = new TestClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final FakeGround ground = new FakeGround();
    private PlanRunner runner;

    private PlanRunner open() {
        return open(new Disk());
    }

    private PlanRunner open(Disk disk) {
        AuditJournal audit = new AuditJournal(new Disk(), directory, clock);
        runner = new PlanRunner(
                ground,
                new PlanFile(disk, directory),
                audit,
                clock,
                new PlanRunner.Options(null, Duration.ZERO, plan -> plan));
        return runner;
    }

    /** Ticks with ten minutes between, until nothing changes any more or {@code most} ticks are over. */
    private void run(int most) {
        for (int i = 0; i < most && isRunning(); i++) {
            runner.tick();
            clock.advance(Duration.ofMinutes(10));
        }
    }

    private boolean isRunning() {
        return List.of("running", "rolling-back").contains(state());
    }

    private String state() {
        return status("state");
    }

    private String status(String field) {
        return runner.status().orElseThrow().path(field).asText();
    }

    private List<String> events() {
        List<String> events = new ArrayList<>();
        new AuditJournal(new Disk(), directory, clock)
                .read(0, 1000)
                .forEach(entry -> events.add(entry.path("event").asText() + " by "
                        + entry.path("who").asText()));
        return events;
    }

    @Test
    void everyStageIsMovedToWorkedOnAndHeldUntilTheEnd() {
        open().start(PLAN, "ann");
        run(40);
        assertThat(status("waitsFor")).isEqualTo("approval");
        assertThat(ground.rollout()).isEqualTo(new Rollout(Phase.REDIS_READ, 50, 100));

        runner.approve("ann", "seen");
        run(10);

        assertThat(state()).isEqualTo("done");
        assertThat(ground.done).isEqualTo(ALL);
        assertThat(events())
                .startsWith("plan-started by ann", "plan-stage by plan")
                .contains("plan-waits by plan", "plan-approved by ann")
                .endsWith("plan-done by plan");
    }

    @Test
    void theGatesIntoAStageAreThoseOfTheStageBefore() {
        open().start(PLAN, "ann");
        while (ground.rollout().phase() != Phase.REDIS_READ) {
            run(1);
        }
        assertThat(ground.askedFor.comparisons()).isEqualTo(7);
    }

    @Test
    void aHoldCountsTheTimeThatTheBridgeWasAway() {
        open().start(PLAN, "ann");
        while (!status("step").equals("hold") || ground.rollout().phase() == Phase.FILE) {
            runner.tick();
        }
        runner.close();
        clock.advance(Duration.ofMinutes(61));
        open();
        runner.tick();
        assertThat(ground.done).as("the diff that the hold owed").endsWith("diff");
        runner.tick();
        runner.tick();
        assertThat(status("step")).isEqualTo("move");
        assertThat(status("stage")).isEqualTo("2");
    }

    /** Every tick on a new runner, as if the bridge were killed after each. */
    @Test
    void aPlanThatIsKilledAfterEachStepEndsTheSame() {
        open().start(PLAN, "ann");
        for (int i = 0; i < 60 && isRunning(); i++) {
            open();
            runner.tick();
            if (status("waitsFor").equals("approval")) {
                open();
                runner.approve("ann", "seen");
            }
            clock.advance(Duration.ofMinutes(10));
        }
        assertThat(state()).isEqualTo("done");
        assertThat(ground.done).isEqualTo(ALL);
    }

    /** The world ends before or after each write of the file in turn; what was asked for was done or not. */
    @Test
    void aPlanThatIsKilledAroundEachWriteSkipsNothingAndMovesOnce() {
        int writes = 0;
        for (int fatal = 1; fatal == 1 || writes >= fatal; fatal++) {
            for (boolean after : List.of(false, true)) {
                writes = killedAt(fatal, after);
            }
        }
        assertThat(writes).isGreaterThan(12);
    }

    private int killedAt(int fatal, boolean after) {
        ground.done.clear();
        ground.stand(Rollout.of(Phase.FILE));
        clock.set(Instant.parse("2026-01-01T00:00:00Z"));
        directory.resolve("plan.json").toFile().delete();
        open().start(PLAN, "ann");
        MortalDisk disk = new MortalDisk(fatal, after);
        open(disk);
        for (int i = 0; i < 60 && isRunning(); i++) {
            try {
                runner.tick();
                if (status("waitsFor").equals("approval")) {
                    runner.approve("ann", "seen");
                }
            } catch (Killed e) {
                ground.forget();
                open(disk);
            }
            clock.advance(Duration.ofMinutes(10));
        }
        assertThat(state()).as("killed at write %d", fatal).isEqualTo("done");
        assertThat(ground.done.stream().filter(each -> each.startsWith("move")).toList())
                .as("killed at write %d, after it: %s", fatal, after)
                .isEqualTo(ALL.stream().filter(each -> each.startsWith("move")).toList());
        assertThat(ground.done.stream().distinct().toList())
                .isEqualTo(ALL.stream().distinct().toList());
        return disk.writes;
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Ends the world once, before or after its n-th write. */
    private static final class MortalDisk extends Disk {
        private final int fatal;
        private final boolean after;
        private int writes;

        MortalDisk(int fatal, boolean after) {
            this.fatal = fatal;
            this.after = after;
        }

        @Override
        public void replace(Path file, byte[] content) throws IOException {
            boolean isFatal = ++writes == fatal;
            if (isFatal && !after) {
                throw new Killed();
            }
            super.replace(file, content);
            if (isFatal) {
                throw new Killed();
            }
        }
    }

    @Test
    void aKillDuringTheWayBackEndsInTheFiles() {
        toReads();
        ground.watched = List.of(FakeGround.failing("mismatches"));
        runner.tick();
        assertThat(state()).isEqualTo("rolling-back");
        open();
        ground.unavailable = true;
        runner.tick();
        assertThat(status("trouble")).isEqualTo("Redis is away");
        ground.unavailable = false;
        open();
        runner.tick();
        open();
        runner.tick();
        assertThat(state()).isEqualTo("rolled-back");
        assertThat(status("why")).isEqualTo("stage 'reads': mismatches is 1, asked is 0");
        assertThat(ground.done).endsWith("roll back").containsOnlyOnce("roll back");
        assertThat(events()).endsWith("plan-breached by plan", "plan-rolled-back by plan");
    }

    @Test
    void theLastStageEndsOnlyOnceWhatItsBoundsAskForIsProven() {
        ground.unproven = List.of(FakeGround.failing("clean-rounds"));
        open().start("""
                format: 1
                name: last
                defaults: { patience: 2h, diffEvery: 30m }
                stages:
                  - { name: both, phase: dual-write, hold: 1h, gates: { cleanRounds: 3, mismatchRate: 0.001, diffMaxAge: 20m } }
                """, "ann");
        run(15);
        assertThat(state()).isEqualTo("running");
        assertThat(status("why")).isEqualTo("clean-rounds is 1, asked is 0");
        assertThat(ground.askedFor.mismatchRate()).isEqualTo(0.001);
        assertThat(ground.askedFor.cleanRounds()).isEqualTo(3);

        ground.unproven = List.of();
        run(8);
        assertThat(state()).isEqualTo("done");
    }

    private void toReads() {
        open().start(PLAN, "ann");
        while (ground.rollout().phase() != Phase.REDIS_READ || !status("step").equals("hold")) {
            run(1);
        }
    }

    @Test
    void gatesThatRefuseAreAskedAgainAndThenPauseThePlan() {
        open().start(PLAN, "ann");
        ground.refusing = List.of(FakeGround.failing("doctor"));
        while (status("why").isEmpty()) {
            runner.tick();
        }
        assertThat(status("why")).isEqualTo("doctor is 1, asked is 0");
        assertThat(state()).isEqualTo("running");
        run(4);
        assertThat(state()).isEqualTo("paused");
        assertThat(status("why")).contains("'both' was not to be entered within 10 min: doctor is 1, asked is 0");

        ground.refusing = List.of();
        runner.resume("ann");
        run(3);
        assertThat(ground.rollout().phase()).isEqualTo(Phase.DUAL_WRITE);
    }

    @Test
    void aStoreOutOfReachIsTriedAgain() {
        open().start(PLAN, "ann");
        ground.unavailable = true;
        runner.tick();
        runner.tick();
        runner.tick();
        assertThat(status("trouble")).isEqualTo("Redis is away");
        ground.unavailable = false;
        clock.advance(Duration.ofMinutes(1));
        runner.tick();
        assertThat(ground.done).containsExactly("backfill");
        assertThat(runner.status().orElseThrow().has("trouble")).isFalse();
    }

    @Test
    void aDiffThatFindsSomethingRollsBack() {
        toReads();
        ground.nextJob = new JobSight(Outcome.INCONSISTENT, "diff d-1 is inconsistent: 1 of 9 records differ");
        run(20);
        assertThat(state()).isEqualTo("rolled-back");
        assertThat(status("why")).isEqualTo("stage 'reads': diff d-1 is inconsistent: 1 of 9 records differ");
        assertThat(ground.rollout().phase()).isEqualTo(Phase.FILE);
    }

    @Test
    void aPhaseChangedByHandPausesThePlanAndResumeGoesOnFromThere() {
        toReads();
        ground.stand(Rollout.of(Phase.DUAL_WRITE));
        runner.tick();
        assertThat(state()).isEqualTo("paused");
        assertThat(status("why")).startsWith("the phase is dual-write, and not by this plan, whose stage is 'reads'");

        runner.resume("ann");
        assertThat(status("stage")).isEqualTo("1");
        run(40);
        assertThat(ground.rollout().phase()).isEqualTo(Phase.REDIS_READ);
        assertThat(status("waitsFor")).isEqualTo("approval");
    }

    @Test
    void whatWasReachedAlreadyIsNotDoneAgain() {
        ground.stand(new Rollout(Phase.REDIS_READ, 20, 100));
        open().start(PLAN, "ann");
        run(2);
        assertThat(ground.done).containsExactly("move redis-read at 50 %");
        runner.abort("ann", "enough");
        ground.stand(Rollout.of(Phase.REDIS_ONLY));
        String short_ = PLAN.substring(0, PLAN.indexOf("  - { name: only"));
        assertThatThrownBy(() -> runner.start(short_, "ann"))
                .isInstanceOf(BridgeException.Conflict.class)
                .hasMessageContaining("every stage of the plan is below the present phase (redis-only)");
    }

    @Test
    void oneAtATimeAndEachCommandOnlyWhereItFits() {
        open();
        assertThat(runner.status()).isEmpty();
        assertConflict(() -> runner.resume("ann"), "plan-state");
        runner.start(PLAN, "ann");
        assertConflict(() -> runner.start(PLAN, "bob"), "plan-running");
        assertConflict(() -> runner.resume("ann"), "plan-state");
        assertConflict(() -> runner.approve("ann", "why"), "no-approval-needed");
        runner.pause("ann", "lunch");
        run(3);
        assertThat(ground.done).isEmpty();
        assertConflict(() -> runner.start(PLAN, "bob"), "plan-running");
        runner.abort("ann", "no more");
        assertConflict(() -> runner.abort("ann", "no more"), "plan-state");
        runner.start(PLAN, "bob");
        assertThat(state()).isEqualTo("running");
    }

    @Test
    void aPlanThatTellsAWebhookNeedsOne() {
        open();
        assertConflict(() -> runner.start("notifications: [webhook]\n" + PLAN, "ann"), "no-webhook");
    }

    private static void assertConflict(Runnable call, String code) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        BridgeException.Conflict.class,
                        conflict -> assertThat(conflict.code()).isEqualTo(code));
    }

    @Test
    void aWrongPlanChangesNothing() {
        open();
        assertThatThrownBy(() -> runner.start("format: 2\n", "ann")).isInstanceOf(PlanFaults.class);
        assertThat(directory.resolve("plan.json")).doesNotExist();
    }

    @Test
    void aDamagedFileIsNamedWithWhatToDo() throws IOException {
        open().start(PLAN, "ann");
        Path file = directory.resolve("plan.json");
        Files.writeString(file, Files.readString(file).replace("\"running\"", "\"strolling\""));
        assertThatThrownBy(this::open)
                .isInstanceOf(BridgeException.Corrupt.class)
                .hasMessage(
                        file + ": /state: 'strolling' is not known; correct it, or remove it to forget the plan (the"
                                + " phase stays as it is)");
    }

    /** What can't be made durable is not done. */
    @Test
    void nothingIsDoneThatCouldNotBeNoted() {
        open().start(PLAN, "ann");
        open(new Disk() {
            @Override
            public void replace(Path file, byte[] content) throws IOException {
                throw new IOException("No space left on device");
            }
        });
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(runner::tick).isInstanceOf(BridgeException.Unavailable.class);
        }
        assertThat(ground.done).isEmpty();
        assertThat(status("step")).isEqualTo("move");
    }
}
