package poppo.bridge.faults;

import java.util.List;

/**
 * One thing that a client did or was told. Times are of {@link System#nanoTime()} in the one process of all clients: a
 * call took effect somewhere between its begin and its end, unless its outcome is unknown, then at any time after begin.
 */
sealed interface Event {
    long begin();

    /**
     * A write of a record. Tickets are unique, and a record's writers are such that each one's ticket is above all that
     * were written before it: one writer, or the issue's one holder.
     *
     * @param removes whether the record is gone after it; nothing is written to that record any more
     */
    record Write(String record, long ticket, boolean removes, long begin, long end, Outcome outcome) implements Event {}

    /** What a read showed of a record. */
    record Read(String record, Seen seen, long begin, long end) implements Event {}

    /** What a read showed of a list that is only appended to, or cut off at its head: tickets in their order. */
    record ListRead(String record, List<Long> tickets, long begin, long end) implements Event {}

    /** A process was told that it holds an issue. */
    record Taken(long issue, String process, long begin, long end) implements Event {}

    /** A holder began to give an issue back; from then on it doesn't count on it. */
    record LetGo(long issue, String process, long begin) implements Event {}

    /** A sign of life was acknowledged. */
    record Alive(String process, long begin, long end) implements Event {}

    /** A process was listed as the dead holder of an issue, or an issue was taken from it as from a dead one. */
    record Orphaned(long issue, String process, long begin, long end) implements Event {}

    /** A read showed who holds an issue; empty for nobody. */
    record Holder(long issue, String process, long begin, long end) implements Event {}
}
