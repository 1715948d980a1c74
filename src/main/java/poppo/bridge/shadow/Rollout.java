package poppo.bridge.shadow;

import java.util.ArrayList;
import java.util.List;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.RecordKey;

/**
 * A phase with its percents.
 *
 * @param readPercent share of the records read from Redis in {@code redis-read}
 * @param writePercent share of the records whose authority is Redis in {@code redis-write}
 */
public record Rollout(Phase phase, int readPercent, int writePercent) {
    public Rollout {
        check("readPercent", readPercent);
        check("writePercent", writePercent);
    }

    /** The phase for all records. */
    public static Rollout of(Phase phase) {
        return new Rollout(phase, 100, 100);
    }

    private static void check(String field, int percent) {
        if (percent < 0 || percent > 100) {
            throw new BridgeException.Invalid(field, "must be from 0 to 100, but is " + percent);
        }
    }

    /** The share of the records that the phase's own route applies to. */
    public int percent() {
        return switch (phase.percent()) {
            case NONE -> 100;
            case READ -> readPercent;
            case WRITE -> writePercent;
        };
    }

    /**
     * The way to {@code target}: every phase between is passed through, so that each kind of step is written and judged
     * once. Empty when already there.
     */
    public List<Rollout> stepsTo(Rollout target) {
        List<Rollout> steps = new ArrayList<>();
        int direction = Integer.signum(target.phase().compareTo(phase));
        if (direction != 0) {
            for (int at = phase.ordinal() + direction; at != target.phase().ordinal(); at += direction) {
                steps.add(of(Phase.values()[at]));
            }
        }
        if (!equals(target)) {
            steps.add(target);
        }
        return steps;
    }

    /** Whether {@code target} is further on the way to Redis: a later phase, or more percent of the same. */
    public boolean isBelow(Rollout target) {
        int phases = phase.compareTo(target.phase);
        return phases < 0 || (phases == 0 && percent() < target.percent());
    }

    /** The route of a record while Redis is believed. */
    Route route(RecordKey key) {
        int percent = percent();
        if (percent == 100) {
            return phase.inside();
        }
        return key.rolloutBucket() < percent ? phase.inside() : phase.outside();
    }

    /** Whether every record is read from Redis, so that a list may come from there too. */
    boolean readsAllFromRedis() {
        Route.Reads inside = phase.inside().reads();
        boolean outsideToo = percent() == 100 || phase.outside().reads() == Route.Reads.REDIS_ELSE_FILE;
        return outsideToo && (inside == Route.Reads.REDIS_ELSE_FILE || inside == Route.Reads.REDIS);
    }

    @Override
    public String toString() {
        return phase.percent() == Phase.Percent.NONE ? phase.label() : phase.label() + " at " + percent() + " %";
    }
}
