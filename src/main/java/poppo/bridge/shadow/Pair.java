package poppo.bridge.shadow;

import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Versioned;

/** One record as both stores have it. */
public record Pair(RecordKey key, Versioned file, Versioned redis) {
    public Comparison.Result compare() {
        return Comparison.images(key, file.image(), redis.image());
    }
}
