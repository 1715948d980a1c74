package poppo.bridge.shadow;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import poppo.bridge.machine.Waits;
import poppo.bridge.shadow.CarryOver.Tally;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;

/**
 * Changes the phase, one step of the plan at a time: carry over while work goes on → gate → fence (epoch up) → carry over
 * the rest → make durable → flip. When a step fails, the phase is the one it began from and nothing is lost.
 *
 * <p>Whether a change is wise is judged elsewhere (the gates); here is only how it is done safely.
 */
final class Transitions {
    private final Project project;
    private final CarryOver carryOver;
    private final Recovery recovery;
    private final Waits waits;
    private final ReentrantLock changing = new ReentrantLock();

    Transitions(Project project, CarryOver carryOver, Recovery recovery, Waits waits) {
        this.waits = waits;
        this.project = project;
        this.carryOver = carryOver;
        this.recovery = recovery;
    }

    /**
     * Moves to {@code target}.
     *
     * @throws BridgeException.Unavailable when a store that the change needs can't be reached
     */
    Change change(Rollout target, String who, String why) {
        waits.lock(changing);
        try {
            return changeAlone(target, who, why);
        } finally {
            changing.unlock();
        }
    }

    private Change changeAlone(Rollout target, String who, String why) {
        Rollout from = project.standing().rollout();
        Step done;
        try {
            done = walk(from, target);
        } catch (BridgeException e) {
            project.audit.note("phase-change-failed", who, why, Json.object().put("to", target.toString()));
            goBack(from, e);
            throw e;
        }
        Change change = new Change(
                from,
                target,
                project.standing().epoch(),
                done.tally().compared(),
                done.tally().copied(),
                done.pause());
        if (!from.equals(target)) {
            project.audit.note("phase-change", who, why, change.toJson());
        }
        return change;
    }

    private void goBack(Rollout from, BridgeException cause) {
        try {
            walk(project.standing().rollout(), from);
        } catch (BridgeException e) {
            cause.addSuppressed(e);
        }
    }

    private Step walk(Rollout from, Rollout target) {
        Step all = new Step(Tally.NONE, Duration.ZERO);
        for (Rollout step : from.stepsTo(target)) {
            all = all.plus(step(step));
        }
        return all;
    }

    private record Step(Tally tally, Duration pause) {
        Step plus(Step next) {
            return new Step(tally.plus(next.tally), pause.plus(next.pause));
        }
    }

    private Step step(Rollout target) {
        Standing before = project.standing();
        if (!before.phase().usesRedis() && target.phase().usesRedis()) {
            return new Step(startUsingRedis(before, target), Duration.ZERO);
        }
        if (before.filesBehind() && target.phase().keepsFiles()) {
            return bringFilesBack(before).plus(switchOver(project.standing(), target));
        }
        return switchOver(before, target);
    }

    /** Redis is filled and verified while the files go on; until then it isn't believed. */
    private Tally startUsingRedis(Standing before, Rollout target) {
        project.dirty.markAll();
        project.commit(s -> s.withRollout(target).believing(false));
        if (recovery.returnNow()) {
            project.commit(s -> s.withBackfilled(true));
            return Tally.NONE;
        }
        String reason = String.valueOf(recovery.breaker().condition().reason());
        project.commit(s -> s.withRollout(before.rollout()));
        project.dirty.forget();
        throw new BridgeException.Unavailable("The phase stays '" + before.phase() + "': " + reason);
    }

    /** The archive is brought up to date while Redis goes on; new writes are mirrored from the first moment. */
    private Step bringFilesBack(Standing before) {
        requireBelieved(before);
        flip(s -> s.withRollout(Rollout.of(Phase.REDIS_WRITE)));
        try {
            Tally tally = carryOver.sweepAll(key -> Authority.REDIS, CarryOver.Progress.NONE);
            if (tally.left() > 0) {
                throw new BridgeException.Unavailable(tally.left() + " records could not be copied to the files");
            }
            filesAreComplete();
            return new Step(tally, Duration.ZERO);
        } catch (BridgeException e) {
            flip(s -> s.withRollout(before.rollout()).withFilesBehind(before.filesBehind()));
            throw e;
        }
    }

    /** A write whose mirror copy failed meanwhile is dirty. */
    private void filesAreComplete() {
        try (Gate.Pass alone = project.gate.shut()) {
            carryOver.drainFully();
            project.commit(s -> {
                // Who stopped believing Redis meanwhile is about to carry over from it.
                requireBelieved(s);
                return s.withFilesBehind(false);
            });
        }
    }

    private void flip(UnaryOperator<Standing> change) {
        try (Gate.Pass alone = project.gate.shut()) {
            project.commit(change);
        }
    }

    private Step switchOver(Standing before, Rollout target) {
        boolean goingUp = before.rollout().isBelow(target);
        boolean toRedis = goingUp && target.phase().authority() == Authority.REDIS;
        boolean fromRedis = before.phase().authority() == Authority.REDIS;
        if (toRedis) {
            requireBelieved(before);
        }
        Tally tally = before.believed() ? bringTogether(fromRedis, goingUp) : Tally.NONE;
        project.files.flush();
        long start = System.nanoTime();
        try (Gate.Pass alone = project.gate.shut()) {
            // Where neither side keeps files the authority stays with the only copy, and so does its epoch.
            boolean moves = before.phase().keepsFiles() || target.phase().keepsFiles();
            switchNow(target, toRedis, moves && (toRedis || fromRedis));
        }
        return new Step(tally, Duration.ofNanos(System.nanoTime() - start));
    }

    /** Going down must work without Redis: then it is not believed from here on, and the files, which have all, go on. */
    private Tally bringTogether(boolean everything, boolean required) {
        try {
            Tally tally = everything ? carryOver.sweepAll(CarryOver.Progress.NONE) : Tally.NONE;
            return tally.plus(carryOver.drain());
        } catch (BridgeException.Unavailable e) {
            if (required || !recovery.doubt(e)) {
                throw e;
            }
            return Tally.NONE;
        }
    }

    private void switchNow(Rollout target, boolean toRedis, boolean authorityMoves) {
        Standing standing = project.standing();
        if (toRedis) {
            requireBelieved(standing);
            project.files.poll();
            carryOver.drainFully();
        }
        long epoch = authorityMoves ? standing.epoch() + 1 : standing.epoch();
        if (authorityMoves && standing.believed()) {
            fence(epoch, toRedis);
        }
        boolean leaving = !target.phase().usesRedis();
        project.files.flush();
        project.commit(s -> s.withRollout(target)
                .withEpoch(epoch)
                .believing(s.believed() && !leaving)
                .withBackfilled(s.backfilled() && !leaving)
                .withFilesBehind(!target.phase().keepsFiles()));
        if (leaving) {
            project.dirty.forget();
        }
    }

    /** On the way back Redis may be failing: then the epoch in {@code .bridge} alone keeps it from being believed. */
    private void fence(long epoch, boolean required) {
        try {
            project.fence(project.standing().epoch(), epoch);
        } catch (BridgeException.Unavailable e) {
            if (required) {
                throw e;
            }
            recovery.breaker().open(String.valueOf(e.getMessage()));
        }
    }

    private static void requireBelieved(Standing standing) {
        if (!standing.believed()) {
            throw new BridgeException.Unavailable(
                    "The phase stays '" + standing.phase() + "': Redis is not believed at the moment; see the breaker's"
                            + " reason in the status, and try again when it is closed");
        }
    }
}
