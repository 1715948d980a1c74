package poppo.bridge.interleaving;

import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * How bad things are at the moment. Each run has only some of the kinds of trouble: with all of them at once none would get
 * far enough to do its worst.
 */
final class Weather {
    /** Kinds that a run has or hasn't. */
    enum Kind {
        REDIS_CALLS,
        FILE_CALLS,
        DISK_EFFECTS,
        OUTAGES,
        RESTARTS,
        DATA_LOSS,
        KILLS,
        POWER_CUTS,
        STOPS,
        FOREIGN_WRITES,
        CLOCK_JUMPS,
        REDIS_ONLY
    }

    private final SplittableRandom random;
    private final Counts counts;
    private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    private boolean cleared;
    /** One call in so many goes wrong. */
    private int oneIn = 12;

    Weather(SplittableRandom random, Counts counts) {
        this.random = random;
        this.counts = counts;
        for (Kind kind : Kind.values()) {
            if (random.nextInt(2) == 0) {
                kinds.add(kind);
            }
        }
        if (random.nextInt(3) != 0) {
            kinds.remove(Kind.REDIS_ONLY);
        }
        if (kinds.contains(Kind.REDIS_ONLY)) {
            // Where Redis has the only copy, no bridge can bring back what Redis itself loses.
            kinds.remove(Kind.DATA_LOSS);
        }
    }

    boolean has(Kind kind) {
        return !cleared && kinds.contains(kind);
    }

    Set<Kind> kinds() {
        return kinds;
    }

    /** Nothing goes wrong from here on. */
    void clear() {
        cleared = true;
    }

    /** Nothing goes wrong meanwhile. */
    void pause(Runnable work) {
        cleared = true;
        work.run();
        cleared = false;
    }

    void change() {
        oneIn = 3 + random.nextInt(40);
    }

    Trouble redis(boolean writes) {
        if (!strikes(Kind.REDIS_CALLS)) {
            return Trouble.NONE;
        }
        Trouble trouble = writes ? any(Trouble.values()) : any(Trouble.NONE, Trouble.REFUSED);
        counts.count("redis " + trouble);
        return trouble;
    }

    Trouble files(boolean writes) {
        if (!strikes(Kind.FILE_CALLS)) {
            return Trouble.NONE;
        }
        Trouble trouble = writes
                ? any(Trouble.NONE, Trouble.REFUSED, Trouble.ANSWER_LOST, Trouble.REQUEST_LOST)
                : any(Trouble.NONE, Trouble.REFUSED);
        counts.count("files " + trouble);
        return trouble;
    }

    Trouble disk() {
        if (!strikes(Kind.DISK_EFFECTS)) {
            return Trouble.NONE;
        }
        Trouble trouble = any(Trouble.NONE, Trouble.REFUSED, Trouble.ANSWER_LOST);
        counts.count("disk " + trouble);
        return trouble;
    }

    private boolean strikes(Kind kind) {
        return has(kind) && random.nextInt(oneIn) == 0;
    }

    private Trouble any(Trouble... among) {
        return among[random.nextInt(among.length)];
    }
}
