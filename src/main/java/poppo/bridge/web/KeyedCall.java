package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Before;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Served;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/**
 * What is known of a call that carried an {@code Idempotency-Key}, and its form in the log. Guarded by {@link
 * Idempotency}.
 */
final class KeyedCall {
    private static final String KEY = "key";
    private static final String FORGOTTEN = "forgotten";

    final String key;
    /** Says which request it is. */
    final String request;
    /** When it first came, in milliseconds since 1970: what counts across runs of the bridge. */
    final long wall;
    /** The same by this run's own clock, which doesn't jump. */
    final long begun;

    /** Whether it may have done something that no record tells of. */
    boolean blind;
    /** What it does to records, noted before it is done. */
    final Map<RecordKey, Step> steps = new LinkedHashMap<>();

    @Nullable
    Answer answer;
    /** Whether the answer would be there after a crash. */
    boolean answerIsKept;
    /** The answer to come, while a try is under way. */
    @Nullable
    CompletableFuture<Answer> running;
    /** Whether the log knows of it. */
    boolean isLogged;

    long weight;

    KeyedCall(String key, String request, long wall, long begun) {
        this.key = key;
        this.request = request;
        this.wall = wall;
        this.begun = begun;
    }

    /**
     * An operation on one record, begun and with an outcome that may be unknown.
     *
     * @param before what the record was
     * @param version the version of that, where it was read in this run; null in another one
     * @param tries the stamps of all tries
     * @param found what the record was after the run in which it was tried had ended; null while it was not looked at
     */
    record Step(
            Before before,
            @Nullable String version,
            List<Stamp> tries,
            @Nullable Found found) {}

    /** A record as the next run found it. */
    record Found(@Nullable JsonNode image, Served served) {}

    /** Whether nothing is known of it that must be remembered. */
    boolean isVoid() {
        return answer == null && steps.isEmpty() && !blind;
    }

    static byte[] forgotten(String key) {
        return Json.compact(Json.object().put(KEY, key).put(FORGOTTEN, true)).getBytes(StandardCharsets.UTF_8);
    }

    byte[] toBytes() {
        ObjectNode json = Json.object().put(KEY, key).put("request", request).put("blind", blind);
        json.set("wall", Json.number(wall));
        ArrayNode listed = json.putArray("steps");
        steps.values().forEach(step -> listed.add(toJson(step)));
        if (answer != null) {
            json.set("answer", toJson(answer));
        }
        return Json.compact(json).getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode toJson(Step step) {
        RecordKey record = step.before().key();
        ObjectNode json = Json.object()
                .put("collection", record.collection().label())
                .put("id", record.id())
                .put("digest", step.before().digest());
        json.set("size", Json.number(step.before().size()));
        ArrayNode tries = json.putArray("tries");
        for (Stamp stamp : step.tries()) {
            ObjectNode each = tries.addObject().put("nonce", stamp.nonce());
            each.set("time", Json.number(stamp.now().toEpochMilli()));
            each.set("order", Json.number(stamp.order()));
        }
        Found found = step.found();
        if (found != null) {
            ObjectNode there =
                    json.putObject("found").put("served", found.served().name());
            if (found.image() != null) {
                there.set("image", found.image());
            }
        }
        return json;
    }

    private static ObjectNode toJson(Answer answer) {
        ObjectNode json = Json.object().put("mediaType", answer.mediaType()).put("body", answer.body());
        json.set("status", Json.number(answer.status()));
        ObjectNode headers = json.putObject("headers");
        answer.headers().forEach(headers::put);
        return json;
    }

    /** The key that an entry of the log is about. */
    static String key(JsonNode entry) {
        return entry.path(KEY).textValue();
    }

    static boolean isForgotten(JsonNode entry) {
        return entry.has(FORGOTTEN);
    }

    static long wall(JsonNode entry) {
        return entry.path("wall").longValue();
    }

    /** What an earlier run noted. */
    static KeyedCall of(JsonNode entry, long wall, long begun) {
        KeyedCall call = new KeyedCall(key(entry), entry.path("request").textValue(), wall, begun);
        call.blind = entry.path("blind").booleanValue();
        for (JsonNode step : entry.path("steps")) {
            Step noted = step(step);
            call.steps.put(noted.before().key(), noted);
        }
        if (entry.has("answer")) {
            call.answer = answer(entry.get("answer"));
            call.answerIsKept = true;
        }
        call.isLogged = true;
        return call;
    }

    private static Step step(JsonNode json) {
        RecordKey record = new RecordKey(
                StateCollection.of(json.path("collection").textValue()),
                json.path("id").textValue());
        Before before = new Before(
                record, json.path("digest").textValue(), json.path("size").intValue(), false);
        List<Stamp> tries = new ArrayList<>();
        for (JsonNode stamp : json.path("tries")) {
            tries.add(new Stamp(
                    Instant.ofEpochMilli(stamp.path("time").longValue()),
                    stamp.path("order").longValue(),
                    stamp.path("nonce").textValue()));
        }
        JsonNode there = json.get("found");
        Found found = there == null
                ? null
                : new Found(
                        there.get("image"), Served.valueOf(there.path("served").textValue()));
        return new Step(before, null, tries, found);
    }

    private static Answer answer(JsonNode json) {
        Map<String, String> headers = new LinkedHashMap<>();
        json.path("headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().textValue()));
        return new Answer(
                json.path("status").intValue(),
                json.path("body").textValue(),
                json.path("mediaType").textValue(),
                headers,
                Answer.Standing.FINAL);
    }
}
