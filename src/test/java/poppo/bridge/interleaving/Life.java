package poppo.bridge.interleaving;

import java.util.function.BooleanSupplier;
import poppo.bridge.machine.Waits;

/** One life of the bridge, from its start to its end: after that nothing its threads do has any effect. */
final class Life implements Waits {
    private final Scheduler scheduler;
    private boolean over;

    Life(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** An await point of one of its threads. */
    void at(String where) {
        requireAlive();
        scheduler.pause(where);
        requireAlive();
    }

    /** Whoever waits for another thread of a life that is over waits for nobody. */
    @Override
    public void until(BooleanSupplier attempt, Runnable block) {
        requireAlive();
        scheduler.until(() -> over || attempt.getAsBoolean(), block);
        requireAlive();
    }

    void requireAlive() {
        if (over) {
            throw new Killed();
        }
    }

    void end() {
        over = true;
    }

    boolean isOver() {
        return over;
    }
}
