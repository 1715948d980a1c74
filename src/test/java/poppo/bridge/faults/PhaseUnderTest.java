package poppo.bridge.faults;

/** A phase of the plan, and what its users are promised while Redis is away. */
enum PhaseUnderTest {
    FILE("file", "file"),
    DUAL_WRITE("dual-write", "file"),
    REDIS_READ("redis-read", "file"),
    REDIS_WRITE("redis-write", "redis"),
    REDIS_ONLY("redis-only", "redis");

    private final String label;
    private final String authority;

    PhaseUnderTest(String label, String authority) {
        this.label = label;
        this.authority = authority;
    }

    String label() {
        return label;
    }

    /** Which store has authority when nothing is wrong. */
    String authority() {
        return authority;
    }

    boolean usesRedis() {
        return this != FILE;
    }

    /** Whether both stores must agree in the end. */
    boolean isCompared() {
        return usesRedis() && this != REDIS_ONLY;
    }
}
