package poppo.bridge.state;

/** The collections of a project's state, by the names that every interface uses (spec/http-api.md). */
public enum StateCollection {
    ISSUES("issues"),
    PROCESSES("processes"),
    PROCESSED_ISSUES("processed-issues"),
    PROCESSED_COMMENTS("processed-comments"),
    RUNNING_TASKS("running-tasks"),
    PENDING_TASKS("pending-tasks"),
    LAST_RUN("last-run");

    private final String label;

    StateCollection(String label) {
        this.label = label;
    }

    /** The name outside: in paths, reports and the journal. */
    public String label() {
        return label;
    }

    /** Whether its records are named by issue numbers, and listed in their order. */
    public boolean isNumbered() {
        return this == ISSUES || this == PROCESSED_ISSUES || this == PROCESSED_COMMENTS;
    }

    /** Whether it is one record only, so that its key needs no id. */
    public boolean isSingle() {
        return this == PENDING_TASKS || this == LAST_RUN;
    }

    /**
     * The collection called {@code label}.
     *
     * @throws BridgeException.Invalid naming those there are
     */
    public static StateCollection of(String label) {
        return Labels.find("collection", label, values(), StateCollection::label);
    }

    @Override
    public String toString() {
        return label;
    }
}
