package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;

/**
 * Reads the fields of a request's body. An optional one may be absent or null; one of a wrong type is {@link
 * BridgeException.Invalid} by its name. Fields nobody asks for are ignored.
 */
record Fields(ObjectNode json) {
    private static final String BODY = "body";

    /** A body that must be an object. */
    static Fields of(byte @Nullable [] body) {
        JsonNode value = value(body);
        if (value instanceof ObjectNode object) {
            return new Fields(object);
        }
        throw new BridgeException.Invalid(BODY, "must be a JSON object");
    }

    /** As {@link #of}, but no body counts as an empty object. */
    static Fields ofOptional(byte @Nullable [] body) {
        return body == null || body.length == 0 ? new Fields(Json.object()) : of(body);
    }

    static ArrayNode array(byte @Nullable [] body) {
        if (value(body) instanceof ArrayNode array) {
            return array;
        }
        throw new BridgeException.Invalid(BODY, "must be a JSON array");
    }

    private static JsonNode value(byte @Nullable [] body) {
        if (body == null || body.length == 0) {
            throw new BridgeException.Invalid(BODY, "is missing");
        }
        return Json.parseRequest(body);
    }

    String text(String name) {
        String text = optionalText(name);
        if (text == null) {
            throw new BridgeException.Invalid(name, json.has(name) ? "must be a string" : "is missing");
        }
        return text;
    }

    @Nullable
    String optionalText(String name) {
        JsonNode value = optional(name);
        if (value == null || value.isTextual()) {
            return value == null ? null : value.textValue();
        }
        throw new BridgeException.Invalid(name, "must be a string");
    }

    /** Text that is shown to people: short, and without control characters. */
    @Nullable
    String optionalLabel(String name) {
        String text = optionalText(name);
        return text == null ? null : Limits.id(name, text);
    }

    @Nullable
    Long optionalPid(String name) {
        JsonNode value = optional(name);
        if (value == null) {
            return null;
        }
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            long pid = value.longValue();
            if (pid >= 1 && pid <= Limits.MAX_ISSUE) {
                return pid;
            }
        }
        throw new BridgeException.Invalid(name, "must be a whole number from 1 to " + Limits.MAX_ISSUE);
    }

    @Nullable
    ObjectNode optionalObject(String name) {
        JsonNode value = optional(name);
        if (value == null) {
            return null;
        }
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw new BridgeException.Invalid(name, "must be an object");
    }

    /** Any value, null included; null in Java where it is absent. */
    @Nullable
    JsonNode any(String name) {
        return json.get(name);
    }

    /** An array of strings; empty where it is absent. */
    List<String> texts(String name) {
        JsonNode value = optional(name);
        if (value == null) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : value) {
            if (each.isTextual()) {
                texts.add(each.textValue());
            }
        }
        if (!value.isArray() || texts.size() != value.size()) {
            throw new BridgeException.Invalid(name, "must be an array of strings");
        }
        return texts;
    }

    boolean flag(String name) {
        JsonNode value = optional(name);
        if (value == null || value.isBoolean()) {
            return value != null && value.booleanValue();
        }
        throw new BridgeException.Invalid(name, "must be true or false");
    }

    int percent(String name, int otherwise) {
        JsonNode value = optional(name);
        if (value == null) {
            return otherwise;
        }
        if (value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 0 && value.intValue() <= 100) {
            return value.intValue();
        }
        throw new BridgeException.Invalid(name, "must be a whole number from 0 to 100");
    }

    /** A whole number from 0; 0 where it is absent. */
    long whole(String name) {
        JsonNode value = optional(name);
        if (value == null) {
            return 0;
        }
        if (value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0) {
            return value.longValue();
        }
        throw new BridgeException.Invalid(name, "must be a whole number from 0");
    }

    private @Nullable JsonNode optional(String name) {
        JsonNode value = json.get(name);
        return value == null || value.isNull() ? null : value;
    }
}
