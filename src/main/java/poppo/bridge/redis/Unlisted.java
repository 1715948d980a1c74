package poppo.bridge.redis;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Limits;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/**
 * Finds the records that plain clients made beside the indexes. It goes through all keys with {@code SCAN}, so it is for
 * sweeps and never for the call of a worker.
 */
final class Unlisted {
    private static final String START = "0";
    private static final String COUNT = "1000";

    private final Keys keys;
    private final RedisLink link;
    private final Records records;
    private final Pages pages;

    Unlisted(Keys keys, RedisLink link, Records records, Pages pages) {
        this.keys = keys;
        this.link = link;
        this.records = records;
        this.pages = pages;
    }

    List<RecordKey> find(StateCollection collection) {
        if (!hasAKeyEach(collection)) {
            return List.of();
        }
        Predicate<String> listed = Keys.hasBuckets(collection) ? pages.listed(collection)::contains : id -> false;
        String prefix = keys.value(new RecordKey(collection, ""));
        Set<RecordKey> found = new LinkedHashSet<>();
        String cursor = START;
        do {
            List<?> reply = (List<?>) Objects.requireNonNull(link.read(scan(cursor, prefix, collection)));
            cursor = String.valueOf(reply.get(0));
            collect(collection, prefix, Records.flat(reply.get(1)), listed, found);
        } while (!cursor.equals(START));
        return new ArrayList<>(found);
    }

    private static boolean hasAKeyEach(StateCollection collection) {
        return collection == StateCollection.ISSUES
                || collection == StateCollection.PROCESSES
                || collection == StateCollection.PROCESSED_COMMENTS;
    }

    /** A key of another type than the layout's is none of ours. */
    private static Step scan(String cursor, String prefix, StateCollection collection) {
        return collection == StateCollection.PROCESSED_COMMENTS
                ? Step.keyless("SCAN", cursor, "MATCH", prefix + "*", "COUNT", COUNT)
                : Step.keyless("SCAN", cursor, "MATCH", prefix + "*", "COUNT", COUNT, "TYPE", "hash");
    }

    private void collect(
            StateCollection collection,
            String prefix,
            List<String> names,
            Predicate<String> listed,
            Set<RecordKey> into) {
        List<RecordKey> candidates = names.stream()
                .map(name -> name.substring(prefix.length()))
                .filter(id -> isId(collection, id) && !listed.test(id))
                .map(id -> new RecordKey(collection, id))
                .toList();
        records.readAll(candidates).stream()
                .filter(record -> record.meta() == null && record.image() != null)
                .map(Stored::key)
                .forEach(into::add);
    }

    private static boolean isId(StateCollection collection, String id) {
        try {
            return collection.isNumbered()
                    ? Limits.issueNumber(id) > 0
                    : !Limits.id("id", id).isEmpty();
        } catch (BridgeException.Invalid e) {
            return false;
        }
    }
}
