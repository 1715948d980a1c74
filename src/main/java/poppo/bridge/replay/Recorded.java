package poppo.bridge.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Stamp;

/**
 * A call as it was made and answered.
 *
 * <p>Calls are numbered in the order in which they took effect: of two on one record the one that came first has the lower
 * number, and so has, of a list and a write that overlap, the one that saw less. Calls that overlap in time and have
 * nothing to do with each other may stand in either order.
 *
 * @param number counted from 1
 * @param begun when it began, in microseconds since {@link Header#recordedAt()}
 * @param took how long it took, in microseconds
 * @param caller the process or worker that made it; one caller's calls never overlap
 * @param stamp the time and identities it was executed with; null for what is no operation
 * @param answer as {@link Answers} puts it; empty for what is not answered
 * @param served the store that answered, {@code file} or {@code redis}; null where none did
 */
public record Recorded(
        long number,
        long begun,
        long took,
        String caller,
        Call call,
        @Nullable Stamp stamp,
        ObjectNode answer,
        @Nullable String served) {
    /** In microseconds as {@link #begun}. */
    long ended() {
        return begun + took;
    }

    /** The same call under another number. */
    Recorded numbered(long other) {
        return new Recorded(other, begun, took, caller, call, stamp, answer, served);
    }

    /** The same call with another answer. */
    Recorded answered(ObjectNode other) {
        return new Recorded(number, begun, took, caller, call, stamp, other, served);
    }
}
