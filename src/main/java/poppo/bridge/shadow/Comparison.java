package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;

/**
 * Tells difference from noise between the images of one record in two stores. Pure.
 *
 * <p>What is noise has a name, a reason and a count wherever it is found; see {@link Noise}. Everything else that is not
 * equal is a {@link Difference}.
 */
public final class Comparison {
    private Comparison() {}

    /** A rule by which an inequality is no difference. */
    public enum Noise {
        HEARTBEAT(
                "heartbeat",
                "heartbeats are soft state, written with the next batch: both stores agree that the holder is the same"
                        + " and when it was last seen is compared as liveness, not as a time"),
        /** Of a collection, not of a record: found by whoever goes through one in its order. */
        ORDER(
                "order",
                "the records agree, but stand in another order among each other: Redis lists this one before the one it"
                        + " follows in the file, and a file written from Redis alone would list it there too");

        private final String label;
        private final String reason;

        Noise(String label, String reason) {
            this.label = label;
            this.reason = reason;
        }

        public String label() {
            return label;
        }

        public String reason() {
            return reason;
        }
    }

    /**
     * What came of comparing one record.
     *
     * @param differences empty when the record is equal or noise
     * @param noise the rule that applied, or null
     */
    public record Result(
            List<Difference> differences, @Nullable Noise noise) {
        static final Result EQUAL = new Result(List.of(), null);

        public boolean isEqual() {
            return differences.isEmpty() && noise == null;
        }

        /** Whether the stores agree on everything that counts. */
        public boolean agrees() {
            return differences.isEmpty();
        }
    }

    /** Compares the images of one record. */
    public static Result images(RecordKey key, @Nullable JsonNode file, @Nullable JsonNode redis) {
        if (Objects.equals(file, redis)) {
            return Result.EQUAL;
        }
        List<Difference> differences = new ArrayList<>();
        collect(key, "", file, redis, differences);
        boolean onlyHeartbeat =
                differences.stream().allMatch(each -> each.pointer().equals("/" + Issue.LAST_HEARTBEAT));
        if (onlyHeartbeat && isHeldAlike(file, redis)) {
            return new Result(List.of(), Noise.HEARTBEAT);
        }
        return new Result(List.copyOf(differences), null);
    }

    private static boolean isHeldAlike(@Nullable JsonNode file, @Nullable JsonNode redis) {
        return Issue.holder(file) != null && Objects.equals(Issue.holder(file), Issue.holder(redis));
    }

    /** What is known of why two executions of one operation disagree. */
    static String cause(Execution file, Execution redis) {
        if (!images(file.key(), file.before(), redis.before()).agrees()) {
            return "differed-before";
        }
        return images(file.key(), file.after(), redis.after()).agrees()
                ? "answered-differently"
                : "executed-differently";
    }

    /** Compares what two stores made of the same operation: their answers, and the records afterwards. */
    public static Result executions(Execution file, Execution redis) {
        Result images = images(file.key(), file.after(), redis.after());
        if (!images.isEqual() || isSameAnswer(file, redis)) {
            return images;
        }
        List<Difference> differences = new ArrayList<>();
        collect(file.key(), "", answer(file.decision()), answer(redis.decision()), differences);
        return new Result(List.copyOf(differences), null);
    }

    /** Whether the answer is the record as it stands then, which most are. */
    private static boolean isImage(Execution execution) {
        return execution.decision() instanceof Decision.Changed changed && changed.answer() == execution.after();
    }

    /** Whether both would be told alike, the records being equal; as {@link #answer} says it, without saying it. */
    private static boolean isSameAnswer(Execution inFiles, Execution inRedis) {
        if (isImage(inFiles) && isImage(inRedis)) {
            return true;
        }
        Decision file = inFiles.decision();
        Decision redis = inRedis.decision();
        if (file instanceof Decision.Changed one && redis instanceof Decision.Changed other) {
            return Objects.equals(one.answer(), other.answer());
        }
        if (file instanceof Decision.Unchanged one && redis instanceof Decision.Unchanged other) {
            return Objects.equals(one.answer(), other.answer());
        }
        return answer(file).equals(answer(redis));
    }

    private static JsonNode answer(Decision decision) {
        if (decision instanceof Decision.Changed changed) {
            return Json.object().put("outcome", "changed").set("answer", changed.answer());
        }
        if (decision instanceof Decision.Unchanged unchanged) {
            return Json.object().put("outcome", "unchanged").set("answer", unchanged.answer());
        }
        Decision.Refused refused = (Decision.Refused) decision;
        return Json.object()
                .put("outcome", "refused")
                .put("code", refused.code().label())
                .set("members", refused.members());
    }

    private static void collect(
            RecordKey key, String pointer, @Nullable JsonNode file, @Nullable JsonNode redis, List<Difference> into) {
        if (Objects.equals(file, redis)) {
            return;
        }
        if (file != null && redis != null && file.isObject() && redis.isObject()) {
            Set<String> names = new LinkedHashSet<>();
            file.fieldNames().forEachRemaining(names::add);
            redis.fieldNames().forEachRemaining(names::add);
            names.forEach(name -> collect(key, pointer + "/" + escape(name), file.get(name), redis.get(name), into));
        } else if (file != null && redis != null && file.isArray() && redis.isArray()) {
            for (int i = 0; i < Math.max(file.size(), redis.size()); i++) {
                collect(key, pointer + "/" + i, file.get(i), redis.get(i), into);
            }
        } else {
            into.add(new Difference(key, pointer, file, redis));
        }
    }

    /** RFC 6901. */
    private static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
