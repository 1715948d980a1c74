package poppo.bridge.plan;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import poppo.bridge.migration.Bounds;
import poppo.bridge.shadow.Rollout;

/**
 * One stage: where the project is to be, what is done there, and what must hold before the next.
 *
 * @param needsApproval an operator has to approve before it is entered
 * @param jobs run in order once it is entered, before the hold begins
 * @param hold how long it is held at least, by the clock on the wall
 * @param bounds what the gates ask for while it is held and when it is left
 * @param grace how long a gate may fail while it is held; those that can't heal have none
 * @param patience how long after the hold the gates may still refuse the next stage, or a job fail
 * @param diffEvery how often both stores are compared meanwhile, where both hold the state
 */
public record Stage(
        String name,
        Rollout target,
        boolean needsApproval,
        List<Task> jobs,
        Duration hold,
        Bounds bounds,
        Breach onBreach,
        Duration grace,
        Duration patience,
        Duration diffEvery) {
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final int TRIES = 60;
    /** Of a rehearsal. */
    private static final long FEW = 100;

    private static final Duration LITTLE = Duration.ofSeconds(5);

    public Stage {
        jobs = List.copyOf(jobs);
    }

    /** The pause between two tries of what was refused. */
    Duration pauseBetweenTries() {
        Duration pause = patience.dividedBy(TRIES);
        return pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
    }

    /** What is asked for while it is held: how rare mismatches are at most is known only after many comparisons. */
    Bounds boundsWhileHeld() {
        return Bound.apply(Map.of(Bound.MISMATCH_RATE, 1.0), bounds);
    }

    /** See {@link Plan#compressed}. */
    Stage compressed(Duration most) {
        Bounds small = Bound.apply(
                Map.of(
                        Bound.COMPARISONS, Math.min(bounds.comparisons(), FEW),
                        Bound.MISMATCH_RATE, 1.0,
                        Bound.ERROR_RATE, 1.0,
                        Bound.P99_RATIO, 1_000_000.0,
                        Bound.QUIET_FILES, Duration.ZERO),
                bounds);
        return new Stage(
                name,
                target,
                needsApproval,
                jobs,
                shorter(hold, most),
                small,
                onBreach,
                shorter(grace, LITTLE),
                shorter(patience, LITTLE.multipliedBy(4)),
                shorter(diffEvery, most.dividedBy(4)));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Whether both stores hold the state, so that they can be compared. */
    boolean isComparable() {
        return target.phase().usesRedis() && target.phase().keepsFiles();
    }
}
