package poppo.bridge.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Difference;
import poppo.bridge.shadow.Pair;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Served;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * Differences that a diff plants for itself, and must report as it reports any other, or it is void. They are in no count.
 *
 * <p>Pairs put into the stream of each collection, of each kind and with one that is equal, prove that the rounds, the
 * comparison, the noise rules and the listing let nothing through and make nothing up. One record written to Redis, in a
 * scratch state that no other program reads, and read back, proves the same of the codec and the connection. Their ids are
 * such that no real record can have them. Not thread-safe.
 */
final class Planted {
    /** Where they differ within a record; a noise rule that covers one of these covers everything. */
    static final List<String> POINTERS = List.of("/planted", "/planted/a");

    private static final String ID = "\u0000planted-";
    /** With what a codec could spoil: a number in a string, one with an ending zero, null, and text that is not ASCII. */
    private static final String SCRATCH_IMAGE = "{\"planted\":{\"a\":%s,\"b\":[1.50,null,\"\u00e9\"]},\"pid\":7}";

    private static final RecordKey SCRATCH = RecordKey.issue(1);

    private final Map<RecordKey, Pair> pairs = new LinkedHashMap<>();
    private final Set<String> expected = new TreeSet<>();
    private final Set<String> found = new TreeSet<>();

    /** Pairs for the stream of a collection. */
    List<Pair> in(StateCollection collection) {
        List<Pair> planted = new ArrayList<>();
        planted.add(differing(collection, "{\"planted\":1}", null, ""));
        planted.add(differing(collection, null, "{\"planted\":1}", ""));
        planted.add(differing(
                collection, "{\"planted\":{\"a\":1,\"b\":2}}", "{\"planted\":{\"b\":2,\"a\":\"1\"}}", "/planted/a"));
        planted.add(differing(collection, "{\"planted\":null}", "{}", "/planted"));
        planted.add(plant(collection, image("{\"planted\":[1,null]}"), image("{\"planted\":[1,null]}")));
        return planted;
    }

    /** A record that goes through Redis and back: held against itself, and against one that is another in one field. */
    List<Pair> through(StateManager scratch) {
        JsonNode written = Json.parse(SCRATCH_IMAGE.formatted("\"1\""));
        JsonNode other = Json.parse(SCRATCH_IMAGE.formatted("1"));
        JsonNode read = writtenAndRead(scratch, written);
        Pair differing = plant(StateCollection.ISSUES, other, read);
        expect(new Difference(differing.key(), "/planted/a", other.at("/planted/a"), written.at("/planted/a")));
        return List.of(differing, plant(StateCollection.ISSUES, written, read));
    }

    private static @Nullable JsonNode writtenAndRead(StateManager scratch, JsonNode image) {
        replace(scratch, image);
        JsonNode read = scratch.read(SCRATCH).image();
        replace(scratch, null);
        return read;
    }

    private static void replace(StateManager scratch, @Nullable JsonNode image) {
        Versioned there = scratch.read(SCRATCH);
        scratch.replaceAll(List.of(new Replacement(SCRATCH, image, there.version(), null, 0)));
    }

    private Pair differing(StateCollection collection, @Nullable String file, @Nullable String redis, String pointer) {
        Pair pair = plant(collection, image(file), image(redis));
        expect(new Difference(
                pair.key(),
                pointer,
                at(pair.file().image(), pointer),
                at(pair.redis().image(), pointer)));
        return pair;
    }

    private static @Nullable JsonNode image(@Nullable String json) {
        return json == null ? null : Json.parse(json);
    }

    private static @Nullable JsonNode at(@Nullable JsonNode image, String pointer) {
        JsonNode value = image == null ? null : image.at(pointer);
        return value == null || value.isMissingNode() ? null : value;
    }

    private Pair plant(StateCollection collection, @Nullable JsonNode file, @Nullable JsonNode redis) {
        int number = pairs.size() + 1;
        String id = collection.isNumbered() ? Long.toString(Limits.MAX_ISSUE + number) : ID + number;
        RecordKey key = new RecordKey(collection, id);
        Pair pair = new Pair(
                key,
                new Versioned(key, file, "planted", number, Served.FILE),
                new Versioned(key, redis, "planted", number, Served.REDIS));
        pairs.put(key, pair);
        return pair;
    }

    private void expect(Difference difference) {
        expected.add(difference.toJson().toString());
    }

    /** The pair as it was planted, or null for a real record. */
    @Nullable
    Pair pair(RecordKey key) {
        return pairs.get(key);
    }

    void found(List<Difference> differences) {
        differences.forEach(difference -> found.add(difference.toJson().toString()));
    }

    /** What was planted so far has been counted. */
    void forget() {
        pairs.clear();
        expected.clear();
        found.clear();
    }

    Tally tally() {
        long missed = expected.stream().filter(each -> !found.contains(each)).count();
        return new Tally(expected.size(), expected.size() - missed, found.size() - (expected.size() - missed));
    }

    /**
     * What became of those planted.
     *
     * @param planted how many differences
     * @param found how many of them were reported as they are
     * @param madeUp what was reported about planted records that is not so
     */
    record Tally(long planted, long found, long madeUp) {
        static final Tally NONE = new Tally(0, 0, 0);

        Tally plus(Tally other) {
            return new Tally(planted + other.planted, found + other.found, madeUp + other.madeUp);
        }

        boolean holds() {
            return planted == found && madeUp == 0;
        }

        static Tally of(JsonNode json) {
            return new Tally(
                    json.path("planted").longValue(),
                    json.path("found").longValue(),
                    json.path("madeUp").longValue());
        }

        ObjectNode toJson() {
            ObjectNode json = Json.object();
            json.set("planted", Json.number(planted));
            json.set("found", Json.number(found));
            json.set("madeUp", Json.number(madeUp));
            return json;
        }
    }
}
