package poppo.bridge.web;

/** What the bearer of a token may do. */
public enum Role {
    /** The worker API, metrics and documentation. */
    WORKER,
    /** Everything. */
    OPERATOR
}
