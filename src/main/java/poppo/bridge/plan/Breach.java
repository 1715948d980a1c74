package poppo.bridge.plan;

/** What is done when a project doesn't hold what its stage asks for. */
public enum Breach {
    /** Stays where it is and waits for an operator. */
    PAUSE("pause"),
    /** Goes back to the files. */
    ROLLBACK("rollback");

    private final String label;

    Breach(String label) {
        this.label = label;
    }

    /** The name in plans. */
    public String label() {
        return label;
    }
}
