package poppo.bridge.faults;

/** What a read showed of a record: the ticket of the write that made it so, or no more than whether it is there. */
record Seen(Kind kind, long ticket) {
    enum Kind {
        TICKET,
        PRESENT,
        ABSENT
    }

    static final Seen PRESENT = new Seen(Kind.PRESENT, 0);
    static final Seen ABSENT = new Seen(Kind.ABSENT, 0);

    static Seen ticket(long ticket) {
        return new Seen(Kind.TICKET, ticket);
    }

    static Seen present(boolean isThere) {
        return isThere ? PRESENT : ABSENT;
    }

    @Override
    public String toString() {
        return kind == Kind.TICKET ? "ticket " + ticket : kind.name().toLowerCase(java.util.Locale.ROOT);
    }
}
