package poppo.bridge.plan;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import poppo.bridge.migration.Gate;
import poppo.bridge.plan.Progress.State;
import poppo.bridge.plan.Progress.Step;
import poppo.bridge.plan.Sight.JobSight;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;

/**
 * Decides what a plan does next: a function of the plan, of how far it is, and of what is seen. It never waits for what
 * it asked for, but looks: a phase change is done when the project stands there, whoever was killed meanwhile.
 */
final class Engine {
    /** The gates that never pass again once they failed. */
    private static final Set<String> NEVER_HEAL = Set.of("mismatches");

    private final Plan plan;
    private final Progress progress;
    private final Sight sight;
    private final Instant now;

    private Engine(Plan plan, Progress progress, Sight sight) {
        this.plan = plan;
        this.progress = progress;
        this.sight = sight;
        this.now = sight.now();
    }

    static Action decide(Plan plan, Progress progress, Sight sight) {
        return new Engine(plan, progress, sight).decide();
    }

    private Action decide() {
        if (progress.state() == State.ROLLING_BACK) {
            return sight.rollout().phase() == Phase.FILE
                    ? new Action.Note(progress.in(State.ROLLED_BACK, progress.why(), now))
                    : new Action.RollBack(progress);
        }
        if (progress.state() != State.RUNNING) {
            return new Action.Note(progress);
        }
        if (!belongs(plan, progress, sight.rollout())) {
            return pause("the phase is " + sight.rollout() + ", and not by this plan, whose stage is '" + stage().name()
                    + "' (" + stage().target() + "); 'plan resume' goes on from there");
        }
        Progress watched = progress.failing(progress.failingNow(failing(), now));
        return breach(watched).map(this::breached).orElseGet(() -> goOn(watched));
    }

    private Stage stage() {
        return plan.stages().get(progress.stage());
    }

    private Stage settled() {
        return plan.stages().get(progress.settled());
    }

    /**
     * Whether {@code present} is where the plan left the project. On the way into a stage a crash may have left it between
     * the stage before and this one.
     */
    static boolean belongs(Plan plan, Progress progress, Rollout present) {
        Rollout target = plan.stages().get(progress.stage()).target();
        if (progress.step() != Step.MOVE) {
            return present.equals(target);
        }
        Rollout before = plan.stages().get(progress.settled()).target();
        boolean isBehind = progress.stage() > 0 && present.isBelow(before);
        return !target.isBelow(present) && !isBehind;
    }

    private List<String> failing() {
        return sight.gates().stream()
                .filter(gate -> !gate.passed())
                .map(Gate::name)
                .toList();
    }

    private Optional<String> breach(Progress watched) {
        return sight.gates().stream()
                .filter(gate -> !gate.passed())
                .filter(gate -> isOver(watched.failing(), gate))
                .findFirst()
                .map(gate -> gate.name() + " is " + gate.measured() + ", asked is " + gate.bound());
    }

    private boolean isOver(Map<String, Instant> failing, Gate gate) {
        Duration grace =
                NEVER_HEAL.contains(gate.name()) ? Duration.ZERO : settled().grace();
        return !failing.getOrDefault(gate.name(), now).plus(grace).isAfter(now);
    }

    private Action breached(String why) {
        String where = "stage '" + settled().name() + "': " + why;
        // From the files there is nothing to go back to.
        boolean goesBack = settled().onBreach() == Breach.ROLLBACK
                && sight.rollout().phase().usesRedis();
        return goesBack ? new Action.Note(progress.in(State.ROLLING_BACK, where, now)) : pause(where);
    }

    private Action pause(String why) {
        return new Action.Note(progress.in(State.PAUSED, why, now));
    }

    private Action goOn(Progress watched) {
        return switch (watched.step()) {
            case MOVE -> move(watched);
            case JOBS -> work(watched);
            case HOLD -> hold(watched);
        };
    }

    private Action move(Progress watched) {
        Stage stage = stage();
        if (stage.needsApproval() && !watched.approvals().containsKey(watched.stage())) {
            return new Action.Note(watched.because("'plan approve' of stage '" + stage.name() + "' (" + stage.target()
                    + ")" + (stage.target().phase().keepsFiles() ? "" : ": the files become an archive there")));
        }
        if (sight.rollout().equals(stage.target())) {
            return new Action.Note(watched.at(watched.stage(), Step.JOBS, now));
        }
        if (isOutOfPatience(watched, settled().patience())) {
            return breached("'" + stage.name() + "' was not to be entered within "
                    + Spans.text(settled().patience()) + ": " + watched.why());
        }
        return mayTry(watched, settled().pauseBetweenTries())
                ? new Action.Move(watched.tried(now))
                : new Action.Note(watched);
    }

    /** Whether the last try of a step was refused, and came when patience had run out: not before one has. */
    private static boolean isOutOfPatience(Progress watched, Duration patience) {
        Instant lastTry = watched.lastTry();
        boolean isRefused = !watched.why().isEmpty();
        return isRefused && lastTry != null && !lastTry.isBefore(watched.since().plus(patience));
    }

