package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/**
 * What a Redis hash can't say about the record in it: the order and the types of its fields, and which are null. A hash
 * field holds text bare, numbers and booleans as JSON writes them, objects and arrays as JSON; a null field is not in the
 * hash at all, so that {@code HGET} gives nil.
 *
 * <p>Other programs write to the hash as well. So the hash has the last word: a field that isn't in it is absent, one
 * that no shape knows is read by its name, and one whose text doesn't fit the type is text.
 *
 * @param descriptor a JSON array of the fields, each a letter for the type and the name
 */
record Shape(String descriptor, List<Field> fields) {
    /** Of a record that no shape is known for: a plain client made it. */
    static final Shape UNKNOWN = new Shape("[]", List.of());

    private static final Pattern NUMERAL = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final Set<String> KNOWN_NUMBERS = Set.of(Issue.PID);
    private static final Set<String> KNOWN_NESTED = Set.of(Issue.METADATA, Issue.RESULT);

    static Shape of(JsonNode object) {
        List<Field> fields = new ArrayList<>(object.size());
        StringBuilder descriptor = new StringBuilder("[");
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            Field field = new Field(entry.getKey(), Type.of(entry.getValue()));
            fields.add(field);
            Json.appendString(descriptor.append(descriptor.length() == 1 ? "" : ","), field.type.letter + field.name);
        }
        return new Shape(descriptor.append(']').toString(), fields);
    }

    /** @throws MalformedJsonException or IllegalArgumentException when it is no descriptor */
    static Shape parse(String descriptor) {
        List<Field> fields = new ArrayList<>();
        for (JsonNode entry : Json.parse(descriptor)) {
            String text = entry.textValue();
            if (text == null || text.isEmpty()) {
                throw new IllegalArgumentException("a field must be a letter and a name");
            }
            fields.add(new Field(text.substring(1), Type.of(text.charAt(0))));
        }
        return new Shape(descriptor, fields);
    }

    /** Whether it is what {@link #of} would make of {@code object}. */
    boolean isOf(JsonNode object) {
        if (object.size() != fields.size()) {
            return false;
        }
        int i = 0;
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            Field field = fields.get(i++);
            if (!field.name.equals(entry.getKey()) || field.type != Type.of(entry.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** The hash that holds {@code object}, names and values in turn. */
    static List<String> content(JsonNode object) {
        List<String> content = new ArrayList<>(object.size() * 2);
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            JsonNode value = field.getValue();
            if (!value.isNull()) {
                content.add(field.getKey());
                content.add(value.isTextual() ? value.textValue() : Json.compact(value));
            }
        }
        return content;
    }

    static Map<String, String> map(List<String> content) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i + 1 < content.size(); i += 2) {
            map.put(content.get(i), content.get(i + 1));
        }
        return map;
    }

    /** The record in a hash of that content, or null when the hash that must be there isn't. */
    @Nullable
    ObjectNode image(List<String> content) {
        if (content.isEmpty() && (this == UNKNOWN || fields.stream().anyMatch(field -> field.type != Type.NULL))) {
            return null;
        }
        ObjectNode inOrder = imageInOrder(content);
        return inOrder == null ? image(map(content)) : inOrder;
    }

    /** A small hash gives its fields as they were written; null where it doesn't, or where there are others. */
    private @Nullable ObjectNode imageInOrder(List<String> content) {
        ObjectNode image = Json.object();
        int next = 0;
        for (Field field : fields) {
            boolean stands = next < content.size() && field.name.equals(content.get(next));
            if (stands == (field.type == Type.NULL)) {
                return null;
            }
            image.set(field.name, stands ? field.type.read(content.get(next + 1)) : Json.nullValue());
            next += stands ? 2 : 0;
        }
        return next == content.size() ? image : null;
    }

    private ObjectNode image(Map<String, String> hash) {
        ObjectNode image = Json.object();
        int found = 0;
        for (Field field : fields) {
            String text = hash.get(field.name);
            if (text != null) {
                image.set(field.name, field.type == Type.NULL ? byName(field.name, text) : field.type.read(text));
                found++;
            } else if (field.type == Type.NULL) {
                image.putNull(field.name);
            }
        }
        return found == hash.size() ? image : withUnknown(image, hash);
    }

    private static ObjectNode withUnknown(ObjectNode image, Map<String, String> hash) {
        for (Map.Entry<String, String> entry : hash.entrySet()) {
            if (!image.has(entry.getKey())) {
                image.set(entry.getKey(), byName(entry.getKey(), entry.getValue()));
            }
        }
        return Json.inJavaScriptOrder(image);
    }

    private static JsonNode byName(String name, String text) {
        if (KNOWN_NUMBERS.contains(name)) {
            return Type.NUMBER.read(text);
        }
        return KNOWN_NESTED.contains(name) ? Type.NESTED.read(text) : Json.text(text);
    }

    private record Field(String name, Type type) {}

    private enum Type {
        TEXT('s'),
        NUMBER('n'),
        BOOLEAN('b'),
        NULL('0'),
        NESTED('j');

        private final char letter;

        Type(char letter) {
            this.letter = letter;
        }

        static Type of(JsonNode value) {
            return switch (value.getNodeType()) {
                case STRING -> TEXT;
                case NUMBER -> NUMBER;
                case BOOLEAN -> BOOLEAN;
                case NULL, MISSING -> NULL;
                default -> NESTED;
            };
        }

        static Type of(char letter) {
            for (Type type : values()) {
                if (type.letter == letter) {
                    return type;
                }
            }
            throw new IllegalArgumentException("there is no field type '" + letter + "'");
        }

        JsonNode read(String text) {
            return switch (this) {
                case NUMBER -> isNumber(text) ? Json.number(text) : Json.text(text);
                case BOOLEAN -> text.equals("true") || text.equals("false") ? Json.parse(text) : Json.text(text);
                case NESTED -> nested(text);
                default -> Json.text(text);
            };
        }

        private static boolean isNumber(String text) {
            return Shape.NUMERAL.matcher(text).matches();
        }

        private static JsonNode nested(String text) {
            if (!text.startsWith("{") && !text.startsWith("[")) {
                return Json.text(text);
            }
            try {
                return Json.parse(text);
            } catch (MalformedJsonException e) {
                return Json.text(text);
            }
        }
    }
}
