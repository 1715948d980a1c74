package poppo.bridge.redis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/** Lists collections, without ever looking through the keyspace. */
final class Pages {
    /** Buckets looked into at least: where the numbers lie far apart, a bucket holds a record or two. */
    private static final int FEW_BUCKETS = 4;

    private static final int COUNTED = 512;

    private final Keys keys;
    private final RedisLink link;
    private final Records records;

    Pages(Keys keys, RedisLink link, Records records) {
        this.keys = keys;
        this.link = link;
        this.records = records;
    }

    List<Stored> page(StateCollection collection, @Nullable String after, int limit) {
        return switch (collection) {
            case ISSUES, PROCESSED_COMMENTS -> byNumber(collection, after == null ? -1 : Long.parseLong(after), limit);
            case PROCESSED_ISSUES -> processedIssues(after, limit);
            case RUNNING_TASKS -> runningTasks(after, limit);
            case PROCESSES -> processes(after, limit);
            case PENDING_TASKS -> single(RecordKey.PENDING_TASKS, after);
            case LAST_RUN -> single(RecordKey.LAST_RUN, after);
        };
    }

    long count(StateCollection collection) {
        return switch (collection) {
            case ISSUES, PROCESSED_COMMENTS -> countInBuckets(collection);
            case PROCESSES -> count("HLEN", keys.meta(collection));
            case RUNNING_TASKS -> count("HLEN", keys.runningTasks);
            case PROCESSED_ISSUES -> count("ZCARD", keys.processedIssues);
            case PENDING_TASKS, LAST_RUN -> page(collection, null, 1).size();
        };
    }

    private long count(String command, String key) {
        Object reply = records.ask(Step.of(command, key));
        return reply instanceof Long count ? count : (long) Objects.requireNonNull(records.ask(Step.of("SCARD", key)));
    }

    /** The numbers that are listed now. Memory: about a byte for each where they lie close together. */
    Numbers listed(StateCollection collection) {
        Numbers numbers = new Numbers();
        List<String> buckets = allBuckets(collection);
        for (int from = 0; from < buckets.size(); from += COUNTED) {
            List<Step> fields = buckets.subList(from, Math.min(from + COUNTED, buckets.size())).stream()
                    .map(bucket -> Step.of("HKEYS", keys.bucket(collection, Long.parseLong(bucket))))
                    .toList();
            records.ask(fields).forEach(reply -> Records.flat(reply).forEach(numbers::add));
        }
        return numbers;
    }

    private List<String> allBuckets(StateCollection collection) {
        return Records.flat(records.ask(Step.of("ZRANGE", keys.buckets(collection), "0", "-1")));
    }

    private long countInBuckets(StateCollection collection) {
        List<String> buckets = allBuckets(collection);
        long count = 0;
        for (int from = 0; from < buckets.size(); from += COUNTED) {
            List<Step> sizes = buckets.subList(from, Math.min(from + COUNTED, buckets.size())).stream()
                    .map(bucket -> Step.of("HLEN", keys.bucket(collection, Long.parseLong(bucket))))
                    .toList();
            for (Object size : records.ask(sizes)) {
                count += (Long) Objects.requireNonNull(size);
            }
        }
        return count;
    }

    private List<Stored> byNumber(StateCollection collection, long after, int limit) {
        List<Stored> page = new ArrayList<>();
        long bucket = Keys.bucket(after + 1);
        while (page.size() < limit) {
            List<String> buckets = buckets(collection, bucket, FEW_BUCKETS + (limit - page.size()) / Keys.BUCKET);
            if (buckets.isEmpty()) {
                return page;
            }
            addExisting(metas(collection, buckets).tailMap(after + 1), collection, limit, page);
            bucket = Long.parseLong(buckets.get(buckets.size() - 1)) + 1;
        }
        return page;
    }

    private List<String> buckets(StateCollection collection, long from, int most) {
        return Records.flat(records.ask(Step.of(
                "ZRANGEBYSCORE",
                keys.buckets(collection),
                Long.toString(from),
                "+inf",
                "LIMIT",
                "0",
                Integer.toString(most))));
    }

    /** The keys alone; nothing that a record holds can stop this. */
    List<RecordKey> keys(StateCollection collection) {
        List<String> ids = switch (collection) {
            case ISSUES, PROCESSED_COMMENTS ->
                metas(collection, allBuckets(collection)).keySet().stream()
                        .map(String::valueOf)
                        .toList();
            case PROCESSES -> Records.flat(records.ask(Step.of("HKEYS", keys.meta(collection))));
            case RUNNING_TASKS -> Records.flat(records.ask(Step.of("HKEYS", keys.runningTasks)));
            case PROCESSED_ISSUES ->
                page(collection, null, Integer.MAX_VALUE).stream()
                        .map(stored -> stored.key().id())
                        .toList();
            case PENDING_TASKS, LAST_RUN -> List.of(collection.label());
        };
        return ids.stream().map(id -> new RecordKey(collection, id)).toList();
    }

