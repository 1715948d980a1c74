package poppo.bridge.redis;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Limits;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/**
 * Finds the records that plain clients made beside the indexes, by a {@link Scan}.
 */
final class Unlisted {
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
        Scan.names(link, prefix, ofType(collection), names -> collect(collection, prefix, names, listed, found));
        return new ArrayList<>(found);
    }

    private static boolean hasAKeyEach(StateCollection collection) {
        return collection == StateCollection.ISSUES
                || collection == StateCollection.PROCESSES
                || collection == StateCollection.PROCESSED_COMMENTS;
    }

    /** A key of another type than the layout's is none of ours. */
    private static List<String> ofType(StateCollection collection) {
        return collection == StateCollection.PROCESSED_COMMENTS ? List.of() : List.of("TYPE", "hash");
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
