package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.RecordKey;

/** A hash per record, for issues and processes; the hint names its {@link Shape}. */
final class HashForm extends Form {
    private final Shapes shapes;

    HashForm(Keys keys, Shapes shapes) {
        super(keys);
        this.shapes = shapes;
    }

    @Override
    Step read(RecordKey key) {
        return Step.of("HGETALL", keys.value(key));
    }

    @Override
    Stored decode(RecordKey key, @Nullable String meta, List<String> content, boolean plainSet) {
        Stored stored = new Stored(key, meta, content, false, null, 0);
        JsonNode exact = content.isEmpty() ? exact(stored) : null;
        JsonNode image = exact == null ? shape(stored).image(map(content)) : exact;
        return new Stored(key, meta, content, false, image, 0);
    }

    private Shape shape(Stored stored) {
        String hint = stored.hint();
        return hint == null || hint.startsWith("=") ? Shape.UNKNOWN : shapes.of(hint, keys.value(stored.key()));
    }

    private static Map<String, String> map(List<String> pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            map.put(pairs.get(i), pairs.get(i + 1));
        }
        return map;
    }

    /**
     * The whole content is compared, not only status and holder: what the caller is told stands there must stand there,
     * whichever field a plain client changes.
     */
    @Override
    void guard(Stored before, Commit commit) {
        String key = keys.value(before.key());
        if (before.content().isEmpty()) {
            commit.expectAbsent();
            return;
        }
        List<String> names = everySecond(before.content(), 0);
        commit.check(Step.of("HLEN", key), Integer.toString(names.size()));
        List<String> values = everySecond(before.content(), 1);
        int from = 0;
        for (Step part : Step.of("HMGET", key, names).split()) {
            int to = from + part.args().size();
            commit.checkList(part, values.subList(from, to));
            from = to;
        }
    }

    @Override
    Kept change(Stored before, JsonNode after, long order, Commit commit) {
        if (!after.isObject()) {
            remove(before, commit);
            return new Kept(exactly(after), List.of());
        }
        Map<String, String> hash = Shape.hash(after);
        writeDelta(keys.value(before.key()), map(before.content()), hash, commit);
        List<String> content = new ArrayList<>(hash.size() * 2);
        hash.forEach((name, text) -> {
            content.add(name);
            content.add(text);
        });
        return new Kept(shapes.hint(Shape.of(after), commit), content);
    }

    private static void writeDelta(String key, Map<String, String> before, Map<String, String> after, Commit commit) {
        List<String> changed = new ArrayList<>();
        after.forEach((name, text) -> {
            if (!text.equals(before.get(name))) {
                changed.add(name);
                changed.add(text);
            }
        });
        List<String> gone = new ArrayList<>(before.keySet());
        gone.removeAll(after.keySet());
        if (!changed.isEmpty()) {
            commit.effect(Step.of("HSET", key, changed));
        }
        if (!gone.isEmpty()) {
            commit.effect(Step.of("HDEL", key, gone));
        }
    }

    @Override
    void remove(Stored before, Commit commit) {
        if (!before.content().isEmpty()) {
            commit.effect(Step.of("DEL", keys.value(before.key())));
        }
    }
}
