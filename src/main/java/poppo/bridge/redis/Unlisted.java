package poppo.bridge.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
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

    List<RecordKey> find(Collection<StateCollection> collections) {
        List<Sought> sought = collections.stream()
                .filter(Unlisted::hasAKeyEach)
                .map(Sought::new)
                .toList();
        if (sought.isEmpty()) {
            return List.of();
        }
        String pattern = sought.size() == 1 ? sought.get(0).prefix + "*" : keys.all();
        Scan.names(link, pattern, names -> sought.forEach(each -> each.collect(names)));
        return sought.stream().flatMap(each -> each.found.stream()).toList();
    }

    private static boolean hasAKeyEach(StateCollection collection) {
        return collection == StateCollection.ISSUES
                || collection == StateCollection.PROCESSES
                || collection == StateCollection.PROCESSED_COMMENTS;
    }

    /** One collection, and what was found of it. */
    private final class Sought {
        private final StateCollection collection;
        private final String prefix;
        private final Predicate<String> listed;
        private final Set<RecordKey> found = new LinkedHashSet<>();

        Sought(StateCollection collection) {
            this.collection = collection;
            prefix = keys.value(new RecordKey(collection, ""));
            listed = Keys.hasBuckets(collection) ? pages.listed(collection)::contains : id -> false;
        }

        void collect(List<String> names) {
            List<RecordKey> candidates = new ArrayList<>();
            for (String name : names) {
                if (name.startsWith(prefix)) {
                    String id = name.substring(prefix.length());
                    if (isId(collection, id) && !listed.test(id)) {
                        candidates.add(new RecordKey(collection, id));
                    }
                }
            }
            records.readAll(ours(candidates)).stream()
                    .filter(record -> record.meta() == null && record.image() != null)
                    .map(Stored::key)
                    .forEach(found::add);
        }

        /** A key of another type than the layout's is none of ours. */
        private List<RecordKey> ours(List<RecordKey> candidates) {
            if (candidates.isEmpty() || collection == StateCollection.PROCESSED_COMMENTS) {
                return candidates;
            }
            List<@Nullable Object> types = link.read(candidates.stream()
                    .map(key -> Step.of("TYPE", keys.value(key)))
                    .toList());
            List<RecordKey> hashes = new ArrayList<>();
            for (int i = 0; i < candidates.size(); i++) {
                if ("hash".equals(types.get(i))) {
                    hashes.add(candidates.get(i));
                }
            }
            return hashes;
        }
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
