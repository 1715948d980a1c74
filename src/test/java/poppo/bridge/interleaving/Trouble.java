package poppo.bridge.interleaving;

/** What goes wrong with one call of a store or one effect on the disk. */
enum Trouble {
    NONE,
    /** Refused before it had an effect. */
    REFUSED,
    /** Had its effect, and the answer was lost. */
    ANSWER_LOST,
    /** Never arrived, and nobody can tell. */
    REQUEST_LOST,
    /** Timed out; it arrives later. */
    LATE
}
