package poppo.bridge.plan;

/** A job that a stage runs before it holds. */
public enum Task {
    BACKFILL("backfill"),
    DIFF("diff");

    private final String label;

    Task(String label) {
        this.label = label;
    }

    /** The name in plans. */
    public String label() {
        return label;
    }
}
