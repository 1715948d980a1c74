package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;
import poppo.bridge.state.Stamp;

/**
 * What the running comparison of dual writes and shadow reads has found, in all and since the present stage of the rollout
 * began; in {@code .bridge/mismatches.json} through restarts. Each signature (collection, pointer, kind, cause) is audited
 * and made durable when it is first seen, and counted after that; the number of signatures kept is bounded. Counts that
 * were not {@linkplain #save saved} yet are lost with a crash. Thread-safe.
 */
final class Mismatches {
    private static final Logger LOG = LoggerFactory.getLogger(Mismatches.class);
    private static final int MAX_SIGNATURES = 200;
    private static final int MAX_EXAMPLES = 3;
    private static final long SAVE_MILLIS = 5_000;

    private final AuditJournal audit;
    private final Disk disk;
    private final Path file;
    private final Clock clock;
    private final LongAdder comparisons = new LongAdder();
    private final LongAdder mismatches = new LongAdder();
    private final LongAdder noise = new LongAdder();
    private final Map<Signature, Seen> bySignature = new LinkedHashMap<>();
    private Counts before = Counts.NONE;
    private Instant since;
    private long saved;
    private long savedAt;

    /** How often was compared, and what came of it. */
    record Counts(long comparisons, long mismatches, long noise) {
        static final Counts NONE = new Counts(0, 0, 0);

        Counts minus(Counts other) {
            return new Counts(comparisons - other.comparisons, mismatches - other.mismatches, noise - other.noise);
        }

        private ObjectNode toJson() {
            ObjectNode json = Json.object();
            json.set("comparisons", Json.number(comparisons));
            json.set("mismatches", Json.number(mismatches));
            json.set("noise", Json.number(noise));
            return json;
        }

        private static Counts of(JsonNode json) {
            return new Counts(
                    json.path("comparisons").asLong(),
                    json.path("mismatches").asLong(),
                    json.path("noise").asLong());
        }
    }

    private record Signature(String collection, String pointer, String kind, String cause) {}

    /** Of one signature; under the monitor. */
    private static final class Seen {
        private long count;
        private String first = "";
        private String last = "";
        private final List<JsonNode> examples = new ArrayList<>();
    }

    Mismatches(AuditJournal audit, Disk disk, Path bridgeDirectory, Clock clock) {
        this.audit = audit;
        this.disk = disk;
        this.file = bridgeDirectory.resolve("mismatches.json");
        this.clock = clock;
        this.since = Instant.ofEpochMilli(clock.millis());
        load();
    }

    /**
     * Counts a comparison.
     *
     * @param found where it was found: the operation's name, or {@code shadow-read}
     * @param cause what is known of why they differ, in kebab case
     */
    void record(String found, Comparison.Result result, String cause) {
        comparisons.increment();
        if (result.noise() != null) {
            noise.increment();
        }
        if (!result.agrees()) {
            mismatches.increment();
            note(found, result.differences(), cause);
        }
    }

    private synchronized void note(String found, List<Difference> differences, String cause) {
        Difference first = differences.get(0);
        Signature signature = new Signature(
                first.key().collection().label(), first.pointer(), first.kind().label(), cause);
        Seen seen = bySignature.get(signature);
        if (seen == null) {
            if (bySignature.size() >= MAX_SIGNATURES) {
                return;
            }
            seen = new Seen();
            bySignature.put(signature, seen);
        }
        String now = Stamp.time(Instant.ofEpochMilli(clock.millis()));
        seen.count++;
        seen.last = now;
        if (seen.examples.size() < MAX_EXAMPLES) {
            seen.examples.add(first.toJson().put("found", found).put("time", now));
        }
        if (seen.count == 1) {
            seen.first = now;
            ArrayNode details = Json.array();
            differences.stream().limit(10).map(Difference::place).forEach(details::add);
            audit.note("mismatch", found + " found " + first.key() + " to differ (" + cause + ")", details);
            save();
        }
    }

    /** Counts since here: the rollout has moved. */
    synchronized void beginStage() {
        before = all();
        since = Instant.ofEpochMilli(clock.millis());
        write();
    }

    /** When the rollout moved last; where that isn't known any more, when counting began. */
    synchronized Instant since() {
        return since;
    }

    Counts all() {
        return new Counts(comparisons.sum(), mismatches.sum(), noise.sum());
    }

    synchronized Counts sinceStageBegan() {
        return all().minus(before);
    }

    /** Everything, for people. */
    synchronized ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("since", Stamp.time(since));
        json.set("sinceStageBegan", sinceStageBegan().toJson());
        json.set("all", all().toJson());
        ArrayNode signatures = Json.array();
        bySignature.forEach((signature, seen) -> {
            ObjectNode each = Json.object();
            each.put("collection", signature.collection());
            each.put("pointer", signature.pointer());
            each.put("kind", signature.kind());
            each.put("cause", signature.cause());
            each.set("count", Json.number(seen.count));
            each.put("firstSeen", seen.first);
            each.put("lastSeen", seen.last);
            ArrayNode examples = each.putArray("examples");
            seen.examples.forEach(examples::add);
            signatures.add(each);
        });
        json.set("signatures", signatures);
        return json;
    }

    /** Makes the counts durable, if there are new ones. They prove nothing by themselves, so a failure is only logged. */
    synchronized void save() {
        if (comparisons.sum() != saved) {
            write();
        }
    }

    private void write() {
        long now = comparisons.sum();
        try {
            disk.replace(file, Json.pretty(toJson()).getBytes(StandardCharsets.UTF_8));
            saved = now;
        } catch (IOException e) {
            LOG.warn("{} can't be written ({}); the counts are known until the restart only", file, e.toString());
        }
    }

    /** As {@link #save}, every {@value #SAVE_MILLIS} ms at most. */
    synchronized void saveNowAndThen() {
        long now = clock.millis();
        if (Math.abs(now - savedAt) >= SAVE_MILLIS) {
            save();
            savedAt = now;
        }
    }

    private void load() {
        if (!Files.exists(file)) {
            return;
        }
        try {
            JsonNode json = Json.parse(Files.readAllBytes(file));
            Counts all = Counts.of(json.path("all"));
            comparisons.add(all.comparisons());
            mismatches.add(all.mismatches());
            noise.add(all.noise());
            before = all.minus(Counts.of(json.path("sinceStageBegan")));
            since = Instant.parse(json.path("since").asText());
            saved = all.comparisons();
            json.path("signatures").forEach(this::load);
        } catch (IOException | MalformedJsonException | java.time.DateTimeException e) {
            LOG.warn("{} can't be read ({}); counting begins anew", file, e.toString());
        }
    }

    private void load(JsonNode json) {
        Seen seen = new Seen();
        seen.count = json.path("count").asLong();
        seen.first = json.path("firstSeen").asText();
        seen.last = json.path("lastSeen").asText();
        json.path("examples").forEach(seen.examples::add);
        bySignature.put(
                new Signature(
                        json.path("collection").asText(),
                        json.path("pointer").asText(),
                        json.path("kind").asText(),
                        json.path("cause").asText()),
                seen);
    }
}
