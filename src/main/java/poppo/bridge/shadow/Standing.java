package poppo.bridge.shadow;

import poppo.bridge.state.RecordKey;

/**
 * Where a project stands at this moment; replaced as a whole, never changed.
 *
 * @param rollout the phase flag
 * @param epoch the authority epoch: rises with every change of authority, and every commit to Redis carries it
 * @param believed whether Redis is believed; false from a fail-over until everything missed has been carried over
 * @param filesBehind whether the files don't have the whole state (yet), so that they can't be fallen back to
 * @param backfilled whether a backfill has run to its end since Redis was last found empty
 */
public record Standing(Rollout rollout, long epoch, boolean believed, boolean filesBehind, boolean backfilled) {

    static Standing initial() {
        return new Standing(Rollout.of(Phase.FILE), 1, false, false, false);
    }

    public Phase phase() {
        return rollout.phase();
    }

    /** The authority over the records inside the phase's percent now. */
    public Authority authority() {
        return (believed ? phase().inside() : down()).authority();
    }

    Route route(RecordKey key) {
        return believed ? rollout.route(key) : down();
    }

    /** The route of a record that Redis may not be asked about. */
    Route down() {
        return filesBehind ? Route.REFUSED : phase().whenDown();
    }

    Standing withRollout(Rollout next) {
        return new Standing(next, epoch, believed, filesBehind, backfilled);
    }

    Standing withEpoch(long next) {
        return new Standing(rollout, Math.max(epoch, next), believed, filesBehind, backfilled);
    }

    Standing believing(boolean belief) {
        return new Standing(rollout, epoch, belief, filesBehind, backfilled);
    }

    Standing withFilesBehind(boolean behind) {
        return new Standing(rollout, epoch, believed, behind, backfilled);
    }

    Standing withBackfilled(boolean done) {
        return new Standing(rollout, epoch, believed, filesBehind, done);
    }
}
