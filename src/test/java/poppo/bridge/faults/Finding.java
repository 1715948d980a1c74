package poppo.bridge.faults;

/** A promise that was broken, and how it was seen. */
record Finding(Kind kind, String text) {
    private static final int MAX_TEXT = 1500;

    enum Kind {
        LOST("lost"),
        TWO_HOLDERS("two holders"),
        WENT_BACK("went back"),
        FALSE_ORPHAN("false orphan"),
        /** A write that was refused or never made, or one that took effect after it was settled otherwise. */
        INVENTED("invented"),
        NOT_CONVERGED("not converged"),
        FILES_DIFFER("files differ"),
        /** A call that got no answer at all. */
        UNANSWERED("unanswered");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /** Short enough to be read in a list; a diff report can be very long. */
    @Override
    public String toString() {
        return kind.label() + ": " + (text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text);
    }
}
