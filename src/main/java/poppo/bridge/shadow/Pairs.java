package poppo.bridge.shadow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Served;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/**
 * Walks a collection through both stores at once, so that what only one of them has is met too. Backfill, diff and every
 * carry-over are such a walk.
 *
 * <p>The images are read without locks: a record that changes meanwhile may be met in two states, so whoever acts on a
 * difference looks again under the record's lock. Numbered collections are walked in bounded memory; of the others the
 * ids are held.
 */
final class Pairs {
    /** How many records are read at a time. */
    static final int CHUNK = 256;

    private final StateManager files;
    private final FencedStateManager redis;

    Pairs(StateManager files, FencedStateManager redis) {
        this.files = files;
        this.redis = redis;
    }

    /** Hands out all records of a collection that either store has, in chunks. */
    void walk(StateCollection collection, Consumer<List<Pair>> chunks) {
        if (collection.isSingle()) {
            RecordKey key = new RecordKey(collection, collection.label());
            chunks.accept(List.of(new Pair(key, files.read(key), redis.read(key))));
        } else if (collection == StateCollection.ISSUES || collection == StateCollection.PROCESSED_COMMENTS) {
            walkByNumber(collection, chunks);
            walkUnlisted(collection, chunks);
        } else {
            walkWhole(collection, chunks);
            walkUnlisted(collection, chunks);
        }
    }

    private void walkByNumber(StateCollection collection, Consumer<List<Pair>> chunks) {
        Side left = new Side(files, collection);
        Side right = new Side(redis, collection);
        while (left.hasMore() || right.hasMore()) {
            long upTo = Math.min(left.reach(), right.reach());
            Map<Long, Versioned> fromFiles = left.take(upTo);
            Map<Long, Versioned> fromRedis = right.take(upTo);
            chunks.accept(join(fromFiles, fromRedis));
        }
    }

    private static List<Pair> join(Map<Long, Versioned> fromFiles, Map<Long, Versioned> fromRedis) {
        TreeMap<Long, RecordKey> keys = new TreeMap<>();
        fromFiles.forEach((number, record) -> keys.put(number, record.key()));
        fromRedis.forEach((number, record) -> keys.put(number, record.key()));
        List<Pair> pairs = new ArrayList<>(keys.size());
        keys.forEach((number, key) -> pairs.add(new Pair(
                key,
                fromFiles.getOrDefault(number, absent(key, Served.FILE)),
                fromRedis.getOrDefault(number, absent(key, Served.REDIS)))));
        return pairs;
    }

    private void walkWhole(StateCollection collection, Consumer<List<Pair>> chunks) {
        Map<RecordKey, Versioned> left = all(files, collection);
        Map<RecordKey, Versioned> right = all(redis, collection);
        Map<RecordKey, Versioned> keys = new LinkedHashMap<>(left);
        right.forEach(keys::putIfAbsent);
        List<Pair> pairs = new ArrayList<>();
        for (RecordKey key : keys.keySet()) {
            pairs.add(new Pair(
                    key,
                    left.getOrDefault(key, absent(key, Served.FILE)),
                    right.getOrDefault(key, absent(key, Served.REDIS))));
            if (pairs.size() == CHUNK) {
                chunks.accept(pairs);
                pairs = new ArrayList<>();
            }
        }
        if (!pairs.isEmpty()) {
            chunks.accept(pairs);
        }
    }

    /** What plain clients made in Redis; those the files have too are met a second time, and by their content now. */
    private void walkUnlisted(StateCollection collection, Consumer<List<Pair>> chunks) {
        List<RecordKey> keys = redis.unlisted(collection);
        for (int from = 0; from < keys.size(); from += CHUNK) {
            List<RecordKey> chunk = keys.subList(from, Math.min(from + CHUNK, keys.size()));
            chunks.accept(read(chunk));
        }
    }

    /** The records as both stores have them now. */
    List<Pair> read(List<RecordKey> keys) {
        List<Versioned> fromFiles = files.readAll(keys);
        List<Versioned> fromRedis = redis.readAll(keys);
        List<Pair> read = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            read.add(new Pair(keys.get(i), fromFiles.get(i), fromRedis.get(i)));
        }
        return read;
    }

    private static Map<RecordKey, Versioned> all(StateManager store, StateCollection collection) {
        Map<RecordKey, Versioned> records = new LinkedHashMap<>();
        store.page(collection, null, Integer.MAX_VALUE).forEach(record -> records.put(record.key(), record));
        return records;
    }

    /** Stands for a record that a walk didn't meet; its version matches none, so nothing is written by it. */
    private static Versioned absent(RecordKey key, Served served) {
        return new Versioned(key, null, "not-met", 0, served);
    }

    /** One store's pages of a numbered collection, taken bit by bit. */
    private static final class Side {
        private final StateManager store;
        private final StateCollection collection;
        private List<Versioned> page = Collections.emptyList();
        private int next;
        private @Nullable String after;
        private boolean ended;

        Side(StateManager store, StateCollection collection) {
            this.store = store;
            this.collection = collection;
            fill();
        }

        private void fill() {
            page = store.page(collection, after, CHUNK);
            next = 0;
            ended = page.size() < CHUNK;
            after = page.isEmpty() ? after : page.get(page.size() - 1).key().id();
        }

        boolean hasMore() {
            return next < page.size();
        }

        /** Up to which number this side is known now. */
        long reach() {
            return ended ? Long.MAX_VALUE : page.get(page.size() - 1).key().number();
        }

        Map<Long, Versioned> take(long upTo) {
            Map<Long, Versioned> taken = new LinkedHashMap<>();
            while (hasMore() && page.get(next).key().number() <= upTo) {
                Versioned record = page.get(next++);
                taken.put(record.key().number(), record);
            }
            if (!hasMore() && !ended) {
                fill();
            }
            return taken;
        }
    }
}
