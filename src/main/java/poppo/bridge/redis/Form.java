package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;
import poppo.bridge.state.RecordKey;

/**
 * How the records of a collection are kept: what reads one, what its content means, what must not have moved, and what
 * changes it. Beside the content stands the metadata, {@code <revision> <hint>}; the hint begins with {@code =} where
 * the content can't express the record, and then is the record itself as JSON.
 */
abstract class Form {
    private static final String EXACT = "=";
    private static final String NOTHING_TO_ADD = "-";

    final Keys keys;

    Form(Keys keys) {
        this.keys = keys;
    }

    /** Reads the content, flat. */
    abstract Step read(RecordKey key);

    /** Reads the content where a plain client used a set for it; null where that can't be. */
    @Nullable
    Step readPlainSet(RecordKey key) {
        return null;
    }

    /** What metadata and content mean together. */
    abstract Stored decode(RecordKey key, @Nullable String meta, List<String> content, boolean plainSet);

    /** Adds the checks that the content is still {@code before}'s. */
    abstract void guard(Stored before, Commit commit);

    /** Adds the effects that make {@code after} of {@code before}, and says what then stands there. */
    abstract Kept change(Stored before, JsonNode after, long order, Commit commit);

    /** Adds the effects that remove the content. */
    abstract void remove(Stored before, Commit commit);

    boolean hasMeta() {
        return true;
    }

    /**
     * Adds all of one change to a commit, but for what only issues have.
     *
     * @return the content as it is once this is committed
     */
    final List<String> write(Stored before, @Nullable JsonNode after, long order, Commit commit) {
        RecordKey key = before.key();
        expect(before, commit);
        List<String> content = after == null ? removed(before, commit) : changed(before, after, order, commit);
        if (Keys.hasBuckets(key.collection())) {
            commit.indexed(keys.buckets(key.collection()), Keys.bucket(key.number()));
        }
        return content;
    }

    private List<String> removed(Stored before, Commit commit) {
        remove(before, commit);
        commit.remove();
        return List.of();
    }

    private List<String> changed(Stored before, JsonNode after, long order, Commit commit) {
        Kept kept = change(before, after, order, commit);
        commit.set(kept.hint);
        return kept.content;
    }

    /**
     * What stands in Redis after a change.
     *
     * @param hint goes into the metadata
     * @param content as {@link #read} will find it
     */
    record Kept(String hint, List<String> content) {}

    /** Adds what must not have moved. */
    final void expect(Stored before, Commit commit) {
        RecordKey key = before.key();
        commit.about(key, keys.value(key));
        if (hasMeta()) {
            commit.expectMeta(keys.meta(key), key.id(), before.meta());
        }
        guard(before, commit);
    }

    /** Has it told what stands there if that has moved: for whoever decides again. */
    final void tellIfMoved(RecordKey key, Commit commit) {
        commit.read(read(key));
    }

    static String exactly(JsonNode image) {
        return EXACT + Json.compact(image);
    }

    static String nothingToAdd() {
        return NOTHING_TO_ADD;
    }

    /** The record that the hint itself is, or null. */
    @Nullable
    JsonNode exact(Stored stored) {
        String hint = stored.hint();
        return hint != null && hint.startsWith(EXACT) ? parse(hint.substring(1), keys.meta(stored.key())) : null;
    }

    static JsonNode parse(String json, String where) {
        try {
            return Json.parse(json);
        } catch (MalformedJsonException e) {
            throw new BridgeException.Corrupt("Redis key " + where + " holds no JSON: " + e.getMessage(), e);
        }
    }

    /** The keys or the values of a flat list of pairs. */
    static List<String> everySecond(List<String> pairs, int first) {
        List<String> half = new ArrayList<>(pairs.size() / 2);
        for (int i = first; i < pairs.size(); i += 2) {
            half.add(pairs.get(i));
        }
        return half;
    }
}
