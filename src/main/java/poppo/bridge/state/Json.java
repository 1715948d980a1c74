package poppo.bridge.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lossless JSON, written the way {@code JSON.stringify} of Node.js writes it.
 *
 * <p>Reading keeps what a round trip must give back: the text of every number, null beside absent, the order of fields
 * (with integer-like keys first in ascending order, as JavaScript keeps them) and any text, unpaired surrogates
 * included. Printing gives the legacy files' bytes: two spaces, no newline at the end, non-ASCII text as it is.
 *
 * <p>Nodes made here are never changed afterwards by this project; {@link #copy(JsonNode)} first. Stateless.
 */
public final class Json {
    /** How deep a request may nest (spec/http-api.md). */
    public static final int REQUEST_DEPTH = 64;

    private static final int FILE_DEPTH = 1000;
    private static final int LONGEST_STRING = 256 << 20;
    private static final JsonFactory FILES = factory(FILE_DEPTH, false);
    private static final JsonFactory REQUESTS = factory(REQUEST_DEPTH, true);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String COMPACT = "";
    /** Of a record as text; for a longer one the room doubles as usual. */
    private static final int USUAL_LENGTH = 512;

    private static final String BYTE_ORDER_MARK = "\ufeff";
    /** Stands for what is not UTF-8, if it doesn't stand for itself. */
    private static final char REPLACEMENT = '\ufffd';

    private Json() {}

    private static JsonFactory factory(int depth, boolean strict) {
        return new JsonFactoryBuilder()
                .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, strict)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(depth)
                        .maxStringLength(LONGEST_STRING)
                        .maxNameLength(LONGEST_STRING)
                        .maxNumberLength(1000)
                        .build())
                .build();
    }

    /**
     * Reads one value as {@code JSON.parse} would: of a field that stands twice the last value counts.
     *
     * @throws MalformedJsonException naming line and column
     */
    public static JsonNode parse(byte[] utf8) {
        return parse(FILES, decode(utf8));
    }

    /** As {@link #parse(byte[])}, from text. */
    public static JsonNode parse(String text) {
        return parse(FILES, text);
    }

    /**
     * Reads one value of a caller nobody vouches for: nesting at most {@value #REQUEST_DEPTH}, no field twice.
     *
     * @throws MalformedJsonException naming line and column
     */
    public static JsonNode parseRequest(byte[] utf8) {
        return parse(REQUESTS, decode(utf8));
    }

    /**
     * Opens a parser to read a big document piece by piece, with {@link #read(JsonParser)} for its values.
     *
     * @throws MalformedJsonException when these bytes are not UTF-8
     */
    public static JsonParser parser(byte[] utf8) throws IOException {
        return FILES.createParser(decode(utf8));
    }

    /**
     * Decodes first, and strictly: Jackson's parser of bytes refuses half a surrogate pair in a field's name, which
     * JSON.parse reads, and would guess other encodings.
     */
    private static String decode(byte[] utf8) {
        String text = new String(utf8, StandardCharsets.UTF_8);
        String strict = text.indexOf(REPLACEMENT) < 0 ? text : decodeStrictly(utf8);
        return strict.startsWith(BYTE_ORDER_MARK) ? strict.substring(1) : strict;
    }

    private static String decodeStrictly(byte[] utf8) {
        ByteBuffer bytes = ByteBuffer.wrap(utf8);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            String before = new String(utf8, 0, bytes.position(), StandardCharsets.UTF_8);
            int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
            throw new MalformedJsonException(line, before.length() - before.lastIndexOf('\n'), "this is not UTF-8");
        }
    }

    private static JsonNode parse(JsonFactory factory, String text) {
        try (JsonParser parser = factory.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new MalformedJsonException(1, 1, "the text is empty");
            }
            JsonNode value = read(parser);
            if (parser.nextToken() != null) {
                throw malformed(parser.currentTokenLocation(), "something follows the value");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw malformed(e.getLocation(), reason(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What Jackson found, without its hints for programmers on where it read from. */
    public static String reason(JsonProcessingException e) {
        return String.valueOf(e.getOriginalMessage()).replaceAll(" \\([^()]*\\[Source: .*\\)$", "");
    }

    private static MalformedJsonException malformed(@org.jspecify.annotations.Nullable JsonLocation at, String why) {
        return at == null
                ? new MalformedJsonException(1, 1, why)
                : new MalformedJsonException(at.getLineNr(), at.getColumnNr(), why);
    }

    /** Reads the value whose first token {@code parser} stands on, and leaves it on the value's last token. */
    public static JsonNode read(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> readObject(parser);
            case START_ARRAY -> readArray(parser);
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getText());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default -> throw malformed(parser.currentTokenLocation(), "a value was expected");
        };
    }

    private static ObjectNode readObject(JsonParser parser) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            object.set(field, read(parser));
        }
        return inJavaScriptOrder(object);
    }

    private static ArrayNode readArray(JsonParser parser) throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(read(parser));
        }
        return array;
    }

    /** The number that {@code text} writes, exactly. */
    public static JsonNode number(String text) {
        if (text.length() <= 18) {
            try {
                long value = Long.parseLong(text);
                if (Long.toString(value).equals(text)) {
                    return NODES.numberNode(value);
                }
            } catch (NumberFormatException notALong) {
                return new ExactNumber(text);
            }
        }
        return new ExactNumber(text);
    }

    public static JsonNode number(long value) {
        return number(Long.toString(value));
    }

    public static ObjectNode object() {
        return NODES.objectNode();
    }

    public static ArrayNode array() {
        return NODES.arrayNode();
    }

    public static JsonNode text(String value) {
        return NODES.textNode(value);
    }

    public static JsonNode nullValue() {
        return NODES.nullNode();
    }

    /** A copy whose own fields can be changed; the values are shared, since nobody changes those. */
    public static ObjectNode copy(JsonNode object) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        object.fields().forEachRemaining(field -> fields.put(field.getKey(), field.getValue()));
        return new ObjectNode(NODES, fields);
    }

    /** The fields in the order in which JavaScript would list them: array indexes ascending, then as inserted. */
    public static ObjectNode inJavaScriptOrder(ObjectNode object) {
        if (isInJavaScriptOrder(object)) {
            return object;
        }
        TreeMap<Long, String> indexes = new TreeMap<>();
        object.fieldNames().forEachRemaining(name -> {
            if (isArrayIndex(name)) {
                indexes.put(Long.parseLong(name), name);
            }
        });
        Map<String, JsonNode> ordered = new LinkedHashMap<>();
        indexes.values().forEach(name -> ordered.put(name, object.get(name)));
        object.fields().forEachRemaining(field -> ordered.putIfAbsent(field.getKey(), field.getValue()));
        return new ObjectNode(NODES, ordered);
    }

    private static boolean isInJavaScriptOrder(ObjectNode object) {
        long last = -1;
        boolean othersBefore = false;
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!isArrayIndex(name)) {
                othersBefore = true;
                continue;
            }
            long index = Long.parseLong(name);
            if (othersBefore || index <= last) {
                return false;
            }
            last = index;
        }
        return true;
    }

    /** Whether JavaScript lists a property of this name before all others: {@code 0} to 2^32 - 2, canonical. */
    public static boolean isArrayIndex(String name) {
        int length = name.length();
        if (length == 0 || length > 10 || (length > 1 && name.charAt(0) == '0')) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return Long.parseLong(name) < 4294967295L;
    }

    /** As {@code JSON.stringify(value)}. */
    public static String compact(JsonNode value) {
        StringBuilder out = new StringBuilder(USUAL_LENGTH);
        append(out, value, COMPACT);
        return out.toString();
    }

    /** As {@code JSON.stringify(value, null, 2)}. */
    public static String pretty(JsonNode value) {
        StringBuilder out = new StringBuilder(USUAL_LENGTH);
        appendPretty(out, value, 0);
        return out.toString();
    }

    /** Appends {@link #pretty} of a value that stands {@code depth} levels deep in its document. */
    public static void appendPretty(StringBuilder out, JsonNode value, int depth) {
        append(out, value, "\n" + "  ".repeat(depth));
    }

    /** {@code newline} is the line break and indentation the value itself stands at, or empty for no layout at all. */
    private static void append(StringBuilder out, JsonNode value, String newline) {
        switch (value.getNodeType()) {
            case OBJECT -> appendObject(out, value, newline);
            case ARRAY -> appendArray(out, value, newline);
            case STRING -> appendString(out, value.textValue());
            default -> out.append(value.asText());
        }
    }

    private static void appendObject(StringBuilder out, JsonNode object, String newline) {
        if (object.isEmpty()) {
            out.append("{}");
            return;
        }
        boolean laidOut = !newline.isEmpty();
        String inner = laidOut ? newline + "  " : COMPACT;
        char separator = '{';
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            out.append(separator).append(inner);
            appendString(out, field.getKey());
            out.append(laidOut ? ": " : ":");
            append(out, field.getValue(), inner);
            separator = ',';
        }
        out.append(newline).append('}');
    }

    private static void appendArray(StringBuilder out, JsonNode array, String newline) {
        if (array.isEmpty()) {
            out.append("[]");
            return;
        }
        String inner = newline.isEmpty() ? COMPACT : newline + "  ";
        char separator = '[';
        for (JsonNode element : array) {
            out.append(separator).append(inner);
            append(out, element, inner);
            separator = ',';
        }
        out.append(newline).append(']');
    }

    /** Appends {@code text} as a JSON string with the escapes that {@code JSON.stringify} uses, and no others. */
    public static void appendString(StringBuilder out, String text) {
        out.append('"');
        if (isPlain(text)) {
            out.append(text);
        } else {
            appendEscaped(out, text);
        }
        out.append('"');
    }

    /** Whether nothing needs an escape, so that it can be copied as a whole: nearly every text. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c == '"' || c == '\\' || Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    private static void appendEscaped(StringBuilder out, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || isUnpairedSurrogate(text, i)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
    }

    /** Whether {@code text} holds half a character, which no UTF-8 can carry. */
    public static boolean hasUnpairedSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUnpairedSurrogate(text, i)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnpairedSurrogate(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }
}
