package poppo.bridge.plan;

/** Where a plan tells of itself. The first two are always told: the audit journal is the log and feeds the stream. */
public enum Channel {
    LOG("log"),
    EVENTS("events"),
    /** An address that the bridge is configured with; a plan never names one. */
    WEBHOOK("webhook");

    private final String label;

    Channel(String label) {
        this.label = label;
    }

    /** The name in plans. */
    public String label() {
        return label;
    }
}
