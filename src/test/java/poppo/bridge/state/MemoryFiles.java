package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.MemoryContent.Entry;

/**
 * A state directory for tests. A legacy program's write is told with {@link #writeForeign} and noticed at the next
 * {@link #poll()}, unless our own write to that record came first. Like the files, it hands the label requests of what
 * it executes on by itself.
 */
public class MemoryFiles extends MemoryStateManager implements LocalStateManager {
    private final List<LabelRequest> labels = new CopyOnWriteArrayList<>();
    private final AtomicInteger flushes = new AtomicInteger();
    private final Map<RecordKey, JsonNode> foreign = new LinkedHashMap<>();
    private final Set<RecordKey> ours = new HashSet<>();
    /** What staged records are on the disk until the next rewrite. */
    private final Map<RecordKey, Entry> onDisk = new HashMap<>();

    private volatile Consumer<ForeignWrite> listener = write -> {};
    private volatile boolean accepting = true;

    public MemoryFiles() {
        super(Served.FILE);
    }

    /** All label requests handed on so far. */
    public List<LabelRequest> labels() {
        return List.copyOf(labels);
    }

    /** How often soft state was written out. */
    public int flushes() {
        return flushes.get();
    }

    public boolean isAcceptingForeignWrites() {
        return accepting;
    }

    /** A legacy program writes a record behind our back; null removes it. */
    public void writeForeign(RecordKey key, @Nullable JsonNode image) {
        synchronized (content) {
            foreign.put(key, image);
        }
    }

    @Override
    void handOn(LabelRequest label) {
        labels.add(label);
    }

    @Override
    void keep(RecordKey key, @Nullable JsonNode image, long order) {
        super.keep(key, image, order);
        ours.add(key);
        // A rewrite of the file writes all that is staged in it.
        onDisk.keySet().removeIf(staged -> staged.collection() == key.collection());
    }

    @Override
    public void stage(RecordKey key, @Nullable JsonNode image, @Nullable Instant holderSeen, long order) {
        synchronized (content) {
            onDisk.putIfAbsent(key, content.entry(key));
            Entry before = content.entry(key);
            replace(key, image, before.image() == null ? order : before.order());
            ours.add(key);
            String holder = key.collection() == StateCollection.PROCESSES ? key.id() : holder(key, image);
            if (holder != null && holderSeen != null) {
                content.heardOf(holder, holderSeen);
            }
        }
    }

    /** The process that had the files open is killed: what it had not written is gone. */
    public void crash() {
        synchronized (content) {
            content.records.putAll(onDisk);
            onDisk.clear();
        }
    }

    @Override
    public void emit(List<LabelRequest> requests) {
        faulty(Call.of("emit", requests.stream().map(LabelRequest::fileName).toList()), () -> labels.addAll(requests));
    }

    @Override
    public void poll() {
        List<ForeignWrite> noticed = ask(Call.of("poll", ""), this::takeIn);
        noticed.forEach(listener);
    }

    private List<ForeignWrite> takeIn() {
        Map<String, Set<RecordKey>> byFile = new TreeMap<>();
        foreign.forEach((key, image) -> {
            if (!Objects.equals(content.entry(key).image(), image)) {
                byFile.computeIfAbsent(file(key.collection()), file -> new HashSet<>())
                        .add(key);
            }
        });
        List<ForeignWrite> noticed = byFile.entrySet().stream()
                .map(e -> noticed(e.getKey(), e.getValue()))
                .toList();
        if (accepting) {
            byFile.values().forEach(keys -> keys.forEach(this::accept));
        }
        foreign.clear();
        return noticed;
    }

    private ForeignWrite noticed(String file, Set<RecordKey> records) {
        Map<RecordKey, Erased> erased = new HashMap<>();
        for (RecordKey key : records) {
            JsonNode was = content.entry(key).image();
            if (ours.contains(key) && was != null) {
                erased.put(key, new Erased(was, foreign.get(key)));
            }
        }
        return new ForeignWrite(file, records, erased, accepting ? null : Path.of(".bridge", "foreign", file));
    }

    private void accept(RecordKey key) {
        super.keep(key, foreign.get(key), content.revision);
        ours.remove(key);
    }

    @Override
    public String file(StateCollection collection) {
        return collection == StateCollection.ISSUES ? "issue-status.json" : collection.label() + ".json";
    }

    @Override
    public void onForeignWrite(Consumer<ForeignWrite> listener) {
        this.listener = listener;
    }

    @Override
    public void acceptForeignWrites(boolean accept) {
        accepting = accept;
    }

    @Override
    public void grantGrace(Instant now) {
        ask(Call.of("grantGrace", now), () -> {
            Set<String> known = new HashSet<>(content.seen.keySet());
            content.records.forEach((key, entry) -> {
                String process = key.collection() == StateCollection.PROCESSES ? key.id() : holder(key, entry.image());
                if (process != null) {
                    known.add(process);
                }
            });
            known.forEach(process -> content.heardOf(process, now));
            return known;
        });
    }

    private static @Nullable String holder(RecordKey key, @Nullable JsonNode image) {
        return key.collection() == StateCollection.ISSUES ? Issue.holder(image) : null;
    }

    @Override
    public String mark() {
        synchronized (content) {
            return content.revision + " " + foreign.hashCode();
        }
    }

    @Override
    public @Nullable String damage(StateCollection collection) {
        return null;
    }

    @Override
    public List<String> notices() {
        return List.of();
    }

    @Override
    public void flush() {
        faulty(Call.of("flush", ""), () -> {
            synchronized (content) {
                onDisk.clear();
            }
            return flushes.incrementAndGet();
        });
    }
}
