package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Comparison;
import poppo.bridge.shadow.Difference;
import poppo.bridge.shadow.Moved;
import poppo.bridge.shadow.Pair;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.Standing;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.FencedStateManager.Losses;
import poppo.bridge.state.RecordKey;

/**
 * Says why a record likely differs, and by what evidence; without any it is {@code unexplained}. Lives for one diff. Not
 * thread-safe.
 */
final class Causes {
    /** Marks of what came to the files and not to Redis. */
    private static final Set<String> FILE_ONLY = Set.of("missed-dual-write", "foreign-write");

    private final ShadowStateManager state;
    private @Nullable Losses losses;

    Causes(ShadowStateManager state) {
        this.state = state;
    }

    /**
     * A likely cause.
     *
     * @param name in kebab case
     * @param evidence what it is told from, a sentence for people
     * @param moved which side left what both had agreed on
     */
    record Cause(String name, String evidence, Moved moved) {}

    Cause of(Pair pair, Difference first) {
        Moved moved = state.moved(pair);
        String marked = state.knownCause(pair.key()).orElse(null);
        if (marked != null) {
            return new Cause(
                    marked,
                    "the bridge marked the record when it happened, and has not carried it over yet",
                    moved == Moved.UNKNOWN && FILE_ONLY.contains(marked) ? Moved.FILE : moved);
        }
        if (state.isDirtyAsAWhole(pair.key().collection())) {
            return new Cause(
                    "not-carried-over",
                    "the whole collection is marked: after an outage or an unclean stop it is yet to be compared",
                    moved);
        }
        if (!first.pointer().isEmpty() || first.kind() == Difference.Kind.DIFFERENT) {
            return different(pair, moved);
        }
        return first.kind() == Difference.Kind.MISSING_IN_REDIS
                ? missingInRedis(pair, moved)
                : missingInFile(pair, moved);
    }

    private Cause different(Pair pair, Moved moved) {
        String codec = codec(pair);
        if (codec != null) {
            return new Cause("codec", codec, moved);
        }
        Standing standing = state.standing();
        if (standing.filesBehind() && moved != Moved.FILE) {
            return new Cause("files-behind", "in phase '" + standing.phase() + "' the files get no writes", moved);
        }
        if (!standing.phase().usesRedis() && moved != Moved.REDIS) {
            return new Cause("changed-since-backfill", "in phase 'file' Redis gets no writes", moved);
        }
        return moved == Moved.UNKNOWN ? unexplained(moved) : besideTheBridge(moved);
    }

    /** What the bridge writes, it remembers as agreed: so what left that was written by somebody else. */
    private static Cause besideTheBridge(Moved moved) {
        return new Cause(
                "changed-beside-the-bridge",
                switch (moved) {
                    case FILE ->
                        "Redis still has what both agreed on last; the file doesn't, and no write of the bridge is missing";
                    case REDIS ->
                        "the file still has what both agreed on last; Redis doesn't, and no write of the bridge is missing";
                    default -> "neither store has what both agreed on last";
                },
                moved);
    }

    private static Cause unexplained(Moved moved) {
        return new Cause("unexplained", "nothing is known of this record but that it differs", moved);
    }

    /** Whether Redis holds just what writing the file's record there comes to. */
    private @Nullable String codec(Pair pair) {
        JsonNode file = pair.file().image();
        if (file == null) {
            return null;
        }
        try {
            JsonNode back = state.bareRedis().roundTrip(pair.key(), file);
            boolean survives = Comparison.images(pair.key(), file, back).agrees();
            return !survives
                            && Comparison.images(pair.key(), back, pair.redis().image())
                                    .agrees()
                    ? "the file's record, written to Redis and read back, is what Redis has"
                    : null;
        } catch (BridgeException.Corrupt e) {
            return "the file's record can't be read back once it is written: " + e.getMessage();
        }
    }

    private Cause missingInRedis(Pair pair, Moved moved) {
        Standing standing = state.standing();
        Losses lost = losses();
        boolean trace = hasTrace(pair.key());
        boolean known = trace || moved == Moved.REDIS;
        if (known && lost.evicted() > 0) {
            return new Cause(
                    "eviction", traces(trace) + "Redis has evicted " + lost.evicted() + " keys since its start", moved);
        }
        if (known && lost.expired() > lost.heartbeats()) {
            return new Cause(
                    "expiry",
                    traces(trace) + "Redis has let " + lost.expired() + " keys expire since its start, and knows of "
                            + lost.heartbeats() + " expired heartbeats",
                    moved);
        }
        if (trace) {
            return new Cause(
                    "removed-in-redis",
                    "the bridge's metadata is there, the record is not; nothing was evicted",
                    moved);
        }
        if (!standing.backfilled()) {
            return new Cause("not-backfilled", "no backfill has gone through yet", moved);
        }
        if (moved == Moved.REDIS) {
            return new Cause(
                    "lost-by-redis", "both stores had it; now Redis has neither the record nor its metadata", moved);
        }
        if (!standing.phase().usesRedis()) {
            return new Cause("changed-since-backfill", "in phase 'file' Redis gets no writes", moved);
        }
        return moved == Moved.FILE ? besideTheBridge(moved) : unexplained(moved);
    }

    private static String traces(boolean trace) {
        return trace ? "the bridge's metadata is there, the record is not; " : "both stores had it; ";
    }

    private Cause missingInFile(Pair pair, Moved moved) {
        if (moved == Moved.FILE || moved == Moved.BOTH) {
            return besideTheBridge(moved);
        }
        if (state.standing().filesBehind()) {
            return new Cause(
                    "files-behind", "in phase '" + state.standing().phase() + "' the files get no writes", moved);
        }
        return new Cause(
                "only-in-redis",
                hasTrace(pair.key())
                        ? "the bridge wrote it there, and the files have not got it or not any more"
                        : "no metadata of the bridge stands beside it, so another program may have written it",
                moved);
    }

    private boolean hasTrace(RecordKey key) {
        return state.bareRedis().hasMetadata(key);
    }

    private Losses losses() {
        if (losses == null) {
            losses = state.bareRedis().losses();
        }
        return losses;
    }
}
