package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
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
        JsonNode image = exact == null ? shape(stored).image(content) : exact;
        return new Stored(key, meta, content, false, image, 0);
    }

    private Shape shape(Stored stored) {
        String hint = stored.hint();
        return hint == null || hint.startsWith("=") ? Shape.UNKNOWN : shapes.of(hint, keys.value(stored.key()));
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
        List<String> content = Shape.content(after);
        writeDelta(keys.value(before.key()), before.content(), content, commit);
        return new Kept(shapes.hint(after, commit), content);
    }

    private static void writeDelta(String key, List<String> before, List<String> after, Commit commit) {
        if (before.isEmpty()) {
            if (!after.isEmpty()) {
                commit.effect(Step.of("HSET", key, after));
            }
            return;
        }
        Map<String, String> gone = Shape.map(before);
        List<String> changed = new ArrayList<>();
        for (int i = 0; i < after.size(); i += 2) {
            if (!after.get(i + 1).equals(gone.remove(after.get(i)))) {
                changed.add(after.get(i));
                changed.add(after.get(i + 1));
            }
        }
        if (!changed.isEmpty()) {
            commit.effect(Step.of("HSET", key, changed));
        }
        if (!gone.isEmpty()) {
            commit.effect(Step.of("HDEL", key, List.copyOf(gone.keySet())));
        }
    }

    @Override
    void remove(Stored before, Commit commit) {
        if (!before.content().isEmpty()) {
            commit.effect(Step.of("DEL", keys.value(before.key())));
        }
    }
}
