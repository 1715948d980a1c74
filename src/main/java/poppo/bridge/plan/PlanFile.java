package poppo.bridge.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.plan.Progress.Approval;
import poppo.bridge.plan.Progress.State;
import poppo.bridge.plan.Progress.Step;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/**
 * {@code .bridge/plan.json}: the plan under way, or the last one, through restarts. What it can't understand is an error,
 * never a default. Not thread-safe; its owner serializes.
 */
final class PlanFile {
    private static final int FORMAT = 1;

    private final Disk disk;
    private final Path file;

    PlanFile(Disk disk, Path bridgeDirectory) {
        this.disk = disk;
        this.file = bridgeDirectory.resolve("plan.json");
    }

    /** Null where no plan was ever run. */
    @Nullable
    Progress load() {
        try {
            return decode(Json.parse(disk.read(file)));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new BridgeException.Unavailable(file + " can't be read: " + e + "; check its permissions", e);
        } catch (MalformedJsonException | BridgeException.Invalid | DateTimeException e) {
            throw corrupt(String.valueOf(e.getMessage()), e);
        }
    }

    BridgeException.Corrupt corrupt(String why, @Nullable Throwable cause) {
        return new BridgeException.Corrupt(
                file + ": " + why + "; correct it, or remove it to forget the plan (the phase stays as it is)", cause);
    }

    /** @throws BridgeException.Unavailable when it can't be made durable; then the earlier content stands */
    void save(Progress progress) {
        try {
            disk.replace(file, Json.pretty(encode(progress)).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    file + " can't be written: " + e + "; check the disk's space and permissions", e);
        }
    }

    private static ObjectNode encode(Progress progress) {
        ObjectNode json = Json.object();
        json.set("format", Json.number(FORMAT));
        json.put("state", progress.state().label());
        json.set("stage", Json.number(progress.stage()));
        json.put("step", progress.step().label());
        json.put("since", progress.since().toString());
        json.set("job", Json.number(progress.job()));
        put(json, "jobId", progress.jobId());
        put(json, "lastTry", progress.lastTry());
        put(json, "agreed", progress.agreed());
        json.put("why", progress.why());
        ObjectNode failing = Json.object();
        new TreeMap<>(progress.failing()).forEach((gate, since) -> failing.put(gate, since.toString()));
        json.set("failing", failing);
        json.set("approvals", approvals(progress));
        json.put("started", progress.started().toString());
        put(json, "ended", progress.ended());
        json.put("text", progress.text());
        return json;
    }

    private static void put(ObjectNode json, String field, @Nullable Object value) {
        if (value != null) {
            json.put(field, value.toString());
        }
    }

    static ArrayNode approvals(Progress progress) {
        ArrayNode approvals = Json.array();
        new TreeMap<>(progress.approvals()).forEach((stage, approval) -> {
            ObjectNode json = Json.object();
            json.set("stage", Json.number(stage));
            approvals.add(json.put("who", approval.who())
                    .put("why", approval.why())
                    .put("time", approval.time().toString()));
        });
        return approvals;
    }

    private static Progress decode(JsonNode json) {
        if (json.path("format").asInt() != FORMAT) {
            throw new BridgeException.Invalid("/format", "expected " + FORMAT + ", written by this version");
        }
        Map<String, Instant> failing = new TreeMap<>();
        json.path("failing").properties().forEach(each -> failing.put(each.getKey(), time(each.getValue())));
        Map<Integer, Approval> approvals = new TreeMap<>();
        json.path("approvals").forEach(each -> approvals.put(whole(each, "stage"), approval(each)));
        return new Progress(
                text(json, "text"),
                of(State.values(), State::label, text(json, "state"), "/state"),
                whole(json, "stage"),
                of(Step.values(), Step::label, text(json, "step"), "/step"),
                time(json.path("since")),
                whole(json, "job"),
                json.has("jobId") ? text(json, "jobId") : null,
                optionalTime(json, "lastTry"),
                optionalTime(json, "agreed"),
                failing,
                text(json, "why"),
                approvals,
                time(json.path("started")),
                optionalTime(json, "ended"));
    }

    private static Approval approval(JsonNode json) {
        return new Approval(text(json, "who"), text(json, "why"), time(json.path("time")));
    }

    private static <T> T of(T[] all, Function<T, String> label, String stored, String pointer) {
        return Arrays.stream(all)
                .filter(each -> label.apply(each).equals(stored))
                .findFirst()
                .orElseThrow(() -> new BridgeException.Invalid(pointer, "'" + stored + "' is not known"));
    }

    private static String text(JsonNode json, String field) {
        if (!json.path(field).isTextual()) {
            throw new BridgeException.Invalid("/" + field, "expected text");
        }
        return json.path(field).textValue();
    }

    private static int whole(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw new BridgeException.Invalid("/" + field, "expected a whole number from 0");
        }
        return value.intValue();
    }

    private static Instant time(JsonNode value) {
        return Instant.parse(value.asText());
    }

    private static @Nullable Instant optionalTime(JsonNode json, String field) {
        return json.has(field) ? time(json.path(field)) : null;
    }
}
