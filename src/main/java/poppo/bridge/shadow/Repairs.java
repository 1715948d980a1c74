package poppo.bridge.shadow;

import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.RecordKey;

/**
 * Copies single records from the store that is right about them to the other one, each only if both still are as they were
 * seen. What would lose a write that somebody was told of is refused: that is known of a record which Redis missed.
 */
public final class Repairs {
    private final Project project;
    private final CarryOver carryOver;

    Repairs(Project project, CarryOver carryOver) {
        this.project = project;
        this.carryOver = carryOver;
    }

    /**
     * What became of one record.
     *
     * @param from the store that was taken for right
     * @param now both stores after it
     * @param refusal why nothing was copied, or why they still differ; null when they agree
     */
    public record Outcome(
            Authority from, Pair now, @Nullable String refusal) {}

    /**
     * Whether a whole store may be taken for right at all.
     *
     * @param right null: whichever has authority over each record, which it always may
     * @throws BridgeException.Conflict when it may not
     */
    public void require(@Nullable Authority right) {
        Standing standing = project.standing();
        if (right == Authority.FILE && standing.filesBehind()) {
            throw new BridgeException.Conflict(
                    "files-behind",
                    "The files don't have the whole state, so nothing is repaired from them; go down first");
        }
        if (right == Authority.REDIS && !standing.phase().usesRedis()) {
            throw new BridgeException.Conflict(
                    "redis-behind",
                    "In phase '" + standing.phase()
                            + "' Redis gets no writes, so nothing is repaired from it; repair from 'file'");
        }
    }

    /** Which store would be copied from. */
    public Authority source(RecordKey key, @Nullable Authority right) {
        return right == null ? carryOver.authority(key) : right;
    }

    /** Why a record may not be copied from {@code from}; null when it may. */
    public @Nullable String refusal(RecordKey key, Authority from) {
        if (from == Authority.FILE || project.standing().filesBehind()) {
            return null;
        }
        DirtyRecords.Mark mark = project.dirty.markOf(key);
        boolean missed = mark != null
                && (mark.cause() == DirtyRecords.Cause.MISSED || mark.cause() == DirtyRecords.Cause.UNKNOWN);
        return missed || project.dirty.wholeCollections().contains(key.collection())
                ? "the files may have a write that Redis missed; repair from 'file' or 'authority'"
                : null;
    }

    /**
     * Repairs one record.
     *
     * @param seen as it differed
     * @param right null: whichever has authority over the record
     */
    public Outcome repair(Pair seen, @Nullable Authority right) {
        require(right);
        try (Gate.Pass pass = project.gate.enter();
                RecordLocks.Held held = project.locks.lock(seen.key())) {
            Authority from = source(seen.key(), right);
            String refusal = refusal(seen.key(), from);
            Pair now = read(seen.key());
            if (refusal == null && !isAsSeen(now, seen)) {
                refusal = "it has changed since it was compared; run the diff again";
            }
            if (refusal != null) {
                return new Outcome(from, now, refusal);
            }
            carryOver.carry(List.of(seen.key()), key -> from, true);
            Pair after = read(seen.key());
            return new Outcome(
                    from,
                    after,
                    after.compare().agrees() ? null : "somebody else changed it meanwhile; run the diff again");
        }
    }

    private Pair read(RecordKey key) {
        return new Pair(key, project.files.read(key), project.redis.read(key));
    }

    private static boolean isAsSeen(Pair now, Pair seen) {
        return now.file().version().equals(seen.file().version())
                && now.redis().version().equals(seen.redis().version());
    }
}
