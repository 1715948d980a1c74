package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a record was before an operation was tried on it: small enough to be kept with every try, and exact enough to tell
 * whether the record is still the same. The order of fields makes no difference, nor does an issue's heartbeat: others
 * renew it all the time without doing anything to the issue.
 *
 * @param digest of the image, or {@link #ABSENT}
 * @param size how many elements it had, where it is a list
 * @param moved whether the record is known to have been written since, so that looking the same again proves nothing
 */
public record Before(RecordKey key, String digest, int size, boolean moved) {
    private static final String ABSENT = "absent";

    public static Before of(RecordKey key, @Nullable JsonNode image) {
        return new Before(key, digest(key, image), image == null ? 0 : image.size(), false);
    }

    /** The same, of a record that has been written since. */
    public Before asMoved() {
        return new Before(key, digest, size, true);
    }

    boolean isAbsent() {
        return digest.equals(ABSENT);
    }

    /** Whether {@code image} is what the record was, and nothing is known to have happened to it in between. */
    boolean is(@Nullable JsonNode image) {
        return !moved && digest.equals(digest(key, image));
    }

    /** Whether the list in {@code image} begins with what the record was. */
    boolean isBeginningOf(@Nullable JsonNode image) {
        if (image == null || isAbsent()) {
            return isAbsent();
        }
        if (image.size() < size) {
            return false;
        }
        ArrayNode beginning = Json.array();
        for (int i = 0; i < size; i++) {
            beginning.add(image.get(i));
        }
        return digest.equals(digest(key, beginning));
    }

    /** Whether two images of a record differ in nothing but its heartbeat. */
    static boolean isSame(RecordKey key, @Nullable JsonNode one, @Nullable JsonNode other) {
        return digest(key, one).equals(digest(key, other));
    }

    private static String digest(RecordKey key, @Nullable JsonNode image) {
        if (image == null) {
            return ABSENT;
        }
        JsonNode counted = image;
        if (key.collection() == StateCollection.ISSUES && image.isObject()) {
            ObjectNode issue = Json.copy(image);
            issue.remove(Issue.LAST_HEARTBEAT);
            counted = issue;
        }
        try {
            byte[] text = Json.compact(sorted(counted)).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static JsonNode sorted(JsonNode value) {
        if (value.isObject()) {
            TreeMap<String, JsonNode> fields = new TreeMap<>();
            value.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
            ObjectNode object = Json.object();
            object.setAll(fields);
            return object;
        }
        if (value.isArray()) {
            ArrayNode array = Json.array();
            value.forEach(element -> array.add(sorted(element)));
            return array;
        }
        return value;
    }
}
