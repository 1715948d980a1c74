package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.KebabCase;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/**
 * Java records as JSON and back, by their components; so an operation that is new to the project can be recorded without
 * a word written here. Lossless: a component that is null is left out, a JSON value of null is kept.
 *
 * <p>Reading is strict: {@link Misfit} names what is missing, of another type, or not known. Thread-safe.
 */
final class RecordJson {
    private static final String OP = "op";
    private static final Map<Class<?>, Form> FORMS = new ConcurrentHashMap<>();
    private static final Map<String, Class<?>> OPERATIONS = byName(Operation.class);
    private static final Map<String, Class<?>> CALLS = byName(Call.class);

    private RecordJson() {}

    /** JSON that is not what it should be; {@link #field} says where, with dots between the levels. */
    static final class Misfit extends Exception {
        private static final long serialVersionUID = 1L;

        final String field;
        final String why;

        Misfit(String field, String why) {
            super(field + ": " + why);
            this.field = field;
            this.why = why;
        }

        Misfit within(String outer) {
            return new Misfit(field.isEmpty() ? outer : outer + "." + field, why);
        }
    }

    private static Map<String, Class<?>> byName(Class<?> sealed) {
        Map<String, Class<?>> found = new HashMap<>();
        for (Class<?> each : sealed.getPermittedSubclasses()) {
            if (each.isSealed()) {
                found.putAll(byName(each));
            } else {
                found.put(KebabCase.name(each), each);
            }
        }
        return found;
    }

    static boolean isOperation(String name) {
        return OPERATIONS.containsKey(name);
    }

    /** The components of {@code call}, or of the operation in it. */
    static ObjectNode write(Call call) {
        return fields(call instanceof Call.Execute execute ? execute.operation() : call);
    }

    /** The call named so, with these components. */
    static Call readCall(String name, JsonNode fields) throws Misfit {
        Class<?> operation = OPERATIONS.get(name);
        if (operation != null) {
            return new Call.Execute((Operation) form(operation).read(fields, Set.of()));
        }
        Class<?> call = CALLS.get(name);
        if (call == null || call == Call.Execute.class) {
            throw new Misfit("", "'" + name + "' is no call that this bridge knows");
        }
        return (Call) form(call).read(fields, Set.of());
    }

    static ObjectNode write(Record value) {
        return fields(value);
    }

    static <T extends Record> T read(Class<T> type, JsonNode json) throws Misfit {
        return type.cast(form(type).read(json, Set.of()));
    }

    /** The same operation, each JSON document in it replaced by what {@code change} makes of it. */
    static Operation mapJson(Operation operation, UnaryOperator<JsonNode> change) {
        return (Operation) form(operation.getClass()).map(operation, change);
    }

    private static ObjectNode fields(Object value) {
        ObjectNode json = Json.object();
        form(value.getClass()).write(value, json);
        return json;
    }

    private static Form form(Class<?> type) {
        return FORMS.computeIfAbsent(type, Form::of);
    }

    /** A record type, taken apart once. */
    private record Form(Constructor<?> constructor, Map<String, Part> parts) {
        static Form of(Class<?> type) {
            Map<String, Part> parts = new LinkedHashMap<>();
            List<Class<?>> types = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                component.getAccessor().setAccessible(true);
                parts.put(component.getName(), new Part(component, isNullable(component.getAnnotatedType())));
                types.add(component.getType());
            }
            try {
                Constructor<?> constructor = type.getDeclaredConstructor(types.toArray(Class<?>[]::new));
                constructor.setAccessible(true);
                return new Form(constructor, parts);
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException("every record has a canonical constructor", e);
            }
        }

        private static boolean isNullable(AnnotatedType type) {
            return type.isAnnotationPresent(Nullable.class);
        }

        void write(Object value, ObjectNode json) {
            parts.forEach((name, part) -> {
                Object component = part.get(value);
                if (component != null) {
                    json.set(name, node(component));
                }
            });
        }

        /** @param besides fields that are none of the record's and stand there all the same */
        Object read(JsonNode json, Set<String> besides) throws Misfit {
            if (!json.isObject()) {
                throw new Misfit("", "must be an object");
            }
            Set<String> unknown = new HashSet<>();
            json.fieldNames().forEachRemaining(unknown::add);
            unknown.removeAll(parts.keySet());
            unknown.removeAll(besides);
            if (!unknown.isEmpty()) {
                throw new Misfit(unknown.iterator().next(), "is not known here; known are " + parts.keySet());
            }
            Object[] arguments = new Object[parts.size()];
            int at = 0;
            for (Map.Entry<String, Part> part : parts.entrySet()) {
                arguments[at++] = part.getValue().read(part.getKey(), json.get(part.getKey()));
            }
            return make(arguments);
        }

