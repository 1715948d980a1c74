package poppo.bridge.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;
import poppo.bridge.state.MalformedJsonException;

/**
 * How the records of a collection stand in their file. Reads the shapes found in the wild, writes today's. Stateless.
 *
 * <p>An <em>image</em> is the record, a <em>value</em> is what stands for it in the file; only for processes are they
 * two things.
 */
abstract class Shape {
    static final String WHOLE = "";

    private static final String CUT_OFF = "the file ends in the middle";

    private final int depth;
    private final boolean named;

    /**
     * @param depth how deep its entries stand in the document
     * @param named whether an entry's id stands before its value
     */
    Shape(int depth, boolean named) {
        this.depth = depth;
        this.named = named;
    }

    /** What stands around the entries of a file made anew. */
    abstract Loaded.Frame emptyFrame();

    /** Reads the value that the parser stands on. */
    abstract void read(JsonParser parser, Reading reading) throws IOException, WrongShape;

    /**
     * Checks that {@code image} may stand in the file as the record {@code id}.
     *
     * @param at where it stands, as a JSON Pointer
     */
    abstract void check(String id, JsonNode image, String at) throws WrongShape;

    /** Checks what stands in a file for the record {@code id}. */
    void checkValue(String id, JsonNode value, String at) throws WrongShape {
        check(id, value, at);
    }

    /** Whether a file without entries isn't there at all. */
    boolean isSingle() {
        return false;
    }

    /** The record that a value stands for. */
    @Nullable
    JsonNode image(JsonNode value) {
        return value;
    }

    /**
     * The value that stands for a record, or null to leave none.
     *
     * @param old the entry so far
     * @param seen when the process that it is about was last heard of, where that is kept here
     */
    @Nullable
    JsonNode value(@Nullable JsonNode image, @Nullable Entry old, @Nullable Instant seen) {
        return image;
    }

    /** Whether two entries of different text hold the same record. */
    boolean isSameRecord(Entry one, Entry other) {
        return false;
    }

    /** What a value says about a process. */
    Entry.@Nullable SignOfLife life(String id, JsonNode value) {
        return null;
    }

    /** What a missing file reads as. */
    final Loaded empty() {
        return new Loaded(Map.of(), emptyFrame(), List.of());
    }

    /** Reads a whole file. */
    final Loaded load(byte[] utf8) throws Unparsable, WrongShape {
        try (JsonParser parser = Json.parser(utf8)) {
            if (parser.nextToken() == null) {
                throw new Unparsable("the file is empty");
            }
            Reading reading = new Reading();
            read(parser, reading);
            if (parser.nextToken() != null) {
                throw Unparsable.at(parser.currentTokenLocation(), "something follows the JSON value");
            }
            return reading.loaded();
        } catch (JsonEOFException e) {
            throw Unparsable.at(e.getLocation(), CUT_OFF);
        } catch (JsonProcessingException e) {
            // Between two entries Jackson has no exception of its own for the end.
            boolean cutOff = e.getOriginalMessage().startsWith("Unexpected end-of-input");
            throw Unparsable.at(e.getLocation(), cutOff ? CUT_OFF : Json.reason(e));
        } catch (MalformedJsonException e) {
            throw new Unparsable(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new Unparsable(Reasons.of(e));
        }
    }

    /** An entry of this shape; its version and order are for the caller to give. */
    final Entry entry(String id, JsonNode value) {
        StringBuilder text = new StringBuilder();
        if (named) {
            Json.appendString(text, id);
            text.append(": ");
        }
        byte[] name = Loaded.bytes(text.toString());
        Json.appendPretty(text, value, depth);
        int version = image(value) == null ? 0 : 1;
        return new Entry(
                id, Entry.numberOf(id), Loaded.bytes(text.toString()), name.length, version, 0, false, life(id, value));
    }

    /** The entries of the object that the parser stands on. */
    final void readEntries(JsonParser parser, Reading reading, String at) throws IOException, WrongShape {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String id = parser.currentName();
            parser.nextToken();
            reading.add(id, Json.read(parser), at + WrongShape.step(id));
        }
    }

    static void issueNumber(String id, String at) throws WrongShape {
        try {
            Limits.issueNumber(id);
        } catch (BridgeException.Invalid e) {
            throw new WrongShape(at, "an issue number as the key (1 to " + Limits.MAX_ISSUE + ", in plain decimal)");
        }
    }

    static void object(JsonNode value, String at) throws WrongShape {
        if (!value.isObject()) {
            throw new WrongShape(at, "an object, found " + kind(value));
        }
    }

    static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "the number " + value.asText();
            default -> value.asText();
        };
    }

    /** A file being read. */
    final class Reading {
        private final Map<String, Entry> entries = new LinkedHashMap<>();
        private final List<String> notices = new ArrayList<>();
        private Loaded.Frame frame = emptyFrame();

        /** Adds the entry at {@code at}; as in JavaScript, a later one of the same id takes the place of the earlier. */
        void add(String id, JsonNode value, String at) throws WrongShape {
            checkValue(id, value, at);
            entries.put(id, entry(id, value));
        }

        boolean has(String id) {
            return entries.containsKey(id);
        }

        void forgetEntries() {
            entries.clear();
        }

        void framedBy(Loaded.Frame found) {
            frame = found;
        }

        void notice(String notice) {
            notices.add(notice);
        }

        Loaded loaded() {
            return new Loaded(entries, frame, List.copyOf(notices));
        }
    }
}
