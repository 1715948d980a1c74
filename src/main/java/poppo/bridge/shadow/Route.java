package poppo.bridge.shadow;

/** What happens to the operations on one record: the cells of the {@linkplain Phase phase table}. */
enum Route {
    FILES(Authority.FILE, Writes.FILE, Reads.FILE),
    /** Executed on both stores, in this order, and compared. */
    DUAL(Authority.FILE, Writes.FILE_THEN_REDIS, Reads.FILE_COMPARED),
    DUAL_READ_REDIS(Authority.FILE, Writes.FILE_THEN_REDIS, Reads.REDIS_ELSE_FILE),
    REDIS_MIRRORED(Authority.REDIS, Writes.REDIS_MIRRORED, Reads.REDIS_ELSE_FILE),
    REDIS(Authority.REDIS, Writes.REDIS, Reads.REDIS),
    /** Redis is not believed: the files go on alone, and what they take is caught up later. */
    FILES_MEANWHILE(Authority.FILE, Writes.FILE_MARKED_DIRTY, Reads.FILE),
    /** Redis is not believed, and the files don't have the state. */
    REFUSED(Authority.REDIS, Writes.REFUSED, Reads.REFUSED);

    enum Writes {
        FILE,
        FILE_THEN_REDIS,
        REDIS_MIRRORED,
        REDIS,
        FILE_MARKED_DIRTY,
        REFUSED
    }

    enum Reads {
        FILE,
        FILE_COMPARED,
        REDIS_ELSE_FILE,
        REDIS,
        REFUSED
    }

    private final Authority authority;
    private final Writes writes;
    private final Reads reads;

    Route(Authority authority, Writes writes, Reads reads) {
        this.authority = authority;
        this.writes = writes;
        this.reads = reads;
    }

    Authority authority() {
        return authority;
    }

    Writes writes() {
        return writes;
    }

    Reads reads() {
        return reads;
    }
}
