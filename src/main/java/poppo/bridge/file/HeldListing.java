package poppo.bridge.file;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The few records of a file that is small, in memory. */
final class HeldListing implements Listing {
    private final boolean byId;
    private final Map<String, Record> records = new LinkedHashMap<>();

    HeldListing(StateFile file, Loaded loaded) {
        this.byId = file.listOrder() == Entry.BY_ID;
        List<Entry> entries = new ArrayList<>(loaded.list());
        if (byId) {
            entries.sort(Comparator.comparing(Entry::id));
        }
        long order = 0;
        for (Entry entry : entries) {
            JsonNode image = Batch.image(file.shape(), entry);
            long place = file.isInsertionOrdered() ? order : 0;
            order++;
            if (image != null) {
                records.put(entry.id(), new Record(entry.id(), image, place));
            }
        }
    }

    @Override
    public List<Record> page(@Nullable String after, int limit) {
        List<Record> page = new ArrayList<>();
        boolean begun = after == null || (!byId && !records.containsKey(after));
        for (Record record : records.values()) {
            begun = begun || (byId && record.id().compareTo(Objects.requireNonNull(after)) > 0);
            if (begun && page.size() < limit) {
                page.add(record);
            }
            begun = begun || record.id().equals(after);
        }
        return page;
    }

    @Override
    public @Nullable Record find(String id) {
        return records.get(id);
    }

    @Override
    public long count() {
        return records.size();
    }
}
