package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import poppo.bridge.replay.RecordJson.Misfit;
import poppo.bridge.state.Json;

/**
 * Brings the lines of older formats into the current one, version by version; one of these for each file.
 *
 * <p>Version 0 is what can be written by hand, {@code {"request": {"op": "checkout", …}, "time": …, "answer": {…}}}: one
 * caller, one call after the other, and ids that follow from the line.
 */
final class OlderLines {
    private final int version;
    private @Nullable Instant first;
    private long number;

    /** @param version that of the file */
    OlderLines(int version) {
        this.version = version;
    }

    ObjectNode header(ObjectNode json) {
        if (version > 0) {
            return json;
        }
        ObjectNode now = Json.copy(json);
        now.set("version", Json.number(1));
        if (now.path("recordedAt").isTextual()) {
            first = Instant.parse(now.path("recordedAt").textValue());
        }
        if (!now.has("origin")) {
            now.put("origin", "written by hand");
        }
        return now;
    }

    ObjectNode line(ObjectNode json) throws Misfit {
        return version > 0 ? json : from0(json);
    }

    private ObjectNode from0(ObjectNode json) throws Misfit {
        if (!(json.get("request") instanceof ObjectNode request)) {
            throw new Misfit("request", json.has("request") ? "must be an object" : "is missing");
        }
        Instant time = time(json.path("time"));
        first = first == null ? time : first;
        number++;
        ObjectNode args = Json.copy(request);
        JsonNode op = args.remove("op");
        ObjectNode now = Json.object();
        now.set("n", Json.number(number));
        now.set("begun", Json.number(Math.max(0, ChronoUnit.MICROS.between(first, time))));
        now.set("took", Json.number(0));
        now.put("caller", "by-hand");
        now.set("op", op == null ? Json.nullValue() : op);
        now.set("args", args);
        if (op != null && RecordJson.isOperation(op.asText())) {
            ObjectNode stamp = now.putObject("stamp").put("now", time.toString());
            stamp.set("order", Json.number(ChronoUnit.MICROS.between(Instant.EPOCH, time) + number));
            stamp.put("nonce", Long.toString(number, 36));
        }
        JsonNode answer = json.get("answer");
        if (answer != null) {
            now.set("answer", answer);
        }
        return now;
    }

    private static Instant time(JsonNode time) throws Misfit {
        try {
            return Instant.parse(time.asText());
        } catch (DateTimeException e) {
            throw new Misfit("time", "must be a time like 2025-06-24T09:00:00.000Z, but is '" + time.asText() + "'");
        }
    }
}
