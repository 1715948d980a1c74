package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store that several bridges and restarts may write to, so that every commit carries the authority epoch and is
 * refused with {@link BridgeException.Fenced} when the store holds another one.
 */
public interface FencedStateManager extends StateManager {
    /**
     * Asks the server who it is; the one call that works whatever epoch it holds. Reconnects when disconnected, and then
     * makes sure that nothing sent on an earlier connection can still take effect.
     *
     * @throws BridgeException.Unavailable when it can't be reached
     */
    Server probe();

    /**
     * Puts {@code epoch} in the place of the epoch that was seen, and commits under it from now on. Writers of an earlier
     * epoch are refused from this moment. Also starts an empty server off.
     *
     * @param seen what {@link #probe} found; a server that lost its state since must not be taken for the one that was seen
     * @throws BridgeException.Fenced when the server holds another epoch than that, or a higher one than {@code epoch}
     */
    void fence(@Nullable Long seen, long epoch);

    /**
     * The highest {@linkplain Server#revision revision} that a commit of this manager was answered with since its last
     * {@link #fence}, 0 before the first: a server that comes back with a lower one has lost an acknowledged write.
     */
    long acknowledged();

    /**
     * The records that other programs made with plain commands and that {@link #page} doesn't list, since nothing of the
     * bridge's stands beside them yet. Goes through everything, once for all of these collections: for sweeps, not for a
     * worker's call.
     */
    List<RecordKey> unlisted(Collection<StateCollection> collections);

    /**
     * The {@linkplain Versioned#version version} of a record that never was there: whoever knows that there is none need
     * not read it before it is copied.
     */
    String absentVersion();

    /**
     * What there is to know about the server's fitness; like {@link #probe} whatever epoch it holds.
     *
     * @throws BridgeException.Unavailable when it can't be reached
     */
    ServerFacts facts();

    /** Whether the bridge's own metadata of a record is there, also where its content is gone. */
    boolean hasMetadata(RecordKey key);

    /**
     * The keys of a collection, without what they hold: for a sweep that a record which can't be read must not stop. By
     * number where the collection is numbered and kept so.
     */
    List<RecordKey> keys(StateCollection collection);

    /**
     * What would be read back of a record that is written; asks the server nothing. Where that is not the image, it would not
     * survive.
     */
    @Nullable
    JsonNode roundTrip(RecordKey key, JsonNode image);

    /**
     * A second, empty state on the same server and by the same codec, which no other program sees. It belongs to this
     * manager and is not to be closed.
     */
    StateManager scratch();

    /**
     * What the server dropped by itself.
     *
     * @throws BridgeException.Unavailable when it can't be reached
     */
    Losses losses();

    /**
     * What a server dropped by itself since it started.
     *
     * @param evicted keys, for want of memory
     * @param expired keys, at the end of their time to live
     * @param heartbeats how many processes are known whose heartbeat has expired
     */
    record Losses(long evicted, long expired, long heartbeats) {}

    /**
     * A server as {@link #probe} found it.
     *
     * @param runId new at each start of the server
     * @param version for example {@code 7.0.15}
     * @param epoch the authority epoch it holds; null when it holds none: empty, flushed, or never used
     * @param revision the number of the last change committed through this layout, 0 when none
     */
    record Server(String runId, String version, @Nullable Long epoch, long revision) {}
}
