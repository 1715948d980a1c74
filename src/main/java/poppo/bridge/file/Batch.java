package poppo.bridge.file;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.LabelRequest;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Served;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/**
 * Operations on one file that share a rewrite. Each sees what the earlier ones did; nobody else does until the file is
 * written. Used by one thread; what it looked at stays sealed until {@link #settle}.
 */
final class Batch {
    /** The version of a record that isn't there. */
    static final String ABSENT = "absent";

    private final Content content;
    private final Shape shape;
    private final Heartbeats heartbeats;
    private final AtomicLong versions;
    private final Map<String, @Nullable Entry> changes = new LinkedHashMap<>();
    private final Map<String, Instant> alive = new HashMap<>();
    private final Map<String, Instant> assumedDead = new HashMap<>();
    private final List<LabelRequest> labels = new ArrayList<>();

    Batch(Content content, Shape shape, Heartbeats heartbeats, AtomicLong versions) {
        this.content = content;
        this.shape = shape;
        this.heartbeats = heartbeats;
        this.versions = versions;
    }

    Execution execute(Operation operation, Stamp stamp) {
        String id = operation.key().id();
        Entry entry = current(id);
        JsonNode before = image(shape, entry);
        Decision decision = operation.decide(before, issue -> isAlive(issue, stamp.now()), stamp);
        if (decision instanceof Decision.Changed changed) {
            note(changed.effects(), stamp);
            put(
                    operation.key(),
                    entry,
                    changed.after(),
                    seen(operation.key(), changed.effects(), stamp),
                    stamp.order());
        } else if (decision instanceof Decision.Unchanged unchanged) {
            note(unchanged.effects(), stamp);
        }
        return Execution.of(operation.key(), decision, before, Served.FILE);
    }

    private static @Nullable Instant seen(RecordKey key, Decision.Effects effects, Stamp stamp) {
        return key.collection() == StateCollection.PROCESSES && key.id().equals(effects.aliveProcess())
                ? stamp.now()
                : null;
    }

    private void note(Decision.Effects effects, Stamp stamp) {
        if (effects.aliveProcess() != null) {
            alive.put(effects.aliveProcess(), stamp.now());
        }
        if (effects.assumedDead() != null) {
            assumedDead.put(effects.assumedDead(), stamp.now());
        }
        if (effects.label() != null) {
            labels.add(effects.label());
        }
    }

    private boolean isAlive(Issue issue, Instant now) {
        Instant here = issue.processId() == null ? null : alive.get(issue.processId());
        Instant last = Heartbeats.later(here, issue.lastHeartbeat());
        return heartbeats.isAlive(new Entry.SignOfLife(issue.processId(), last), now);
    }

    /** Copies a record where its version still stands. */
    boolean replace(Replacement replacement) {
        Entry entry = current(replacement.key().id());
        if (!version(entry).equals(replacement.expectedVersion())) {
            return false;
        }
        JsonNode image = replacement.image();
        boolean isProcess = replacement.key().collection() == StateCollection.PROCESSES;
        String holder = isProcess ? replacement.key().id() : Issue.holder(image);
        if (holder != null && replacement.holderSeen() != null) {
            alive.put(holder, replacement.holderSeen());
        }
        put(replacement.key(), entry, image, isProcess ? replacement.holderSeen() : null, replacement.order());
        return true;
    }

    private void put(
            RecordKey key, @Nullable Entry before, @Nullable JsonNode image, @Nullable Instant seen, long order) {
        Entry after = after(shape, versions, key, before, image, seen, order);
        if (after != before) {
            changes.put(key.id(), after);
        }
    }

    /** What {@code image} makes of the entry {@code before}: the same one where that makes no difference to the file. */
    static @Nullable Entry after(
            Shape shape,
            AtomicLong versions,
            RecordKey key,
            @Nullable Entry before,
            @Nullable JsonNode image,
            @Nullable Instant seen,
            long order) {
        JsonNode canonical = image == null ? null : canonical(shape, key, image);
        JsonNode value = shape.value(canonical, before, seen);
        if (value == null) {
            return null;
        }
        Entry made = shape.entry(key.id(), value);
        if (before != null && before.hasLineOf(made)) {
            return before;
        }
        long version = newVersion(shape, versions, before, made);
        return made.with(version, before == null ? order : before.order(), true);
    }

    private static long newVersion(Shape shape, AtomicLong versions, @Nullable Entry before, Entry made) {
        if (!made.isRecord()) {
            return 0;
        }
        boolean same = before != null && before.isRecord() && shape.isSameRecord(before, made);
        return before != null && same ? before.version() : versions.incrementAndGet();
    }

    /** The image as it will be read back, whoever made it: a caller's object may list its keys in another order. */
    private static JsonNode canonical(Shape shape, RecordKey key, JsonNode image) {
        try {
            shape.check(key.id(), image, "");
        } catch (WrongShape e) {
            throw new BridgeException.Invalid(key.toString(), "not a record of its collection: " + e.getMessage());
        }
        return Json.parse(Json.compact(image));
    }

    private @Nullable Entry current(String id) {
        return changes.containsKey(id) ? changes.get(id) : content.seal(id);
    }

    static @Nullable JsonNode image(Shape shape, @Nullable Entry entry) {
        return entry == null || !entry.isRecord() ? null : shape.image(entry.value());
    }

    static String version(@Nullable Entry entry) {
        return entry == null || !entry.isRecord() ? ABSENT : "file-" + entry.version();
    }

    boolean hasChanges() {
        return !changes.isEmpty();
    }

    List<LabelRequest> labels() {
        return labels;
    }

    Content.Snapshot snapshot() {
        return content.with(changes);
    }

    /** Whether those that decisions took for dead have stayed silent meanwhile. */
    boolean stillStands() {
        return assumedDead.entrySet().stream()
                .noneMatch(process ->
                        heartbeats.isAlive(new Entry.SignOfLife(process.getKey(), null), process.getValue()));
    }

    /** Makes what was decided true in memory. */
    void apply(Map<String, @Nullable Entry> soft) {
        content.written(changes, soft);
        alive.forEach(heartbeats::seen);
    }

    /** Lets soft changes go on. */
    void settle() {
        content.unseal();
    }
}
