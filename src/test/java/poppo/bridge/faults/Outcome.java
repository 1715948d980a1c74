package poppo.bridge.faults;

/** What a client knows of a call after its answer, by the words of spec/http-api.md. */
enum Outcome {
    /** 2xx: done, and never to be lost. */
    DONE,
    /** 4xx: nothing was changed. */
    REFUSED,
    /** 503 {@code unavailable}, or no connection: nothing was changed. */
    NOT_DONE,
    /** No answer, or one that doesn't say: it may have happened, may still happen, or not. */
    UNKNOWN;

    /** Whether a write with this outcome may ever be seen. */
    boolean mayHaveHappened() {
        return this == DONE || this == UNKNOWN;
    }
}