    private boolean mayTry(Progress watched, Duration pause) {
        return watched.lastTry() == null || !watched.lastTry().plus(pause).isAfter(now);
    }

    private Action work(Progress watched) {
        Stage stage = stage();
        if (watched.job() == stage.jobs().size()) {
            return new Action.Note(watched.at(watched.stage(), Step.HOLD, now));
        }
        Task task = stage.jobs().get(watched.job());
        JobSight job = sight.job();
        if (job != null) {
            return switch (job.outcome()) {
                case RUNNING -> new Action.Note(watched);
                case DONE -> new Action.Note(watched.withNextJob());
                case INCONSISTENT -> breached(job.text());
                case FAILED ->
                    new Action.Note(watched.withJob(null).tried(now).because(task.label() + " failed: " + job.text()));
            };
        }
        if (isOutOfPatience(watched, stage.patience())) {
            return breached(watched.why());
        }
        return watched.jobId() != null || mayTry(watched, stage.pauseBetweenTries())
                ? new Action.Start(watched.withJob(null).tried(now), task)
                : new Action.Note(watched);
    }

    private Action hold(Progress watched) {
        if (watched.jobId() != null) {
            return compared(watched);
        }
        Stage stage = stage();
        Instant lastDiff = watched.lastTry() == null ? watched.since() : watched.lastTry();
        // A bridge that was away for the rest of the hold still owes the diffs of it.
        boolean isOverdue =
                stage.isComparable() && !lastDiff.plus(stage.diffEvery()).isAfter(now);
        boolean isOver = watched.isLateBy(stage.hold(), now);
        if (isOver && !isOverdue && (!plan.isLast(watched.stage()) || isProven(watched))) {
            return leave(watched);
        }
        // Where nothing follows, no gate of a phase change compares both sides at the end: a diff does.
        boolean isDue = isOverdue || (isOver && !isFresh(watched) && mayTry(watched, stage.pauseBetweenTries()));
        if (isDue) {
            return new Action.Start(watched.tried(now), Task.DIFF);
        }
        return isOver ? unproven(watched) : new Action.Note(watched);
    }

    /** Whether it is to be judged like a stage that is left, though no phase change follows. */
    static boolean needsProof(Plan plan, Progress progress, Instant now) {
        Stage stage = plan.stages().get(progress.stage());
        return progress.state() == State.RUNNING
                && progress.step() == Step.HOLD
                && plan.isLast(progress.stage())
                && stage.isComparable()
                && progress.isLateBy(stage.hold(), now);
    }

    /** Waits for what the last stage's bounds ask for and what can still come; a diff made in time is the last try. */
    private Action unproven(Progress watched) {
        String missing = text(sight.proof());
        if (missing.isEmpty()) {
            return new Action.Note(watched);
        }
        Duration patience = stage().patience();
        Instant lastTry = watched.lastTry();
        boolean isOutOfPatience = lastTry != null
                && !lastTry.isBefore(watched.since().plus(stage().hold()).plus(patience));
        return isOutOfPatience
                ? breached("it was not to be ended within " + Spans.text(patience) + ": " + missing)
                : new Action.Note(watched.because(missing));
    }

    private Action compared(Progress watched) {
        JobSight job = sight.job();
        if (job == null) {
            return new Action.Note(watched.withJob(null));
        }
        return switch (job.outcome()) {
            case RUNNING -> new Action.Note(watched);
            case DONE -> new Action.Note(watched.withJob(null).agreed(now).because(job.text()));
            case INCONSISTENT -> breached(job.text());
            case FAILED -> new Action.Note(watched.withJob(null).because("diff failed: " + job.text()));
        };
    }

    /** Whether both sides were seen to agree lately, and no gate fails. */
    private boolean isProven(Progress watched) {
        return watched.failing().isEmpty()
                && isFresh(watched)
                && text(sight.proof()).isEmpty();
    }

    /** Whether both sides were seen to agree lately, where they can be compared. */
    private boolean isFresh(Progress watched) {
        Stage stage = stage();
        return !stage.isComparable()
                || (watched.agreed() != null
                        && watched.agreed().plus(stage.bounds().diffMaxAge()).isAfter(now));
    }

    private Action leave(Progress watched) {
        return plan.isLast(watched.stage())
                ? new Action.Note(watched.in(State.DONE, "every stage was held to its end", now))
                : new Action.Note(watched.at(watched.stage() + 1, Step.MOVE, now));
    }

    /** What of {@code gates} failed, for people. */
    static String text(List<Gate> gates) {
        return gates.stream()
                .filter(gate -> !gate.passed())
                .map(gate -> gate.name() + " is " + gate.measured() + ", asked is " + gate.bound())
                .collect(Collectors.joining("; "));
    }
}
