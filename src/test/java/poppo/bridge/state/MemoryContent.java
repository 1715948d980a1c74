package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a {@link MemoryStateManager} keeps; several clients may share it. Guarded by its own monitor. */
final class MemoryContent {
    static final Entry ABSENT = new Entry(null, 0, 0);

    final Map<RecordKey, Entry> records = new HashMap<>();
    final Map<String, Instant> seen = new HashMap<>();
    long revision;

    @Nullable
    Long epoch;

    int starts = 1;

    Entry entry(RecordKey key) {
        return records.getOrDefault(key, ABSENT);
    }

    void heardOf(String process, Instant at) {
        seen.merge(process, at, (known, other) -> known.isBefore(other) ? other : known);
    }

    MemoryContent copy() {
        MemoryContent copy = new MemoryContent();
        copy.become(this);
        return copy;
    }

    void become(MemoryContent other) {
        records.clear();
        records.putAll(other.records);
        seen.clear();
        seen.putAll(other.seen);
        revision = other.revision;
        epoch = other.epoch;
    }

    /**
     * One record; a removed one stays as an entry without image, so that its version is never given out again.
     *
     * @param version the content's revision when it was written; 0 when it never was
     */
    record Entry(@Nullable JsonNode image, long version, long order) {}
}
