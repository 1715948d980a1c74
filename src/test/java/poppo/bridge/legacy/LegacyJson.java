package poppo.bridge.legacy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code JSON.parse} and {@code JSON.stringify(value, null, 2)} of Node.js, on Jackson's nodes.
 *
 * <p>One difference is meant: a number that JavaScript would round (2<sup>53</sup> + 1, 1e400) keeps its value and is
 * only laid out as JavaScript would.
 */
public final class LegacyJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** JSON.parse has no such limits; what a peer can read must not depend on Jackson's. */
    private static final StreamReadConstraints NO_LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE)
            .maxNumberLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .build();

    private static final ObjectReader READER = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(NO_LIMITS).build())
            .nodeFactory(NODES)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();
    /** An escape; without group 1 if it begins like one of a code unit and is none. */
    private static final Pattern ESCAPE = Pattern.compile("\\\\([^u]|u[0-9a-fA-F]{4})?", Pattern.DOTALL);

    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,9}");
    /** The first integer that JavaScript does not take for an index: 2^32 - 1. */
    private static final long FIRST_NON_INDEX = 4294967295L;
    /** From this position of the decimal point on JavaScript writes an exponent. */
    private static final int LONGEST_INTEGER = 21;

    private static final int MOST_LEADING_ZEROS = 6;
    private static final int MOST_DOUBLE_DIGITS = 17;

    private LegacyJson() {}

    /**
     * Reads one value. A field that stands twice keeps its first place and its last value.
     *
     * @throws LegacyException if the text is anything but one JSON value, or a number's exponent is beyond an int
     */
    public static JsonNode parse(String text) {
        JsonNode value = read(text);
        if (value == null || value.isMissingNode()) {
            throw new LegacyException("SyntaxError: Unexpected end of JSON input");
        }
        if (text.contains("\\u")) {
            requireSoundEscapes(text);
        }
        return value;
    }

    /** Jackson looks at the low byte of a hexadecimal digit only, and takes U+0131 for a 1. */
    private static void requireSoundEscapes(String text) {
        for (Matcher escape = ESCAPE.matcher(text); escape.find(); ) {
            if (escape.group(1) == null) {
                throw new LegacyException("SyntaxError: Bad Unicode escape at character " + escape.start());
            }
        }
    }

    private static JsonNode read(String text) {
        try {
            return READER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new LegacyException("SyntaxError: " + e.getMessage(), e);
        } catch (NumberFormatException e) {
            throw new LegacyException("RangeError: " + e.getMessage(), e);
        }
    }

    /**
     * As {@link #parse(String)} of a file's content. Like Node.js it replaces bytes that are not UTF-8, but a surrogate in
     * UTF-8 by one U+FFFD instead of three.
     */
    public static JsonNode parse(byte[] utf8) {
        return parse(new String(utf8, StandardCharsets.UTF_8));
    }

    /** The text that {@code JSON.stringify(value, null, 2)} returns. */
    public static String print(JsonNode value) {
        StringBuilder out = new StringBuilder();
        append(out, value, "\n");
        return out.toString();
    }

    /** The content of a file that holds {@code value}. */
    public static byte[] bytes(JsonNode value) {
        return print(value).getBytes(StandardCharsets.UTF_8);
    }

    static ObjectNode object() {
        return NODES.objectNode();
    }

    static ArrayNode array() {
        return NODES.arrayNode();
    }

    /** The node that {@link #parse} makes of this number. */
    static JsonNode number(long value) {
        return (int) value == value ? NODES.numberNode((int) value) : NODES.numberNode(value);
    }

    /** {@code newline} is a line break and the indentation at which the value itself stands. */
    private static void append(StringBuilder out, JsonNode value, String newline) {
        switch (value.getNodeType()) {
            case OBJECT -> appendObject(out, (ObjectNode) value, newline);
            case ARRAY -> appendArray(out, value, newline);
            case STRING -> appendString(out, value.textValue());
            case NUMBER -> out.append(printNumber(value));
            case BOOLEAN, NULL -> out.append(value.asText());
            default -> throw new IllegalArgumentException("not a JSON value: " + value.getNodeType());
        }
    }

    private static void appendObject(StringBuilder out, ObjectNode object, String newline) {
        if (object.isEmpty()) {
            out.append("{}");
            return;
        }
        String inner = newline + "  ";
        char separator = '{';
        for (String key : keysInOrder(object)) {
            out.append(separator).append(inner);
            appendString(out, key);
            out.append(": ");
            append(out, object.get(key), inner);
            separator = ',';
        }
        out.append(newline).append('}');
    }

    private static void appendArray(StringBuilder out, JsonNode array, String newline) {
        if (array.isEmpty()) {
            out.append("[]");
            return;
        }
        String inner = newline + "  ";
        char separator = '[';
        for (JsonNode element : array) {
            out.append(separator).append(inner);
            append(out, element, inner);
            separator = ',';
        }
        out.append(newline).append(']');
    }

    /** The keys as JavaScript lists them. */
    static List<String> keysInOrder(ObjectNode object) {
        List<String> indexes = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (Iterator<String> keys = object.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            (isIndex(key) ? indexes : others).add(key);
        }
        indexes.sort(Comparator.comparingLong(Long::parseLong));
        indexes.addAll(others);
        return indexes;
    }

    private static boolean isIndex(String key) {
        return INDEX.matcher(key).matches() && Long.parseLong(key) < FIRST_NON_INDEX;
    }

    private static void appendString(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            appendCharacter(out, text, i);
        }
        out.append('"');
    }

    private static void appendCharacter(StringBuilder out, String text, int at) {
        char c = text.charAt(at);
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (c < ' ' || isLoneSurrogate(text, at)) {
                    out.append(String.format("\\u%04x", (int) c));
                } else {
                    out.append(c);
                }
            }
        }
    }

    private static boolean isLoneSurrogate(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }

    private static String printNumber(JsonNode number) {
        if (!number.isDouble() && !number.isFloat()) {
            return print(number.decimalValue());
        }
        double value = number.doubleValue();
        return Double.isFinite(value) ? print(shortest(value)) : "null";
    }

    /** Number.prototype.toString of ECMA-262, for exact decimals: digits, and where the point stands among them. */
    private static String print(BigDecimal value) {
        if (value.signum() < 0) {
            return "-" + print(value.negate());
        }
        if (value.signum() == 0) {
            return "0";
        }
        BigDecimal stripped = value.stripTrailingZeros();
        String digits = stripped.unscaledValue().toString();
        long point = (long) digits.length() - stripped.scale();
        return point > LONGEST_INTEGER || point <= -MOST_LEADING_ZEROS
                ? withExponent(digits, point - 1)
                : withoutExponent(digits, (int) point);
    }

    private static String withoutExponent(String digits, int point) {
        if (point <= 0) {
            return "0." + "0".repeat(-point) + digits;
        }
        return point >= digits.length()
                ? digits + "0".repeat(point - digits.length())
                : digits.substring(0, point) + "." + digits.substring(point);
    }

    private static String withExponent(String digits, long exponent) {
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return mantissa + (exponent < 0 ? "e-" : "e+") + Math.abs(exponent);
    }

    /** The shortest decimal that reads back as {@code value}; Double.toString of Java 17 is not always it. */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < MOST_DOUBLE_DIGITS; digits++) {
            for (RoundingMode mode : List.of(RoundingMode.HALF_EVEN, RoundingMode.UP, RoundingMode.DOWN)) {
                BigDecimal candidate = exact.round(new MathContext(digits, mode));
                if (Double.parseDouble(candidate.toString()) == value) {
                    return candidate;
                }
            }
        }
        return exact.round(new MathContext(MOST_DOUBLE_DIGITS, RoundingMode.HALF_EVEN));
    }
}
