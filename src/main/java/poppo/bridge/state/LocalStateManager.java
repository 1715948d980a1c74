package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The store that other, older programs share and write to behind our back: the state directory. */
public interface LocalStateManager extends StateManager {
    /** Hands label requests on; returns when they are durable. */
    void emit(List<LabelRequest> requests);

    /**
     * Takes a copy in now, and into the file with its next rewrite or {@link #flush}: for whoever keeps the copy durably
     * elsewhere until then. Callers see to it that copies of one record come in their order.
     *
     * @param image null removes the record
     * @param holderSeen as in {@link Replacement}
     * @param order as in {@link Replacement}
     */
    void stage(RecordKey key, @Nullable JsonNode image, @Nullable Instant holderSeen, long order);

    /** Looks whether somebody else wrote, and if so takes it in and tells the {@linkplain #onForeignWrite listener}. */
    void poll();

    /** Whom to tell of foreign writes, on the thread that noticed, outside all locks. Replaces an earlier listener. */
    void onForeignWrite(Consumer<ForeignWrite> listener);

    /**
     * Whether a foreign write is taken over as the records' new content ({@code true}, the default: files have
     * authority), or set aside under {@code .bridge/} and then overwritten by the next mirror copy.
     */
    void acceptForeignWrites(boolean accept);

    /** Counts every process as heard of at {@code now} at least: after a fail-over nobody is taken for dead too early. */
    void grantGrace(Instant now);

    /** Names what the files hold on the disk: the same mark another time, also in another run, means that nobody wrote. */
    String mark();

    /** What was found in the files that is odd but understood, in words; newest last. */
    List<String> notices();

    /**
     * Why a collection's file can't be understood as it stands on the disk, in words; null where it can. What was known
     * before, or the file's backup, is answered in its place.
     */
    @Nullable
    String damage(StateCollection collection);

    /** Where a collection stands, for people: the file's name within the state directory. */
    String file(StateCollection collection);

    /** Writes out now what only the memory has: heartbeats, and what was {@linkplain #stage staged}. */
    void flush();

    /**
     * What somebody else did to a file.
     *
     * @param file its name
     * @param records those whose content is another one than we knew
     * @param erasedOurs those of them in which a write of ours is lost: gone, or set back to what is older
     * @param setAside where the foreign version was kept, if it was not accepted
     */
    record ForeignWrite(
            String file,
            Set<RecordKey> records,
            Map<RecordKey, Erased> erasedOurs,
            @Nullable Path setAside) {}

    /**
     * A write of ours that somebody else's took the place of.
     *
     * @param ours the record as we had written it
     * @param theirs as it stands now; null where it is gone
     */
    record Erased(JsonNode ours, @Nullable JsonNode theirs) {}
}
