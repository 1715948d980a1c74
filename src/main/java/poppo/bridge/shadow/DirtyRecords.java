package poppo.bridge.shadow;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/**
 * The records that Redis may not have as they are: never served from there until carried over.
 *
 * <p>Memory is bounded: past {@code limit} single records a collection is dirty as a whole, so the length of an outage
 * doesn't matter. Thread-safe. Foreign writes mark records without holding their lock, so whoever cleans one names the
 * mark that stood before it looked.
 */
final class DirtyRecords {
    /** Why a record is dirty. */
    enum Cause {
        /** A write went to the files only. */
        MISSED("missed-dual-write"),
        /** A write to Redis was sent and its outcome is not known. */
        UNKNOWN("unknown-outcome"),
        /** Both stores executed and disagreed. */
        MISMATCH("disagreed"),
        /** Somebody else wrote the file. */
        FOREIGN("foreign-write");

        private final String label;

        Cause(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /** One marking of one record; compared by identity, so that an older one can't clean a newer one. */
    static final class Mark {
        private final Cause cause;

        private Mark(Cause cause) {
            this.cause = cause;
        }

        Cause cause() {
            return cause;
        }
    }

    private final int limit;
    private final Map<RecordKey, Mark> single = new ConcurrentHashMap<>();
    private final Map<StateCollection, Long> whole = new EnumMap<>(StateCollection.class);
    private volatile Set<StateCollection> wholeView = EnumSet.noneOf(StateCollection.class);
    private final AtomicLong marks = new AtomicLong();
    private long generation;

    DirtyRecords(int limit) {
        this.limit = limit;
    }

    boolean contains(RecordKey key) {
        return wholeView.contains(key.collection()) || single.containsKey(key);
    }

    boolean isEmpty() {
        return single.isEmpty() && wholeView.isEmpty();
    }

    /** How many marks were set so far. */
    long marks() {
        return marks.get();
    }

    void mark(RecordKey key, Cause cause) {
        marks.incrementAndGet();
        // Those of unknown outcome are few, since the breaker opens, and each is to be settled and counted.
        if (cause != Cause.UNKNOWN && single.size() >= limit && !single.containsKey(key)) {
            markWhole(key.collection());
        } else {
            single.put(key, new Mark(cause));
        }
    }

    /** The mark a record bears now, for {@link #clean}. */
    @Nullable
    Mark markOf(RecordKey key) {
        return single.get(key);
    }

    /** Takes {@code mark} off, unless the record was marked again since. */
    void clean(RecordKey key, @Nullable Mark mark) {
        if (mark != null) {
            single.remove(key, mark);
        }
    }

    /** Drops all marks: Redis is not used any more. */
    synchronized void forget() {
        single.clear();
        whole.clear();
        publish();
    }

    /** Marks every record there is. */
    void markAll() {
        for (StateCollection collection : StateCollection.values()) {
            markWhole(collection);
        }
    }

    private synchronized void markWhole(StateCollection collection) {
        whole.put(collection, ++generation);
        publish();
    }

    /** The collections that are dirty as a whole, each with the mark to pass to {@link #cleanWhole}. */
    synchronized Map<StateCollection, Long> whole() {
        return new EnumMap<>(whole);
    }

    /** Takes the mark off a collection that was compared as a whole, unless it was marked again meanwhile. */
    synchronized void cleanWhole(StateCollection collection, long mark) {
        whole.remove(collection, mark);
        publish();
    }

    private void publish() {
        Set<StateCollection> view = EnumSet.noneOf(StateCollection.class);
        view.addAll(whole.keySet());
        wholeView = view;
    }

    /** The records marked one by one. */
    List<RecordKey> single() {
        return new ArrayList<>(single.keySet());
    }

    int count() {
        return single.size();
    }

    /** The collections of which nothing is known, for people. */
    Set<StateCollection> wholeCollections() {
        return wholeView;
    }

    long count(Cause cause) {
        return single.values().stream().filter(mark -> mark.cause == cause).count();
    }
}
