package poppo.bridge.shadow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
 * difference looks again under the record's lock. Collections of issues are walked in bounded memory; of the few
 * processes and tasks all are held. For one thread, and one walk through the collections: what plain clients made is looked
 * for once.
 */
final class Pairs {
    /** How many records are read at a time. */
    static final int CHUNK = 256;

    /** As {@link #CHUNK} where all is read ahead and nothing is locked. */
    private static final int BULK = 1024;

    /** Of a collection in insertion order so many may be held at once; of a bigger one the order of a chunk is enough. */
    private static final long HELD = 20_000;

    private static final String NOT_MET = "not-met";

    private final StateManager files;
    private final FencedStateManager redis;
    private final Ahead ahead;
    private final int size;
    private final Supplier<List<RecordKey>> search;
    /** What plain clients made in Redis: found once for all collections, since that goes through everything. */
    private @Nullable List<RecordKey> unlisted;

    Pairs(StateManager files, FencedStateManager redis) {
        this(files, redis, Ahead.NONE, CHUNK);
    }

    private Pairs(StateManager files, FencedStateManager redis, Ahead ahead, int size) {
        this.files = files;
        this.redis = redis;
        this.ahead = ahead;
        this.size = size;
        this.search = ahead.begin(() -> redis.unlisted(List.of(StateCollection.values())));
    }

    /** In bigger chunks, both stores being read ahead of whoever takes them. */
    static Pairs ahead(StateManager files, FencedStateManager redis, Ahead ahead) {
        return new Pairs(files, redis, ahead, BULK);
    }

    /** Hands out all records of a collection that either store has, in chunks. */
    void walk(StateCollection collection, Consumer<List<Pair>> chunks) {
        walk(collection, null, chunks);
    }

    /**
     * As {@link #walk(StateCollection, Consumer)}.
     *
     * @param after in a collection that is {@linkplain #isResumable walked by number}, the id to go on behind
     */
    void walk(StateCollection collection, @Nullable String after, Consumer<List<Pair>> chunks) {
        if (collection.isSingle()) {
            RecordKey key = new RecordKey(collection, collection.label());
            chunks.accept(List.of(new Pair(key, files.read(key), redis.read(key))));
        } else if (isResumable(collection)) {
            walkByNumber(collection, after, chunks);
            walkUnlisted(collection, chunks);
        } else if (collection.isNumbered() && files.count(collection) + redis.count(collection) > HELD) {
            walkInOrder(collection, chunks);
            walkUnlisted(collection, chunks);
        } else {
            walkWhole(collection, chunks);
            walkUnlisted(collection, chunks);
        }
    }

    private Paging pages(StateManager store, StateCollection collection, @Nullable String after) {
        return new Paging(store, collection, after, ahead, size);
    }

    /** Whether a walk of it can begin behind a record. */
    static boolean isResumable(StateCollection collection) {
        return collection == StateCollection.ISSUES || collection == StateCollection.PROCESSED_COMMENTS;
    }

    private void walkByNumber(StateCollection collection, @Nullable String after, Consumer<List<Pair>> chunks) {
        Side left = new Side(pages(files, collection, after));
        Side right = new Side(pages(redis, collection, after));
        while (left.hasMore() || right.hasMore()) {
            long upTo = Math.min(left.reach(), right.reach());
            List<Versioned> fromFiles = left.take(upTo);
            List<Versioned> fromRedis = right.take(upTo);
            chunks.accept(join(fromFiles, fromRedis));
        }
    }

    /** What the files have, then what only Redis has; a record that comes or goes meanwhile may be met twice. */
    private void walkInOrder(StateCollection collection, Consumer<List<Pair>> chunks) {
        Paging left = pages(files, collection, null);
        for (List<Versioned> page = left.next(); !page.isEmpty(); page = left.next()) {
            List<Versioned> fromRedis = redis.readAll(keys(page));
            chunks.accept(zip(page, fromRedis));
        }
        Paging right = pages(redis, collection, null);
        for (List<Versioned> page = right.next(); !page.isEmpty(); page = right.next()) {
            List<Versioned> fromFiles = files.readAll(keys(page));
            List<Pair> onlyInRedis = zip(fromFiles, page).stream()
                    .filter(pair -> pair.file().image() == null)
                    .toList();
            if (!onlyInRedis.isEmpty()) {
                chunks.accept(onlyInRedis);
            }
        }
    }

