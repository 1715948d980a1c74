package poppo.bridge.redis;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.RecordKey;

/**
 * The records last seen, the least recently used dropped first. What it holds is a guess that the commit checks, never an
 * answer of its own. Thread-safe.
 */
final class RecordCache {
    private final Map<RecordKey, Stored> records;

    RecordCache(int most) {
        records = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<RecordKey, Stored> eldest) {
                return size() > most;
            }
        };
    }

    synchronized @Nullable Stored get(RecordKey key) {
        return records.get(key);
    }

    /** Keeps the newer of two that race to get here. */
    synchronized void put(Stored record) {
        Stored known = records.get(record.key());
        if (known == null || record.meta() == null || known.revision() <= record.revision()) {
            records.put(record.key(), record);
        }
    }

    /** As {@link #put}, where the record is remembered already. */
    synchronized void refresh(RecordKey key, Supplier<Stored> record) {
        if (records.containsKey(key)) {
            put(record.get());
        }
    }

    synchronized void remove(RecordKey key) {
        records.remove(key);
    }

    synchronized void clear() {
        records.clear();
    }
}