        Object map(Object value, UnaryOperator<JsonNode> change) {
            Object[] arguments = new Object[parts.size()];
            int at = 0;
            for (Part part : parts.values()) {
                Object component = part.get(value);
                if (component instanceof JsonNode json) {
                    component = change.apply(json);
                } else if (component instanceof Operation inner) {
                    component = mapJson(inner, change);
                }
                arguments[at++] = component;
            }
            try {
                return make(arguments);
            } catch (Misfit e) {
                throw new IllegalStateException(e);
            }
        }

        private Object make(Object[] arguments) throws Misfit {
            try {
                return constructor.newInstance(arguments);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof BridgeException.Invalid invalid) {
                    String why = String.valueOf(invalid.getMessage());
                    throw new Misfit(
                            invalid.field(), why.substring(invalid.field().length() + 2));
                }
                throw new IllegalStateException(e);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private record Part(RecordComponent component, boolean nullable) {
        @Nullable
        Object get(Object record) {
            try {
                return component.getAccessor().invoke(record);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        @Nullable
        Object read(String name, @Nullable JsonNode json) throws Misfit {
            boolean isJson = JsonNode.class.isAssignableFrom(component.getType());
            if (json == null || (json.isNull() && !isJson)) {
                if (nullable) {
                    return null;
                }
                throw new Misfit(name, "is missing");
            }
            try {
                return value(component.getGenericType(), json);
            } catch (Misfit e) {
                throw e.within(name);
            }
        }
    }

    private static JsonNode node(Object value) {
        if (value instanceof JsonNode json) {
            return json;
        }
        if (value instanceof Number number) {
            return Json.number(number.longValue());
        }
        if (value instanceof Boolean bool) {
            return Json.parse(bool.toString());
        }
        if (value instanceof List<?> list) {
            ArrayNode array = Json.array();
            list.forEach(each -> array.add(node(each)));
            return array;
        }
        if (value instanceof Operation operation) {
            ObjectNode json = Json.object().put(OP, KebabCase.name(operation.getClass()));
            form(operation.getClass()).write(operation, json);
            return json;
        }
        boolean isText = value instanceof String
                || value instanceof Instant
                || value instanceof RecordKey
                || value instanceof StateCollection;
        return isText ? Json.text(value.toString()) : fields(value);
    }

    private static Object value(Type type, JsonNode json) throws Misfit {
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            return list(list.getActualTypeArguments()[0], json);
        }
        Class<?> plain = (Class<?>) type;
        if (JsonNode.class.isAssignableFrom(plain)) {
            require(
                    plain.isInstance(json),
                    "must be " + (plain.getSimpleName().startsWith("A") ? "an array" : "an object"));
            return json;
        }
        if (plain == long.class || plain == Long.class) {
            return number(json);
        }
        if (plain == int.class) {
            long number = number(json);
            require(number == (int) number, "must be at most " + Integer.MAX_VALUE);
            return (int) number;
        }
        if (plain == boolean.class) {
            require(json.isBoolean(), "must be true or false");
            return json.booleanValue();
        }
        if (plain == Operation.class) {
            return operation(json);
        }
        if (plain.isRecord() && plain != RecordKey.class) {
            return form(plain).read(json, Set.of());
        }
        return word(plain, text(json));
    }

    private static Object word(Class<?> type, String text) throws Misfit {
        try {
            if (type == String.class) {
                return text;
            }
            if (type == Instant.class) {
                return Instant.parse(text);
            }
            return type == RecordKey.class ? RecordKey.parse("key", text) : StateCollection.of(text);
        } catch (DateTimeException e) {
            throw new Misfit("", "must be a time like 2025-06-24T09:00:00.000Z, but is '" + text + "'");
        } catch (BridgeException.Invalid e) {
            throw new Misfit("", String.valueOf(e.getMessage()));
        }
    }

    private static Object operation(JsonNode json) throws Misfit {
        String name = text(json.path(OP));
        Class<?> operation = OPERATIONS.get(name);
        if (operation == null) {
            throw new Misfit(OP, "'" + name + "' is no operation that this bridge knows");
        }
        return form(operation).read(json, Set.of(OP));
    }

    private static List<Object> list(Type type, JsonNode json) throws Misfit {
        require(json.isArray(), "must be an array");
        Object[] values = new Object[json.size()];
        for (int i = 0; i < values.length; i++) {
            try {
                values[i] = value(type, json.get(i));
            } catch (Misfit e) {
                throw e.within(Integer.toString(i));
            }
        }
        return Arrays.asList(values);
    }

    private static long number(JsonNode json) throws Misfit {
        require(json.isIntegralNumber() && json.canConvertToLong(), "must be a whole number");
        return json.longValue();
    }

    private static String text(JsonNode json) throws Misfit {
        require(json.isTextual(), "must be a string");
        return json.textValue();
    }

    private static void require(boolean holds, String rule) throws Misfit {
        if (!holds) {
            throw new Misfit("", rule);
        }
    }
}