    private static List<RecordKey> keys(List<Versioned> records) {
        return records.stream().map(Versioned::key).toList();
    }

    private static List<Pair> zip(List<Versioned> fromFiles, List<Versioned> fromRedis) {
        List<Pair> pairs = new ArrayList<>(fromFiles.size());
        for (int i = 0; i < fromFiles.size(); i++) {
            pairs.add(new Pair(fromFiles.get(i).key(), fromFiles.get(i), fromRedis.get(i)));
        }
        return pairs;
    }

    /** Both in the order of their numbers. */
    private static List<Pair> join(List<Versioned> fromFiles, List<Versioned> fromRedis) {
        List<Pair> pairs = new ArrayList<>(Math.max(fromFiles.size(), fromRedis.size()));
        int left = 0;
        int right = 0;
        while (left < fromFiles.size() || right < fromRedis.size()) {
            RecordKey file = left < fromFiles.size() ? fromFiles.get(left).key() : null;
            RecordKey redis = right < fromRedis.size() ? fromRedis.get(right).key() : null;
            boolean inFile = file != null && (redis == null || file.number() <= redis.number());
            boolean inRedis = redis != null && (file == null || redis.number() <= file.number());
            RecordKey key = Objects.requireNonNull(inFile ? file : redis);
            pairs.add(new Pair(
                    key,
                    inFile ? fromFiles.get(left++) : absent(key, Served.FILE),
                    inRedis ? fromRedis.get(right++) : absent(key, Served.REDIS)));
        }
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
        List<RecordKey> keys = unlisted(collection);
        for (int from = 0; from < keys.size(); from += CHUNK) {
            List<RecordKey> chunk = keys.subList(from, Math.min(from + CHUNK, keys.size()));
            chunks.accept(read(chunk));
        }
    }

    private List<RecordKey> unlisted(StateCollection collection) {
        if (unlisted == null) {
            unlisted = search.get();
        }
        return unlisted.stream().filter(key -> key.collection() == collection).toList();
    }

    /** The records as both stores have them now. */
    List<Pair> read(List<RecordKey> keys) {
        return zip(files.readAll(keys), redis.readAll(keys));
    }

    private static Map<RecordKey, Versioned> all(StateManager store, StateCollection collection) {
        Map<RecordKey, Versioned> records = new LinkedHashMap<>();
        store.page(collection, null, Integer.MAX_VALUE).forEach(record -> records.put(record.key(), record));
        return records;
    }

    /** Stands for a record that a walk didn't meet; its version matches none, so nothing is written by it. */
    private static Versioned absent(RecordKey key, Served served) {
        return new Versioned(key, null, NOT_MET, 0, served);
    }

    /** Whether the record was in none of the store's pages: there was none, as far as those tell. */
    static boolean isNotMet(Versioned record) {
        return record.version().equals(NOT_MET);
    }

    /** One store's records of a numbered collection, taken bit by bit. */
    private final class Side {
        private final Paging pages;
        private List<Versioned> page = Collections.emptyList();
        private int next;
        private boolean ended;

        Side(Paging pages) {
            this.pages = pages;
            fill();
        }

        private void fill() {
            page = pages.next();
            next = 0;
            ended = page.size() < size;
        }

        boolean hasMore() {
            return next < page.size();
        }

        /** Up to which number this side is known now. */
        long reach() {
            return ended ? Long.MAX_VALUE : page.get(page.size() - 1).key().number();
        }

        List<Versioned> take(long upTo) {
            int from = next;
            while (hasMore() && page.get(next).key().number() <= upTo) {
                next++;
            }
            List<Versioned> taken = page.subList(from, next);
            if (!hasMore() && !ended) {
                fill();
            }
            return taken;
        }
    }
}
