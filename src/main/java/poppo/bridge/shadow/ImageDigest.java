package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Issue;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/**
 * Three bytes that stand for a record's image: equal images have equal ones, in every run, and two others have them once in
 * 16 million. An issue's heartbeat is left out, as noise is. Pure.
 */
final class ImageDigest {
    static final int BITS = 24;

    /** See {@link #of(RecordKey)}. */
    private static final int NEIGHBOURS = 3;

    /** Of no record; no image has it. */
    static final int ABSENT = 0;

    private ImageDigest() {}

    static int of(RecordKey key, @Nullable JsonNode image) {
        if (image == null) {
            return ABSENT;
        }
        long sum = image.isObject() ? fields(image, key.collection() == StateCollection.ISSUES) : value(image);
        int digest = (int) (mix(sum) >>> (Long.SIZE - BITS));
        return digest == ABSENT ? 1 : digest;
    }

    /** Fields come in any order. */
    private static long fields(JsonNode object, boolean isIssue) {
        long sum = 17;
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!isIssue || !field.getKey().equals(Issue.LAST_HEARTBEAT)) {
                sum += mix(text(field.getKey()) + value(field.getValue()));
            }
        }
        return sum;
    }

    private static long value(JsonNode value) {
        if (value.isObject()) {
            return fields(value, false);
        }
        if (value.isArray()) {
            long sum = 19;
            for (JsonNode element : value) {
                sum = mix(sum * 31 + value(element));
            }
            return sum;
        }
        return text(value.asText()) * 31 + value.getNodeType().ordinal();
    }

    /** Of the hash that the string itself remembers: names of fields, and what was compared before, cost nothing anew. */
    private static long text(String text) {
        return (text.hashCode() + ((long) text.length() << Integer.SIZE)) * 0x9E3779B97F4A7C15L;
    }

    /** The finalizer of MurmurHash3. */
    static long mix(long bits) {
        long mixed = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }

    /** Of a record's name; those of neighbours by number differ in their last {@value #NEIGHBOURS} bits only. */
    static long of(RecordKey key) {
        long collection = text(key.collection().label());
        if (!key.collection().isNumbered()) {
            return mix(text(key.id()) + collection);
        }
        long number = key.number();
        long neighbours = (1 << NEIGHBOURS) - 1;
        return (mix((number >>> NEIGHBOURS) + collection) & ~neighbours) | (number & neighbours);
    }
}
