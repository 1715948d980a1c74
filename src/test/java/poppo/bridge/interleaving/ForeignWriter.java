package poppo.bridge.interleaving;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.RecordKey;

/**
 * A legacy program that writes the files behind the bridge's back. Its write takes effect when the bridge takes it in; one
 * that comes while Redis has authority is set aside instead.
 */
final class ForeignWriter {
    /** Whoever reads a record rarely leaves open in which order many of them came. */
    private static final int MOST = 3;

    private final MemoryFiles files;
    private final Ledger ledger;
    private final Counts counts;
    private final Map<RecordKey, Ledger.Entry> untaken = new LinkedHashMap<>();
    private final Map<RecordKey, Ledger.Entry> untold = new LinkedHashMap<>();
    private final Map<RecordKey, Integer> written = new HashMap<>();

    ForeignWriter(MemoryFiles files, Ledger ledger, Counts counts) {
        this.files = files;
        this.ledger = ledger;
        this.counts = counts;
    }

    void write(RecordKey key, JsonNode image) {
        if (written.merge(key, 1, Integer::sum) <= MOST && !untaken.containsKey(key) && !untold.containsKey(key)) {
            files.writeForeign(key, image);
            untaken.put(key, ledger.beginForeign(key, image));
        }
    }

    /** The files have just taken in what there was. */
    List<RecordKey> takenIn(boolean accepted) {
        List<RecordKey> keys = new ArrayList<>(untaken.keySet());
        untaken.forEach((key, entry) -> {
            counts.count(accepted ? "foreign writes" : "foreign writes set aside");
            if (accepted) {
                untold.put(key, entry);
            } else {
                ledger.refused(entry);
            }
        });
        untaken.clear();
        return keys;
    }

    /** The bridge knows. */
    void told(List<RecordKey> keys) {
        keys.forEach(key -> {
            Ledger.Entry entry = untold.remove(key);
            if (entry != null) {
                ledger.unknown(entry);
            }
        });
    }

    /** After a start everything is compared anyway. */
    void bridgeEnded() {
        told(new ArrayList<>(untold.keySet()));
    }
}