    /** The metadata in some buckets, by number. */
    private TreeMap<Long, String> metas(StateCollection collection, List<String> buckets) {
        List<Step> steps = new ArrayList<>();
        buckets.forEach(bucket -> steps.add(Step.of("HGETALL", keys.bucket(collection, Long.parseLong(bucket)))));
        TreeMap<Long, String> metas = new TreeMap<>();
        for (Object reply : records.ask(steps)) {
            List<String> pairs = Records.flat(reply);
            for (int i = 0; i + 1 < pairs.size(); i += 2) {
                metas.put(Long.parseLong(pairs.get(i)), pairs.get(i + 1));
            }
        }
        return metas;
    }

    private void addExisting(SortedMap<Long, String> known, StateCollection collection, int limit, List<Stored> page) {
        SortedMap<Long, String> left = known;
        while (!left.isEmpty() && page.size() < limit) {
            TreeMap<Long, String> wanted = new TreeMap<>();
            for (Map.Entry<Long, String> each : left.entrySet()) {
                if (wanted.size() == limit - page.size()) {
                    break;
                }
                wanted.put(each.getKey(), each.getValue());
            }
            addExisting(records.readAll(wanted, collection), page);
            left = left.tailMap(wanted.lastKey() + 1);
        }
    }

    /** A record may be gone although its metadata is there: a plain client deleted it, or it has just been removed. */
    private static void addExisting(List<Stored> read, List<Stored> page) {
        for (Stored stored : read) {
            if (stored.image() != null) {
                page.add(stored);
            }
        }
    }

    private List<Stored> processedIssues(@Nullable String after, int limit) {
        Object rank = after == null ? null : records.ask(Step.of("ZRANK", keys.processedIssues, after));
        long from = rank instanceof Long found ? found + 1 : 0;
        Object reply = records.ask(Step.of(
                "ZRANGE", keys.processedIssues, Long.toString(from), Long.toString(from + limit - 1), "WITHSCORES"));
        if (reply instanceof ErrorReply) {
            return plainProcessedIssues(after, limit);
        }
        List<String> pairs = Records.flat(reply);
        List<Stored> page = new ArrayList<>(pairs.size() / 2);
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            RecordKey key = new RecordKey(StateCollection.PROCESSED_ISSUES, pairs.get(i));
            page.add(records.form(key).decode(key, null, List.of(pairs.get(i + 1)), false));
        }
        return page;
    }

    private List<Stored> plainProcessedIssues(@Nullable String after, int limit) {
        Object reply = records.ask(Step.of("SMEMBERS", keys.processedIssues));
        if (reply instanceof ErrorReply error) {
            throw error.toException(link.address(), Step.of("SMEMBERS", keys.processedIssues), false);
        }
        MemberForm.PlainSet set = new MemberForm(keys).new PlainSet(Records.flat(reply));
        return set.behind(after).stream()
                .limit(limit)
                .map(member -> set.find(new RecordKey(StateCollection.PROCESSED_ISSUES, member)))
                .toList();
    }

    private List<Stored> runningTasks(@Nullable String after, int limit) {
        String metaKey = keys.meta(StateCollection.RUNNING_TASKS);
        List<@Nullable Object> replies =
                records.ask(List.of(Step.of("HGETALL", metaKey), Step.of("HKEYS", keys.runningTasks)));
        Map<String, Long> orders = new HashMap<>();
        List<String> metas = Records.flat(replies.get(0));
        for (int i = 0; i + 1 < metas.size(); i += 2) {
            orders.put(metas.get(i), TaskForm.order(metas.get(i + 1)));
        }
        List<String> ids = new ArrayList<>(Records.flat(replies.get(1)));
        ids.sort(Comparator.comparingLong((String id) -> orders.getOrDefault(id, 0L))
                .thenComparing(id -> id));
        return named(StateCollection.RUNNING_TASKS, ids, ids.indexOf(after) + 1, limit);
    }

    private List<Stored> processes(@Nullable String after, int limit) {
        List<String> ids =
                new ArrayList<>(Records.flat(records.ask(Step.of("HKEYS", keys.meta(StateCollection.PROCESSES)))));
        ids.removeIf(id -> after != null && id.compareTo(after) <= 0);
        ids.sort(null);
        return named(StateCollection.PROCESSES, ids, 0, limit);
    }

    private List<Stored> named(StateCollection collection, List<String> ids, int from, int limit) {
        List<RecordKey> wanted = new ArrayList<>();
        for (String id : ids.subList(from, (int) Math.min(ids.size(), (long) from + limit))) {
            wanted.add(new RecordKey(collection, id));
        }
        List<Stored> page = new ArrayList<>();
        addExisting(records.readAll(wanted), page);
        return page;
    }

    private List<Stored> single(RecordKey key, @Nullable String after) {
        List<Stored> page = new ArrayList<>();
        if (after == null) {
            addExisting(List.of(records.read(key)), page);
        }
        return page;
    }
}
