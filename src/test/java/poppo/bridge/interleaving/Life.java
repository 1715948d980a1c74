package poppo.bridge.interleaving;

/** One life of the bridge, from its start to its end: after that nothing its threads do has any effect. */
final class Life {
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
