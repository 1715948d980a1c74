package poppo.bridge.state;

/** How an operation asks whether the holder of an issue is alive at its time. */
@FunctionalInterface
public interface Liveness {
    /**
     * Whether the process that holds {@code issue} is alive. A store answers from its own heartbeats; for an issue
     * without a process id the record's {@code lastHeartbeat} decides.
     */
    boolean isHolderAlive(Issue issue);
}
