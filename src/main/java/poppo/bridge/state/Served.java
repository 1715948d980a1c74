package poppo.bridge.state;

/** Which store answered: the value of {@code X-Served-By}. */
public enum Served {
    FILE,
    REDIS;

    public String label() {
        return this == FILE ? "file" : "redis";
    }
}
