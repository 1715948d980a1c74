package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Set;
import poppo.bridge.replay.RecordJson.Misfit;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;

/** The lines of a fixture's operations, in the current format. */
final class Lines {
    static final String FORMAT = "poppo-bridge-fixture";
    static final int VERSION = 1;

    private static final String OP = "op";
    private static final String ARGS = "args";
    private static final String STAMP = "stamp";
    private static final String ANSWER = "answer";
    private static final String SERVED = "served";
    private static final Set<String> FIELDS = Set.of("n", "begun", "took", "caller", OP, ARGS, STAMP, ANSWER, SERVED);

    private Lines() {}

    static ObjectNode write(Header header) {
        ObjectNode json = Json.object().put("format", FORMAT);
        json.set("version", Json.number(VERSION));
        json.setAll(RecordJson.write(header));
        return json;
    }

    /** Without {@code format} and {@code version}, which say that this is how to read it. */
    static Header readHeader(ObjectNode json) throws Misfit {
        ObjectNode header = Json.copy(json);
        header.remove(java.util.List.of("format", "version"));
        return RecordJson.read(Header.class, header);
    }

    static ObjectNode write(Recorded call) {
        ObjectNode json = Json.object();
        json.set("n", Json.number(call.number()));
        json.set("begun", Json.number(call.begun()));
        json.set("took", Json.number(call.took()));
        json.put("caller", call.caller());
        json.put(OP, call.call().name());
        json.set(ARGS, RecordJson.write(call.call()));
        if (call.stamp() != null) {
            json.set(STAMP, RecordJson.write(call.stamp()));
        }
        json.set(ANSWER, call.answer());
        if (call.served() != null) {
            json.put(SERVED, call.served());
        }
        return json;
    }

    static Recorded read(ObjectNode json) throws Misfit {
        Set<String> unknown = new HashSet<>();
        json.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw new Misfit(unknown.iterator().next(), "is not known here");
        }
        Call call = call(json);
        JsonNode stamp = json.get(STAMP);
        if ((stamp != null) != (call instanceof Call.Execute)) {
            throw new Misfit(STAMP, stamp == null ? "is missing" : "belongs to operations only");
        }
        if (!(json.get(ANSWER) instanceof ObjectNode answer)) {
            throw new Misfit(ANSWER, json.has(ANSWER) ? "must be an object" : "is missing");
        }
        return new Recorded(
                number(json, "n"),
                number(json, "begun"),
                number(json, "took"),
                text(json, "caller"),
                call,
                stamp == null ? null : stamp(stamp),
                answer,
                json.has(SERVED) ? text(json, SERVED) : null);
    }

    private static Call call(ObjectNode json) throws Misfit {
        String name = text(json, OP);
        try {
            return RecordJson.readCall(name, json.path(ARGS));
        } catch (Misfit e) {
            throw e.field.isEmpty() && e.why.startsWith("'") ? e.within(OP) : e.within(ARGS);
        }
    }

    private static Stamp stamp(JsonNode json) throws Misfit {
        try {
            return RecordJson.read(Stamp.class, json);
        } catch (Misfit e) {
            throw e.within(STAMP);
        }
    }

    private static long number(ObjectNode json, String field) throws Misfit {
        JsonNode value = json.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw new Misfit(field, json.has(field) ? "must be a whole number from 0" : "is missing");
        }
        return value.longValue();
    }

    private static String text(ObjectNode json, String field) throws Misfit {
        JsonNode value = json.path(field);
        if (!value.isTextual()) {
            throw new Misfit(field, json.has(field) ? "must be a string" : "is missing");
        }
        return value.textValue();
    }
}
