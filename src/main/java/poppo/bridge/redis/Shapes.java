package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/**
 * The shapes in use. Records of one kind share a few, so each is stored once, under a name made from its content, and a
 * record's hint holds the name only. When there are too many to share, a hint holds the shape itself.
 */
final class Shapes {
    /** Enough for any project of real records; a bound for one whose callers invent field names. */
    private static final int MOST = 4096;

    private final Keys keys;
    private final RedisLink link;
    private final ConcurrentMap<String, Shape> byName = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, String> names = new ConcurrentHashMap<>();
    /** Replaced when all is forgotten, so that a commit that ends late adds to a set that nobody asks any more. */
    private volatile Set<String> stored = ConcurrentHashMap.newKeySet();

    /** Many records of one kind come one after the other. */
    private volatile Shape latest = Shape.of(Json.object());

    Shapes(Keys keys, RedisLink link) {
        this.keys = keys;
        this.link = link;
    }

    /** The hint for a record; adds to the commit what makes it readable. */
    String hint(JsonNode object, Commit commit) {
        Shape last = latest;
        Shape shape = last.isOf(object) ? last : Shape.of(object);
        latest = shape;
        String known = names.get(shape.descriptor());
        if (known == null && names.size() >= MOST) {
            return shape.descriptor();
        }
        String name = known == null ? Digest.name(shape.descriptor()) : known;
        remember(name, shape);
        Set<String> current = stored;
        if (!current.contains(name)) {
            commit.effect(Step.of("HSETNX", keys.shapes, name, shape.descriptor()));
            commit.whenDone(() -> current.add(name));
        }
        return name;
    }

    /** The shape that a hint means. */
    Shape of(String hint, String key) {
        if (hint.startsWith("[")) {
            return parse(hint, key);
        }
        Shape shape = byName.get(hint);
        return shape == null ? fetch(hint, key) : shape;
    }

    private Shape fetch(String name, String key) {
        Set<String> current = stored;
        Object descriptor = link.read(Step.of("HGET", keys.shapes, name));
        if (!(descriptor instanceof String text)) {
            throw new BridgeException.Corrupt("Redis key " + keys.shapes + " lacks the field " + name + " that " + key
                    + " is read with: refill Redis from the files");
        }
        Shape shape = parse(text, keys.shapes);
        if (names.size() < MOST) {
            remember(name, shape);
            current.add(name);
        }
        return shape;
    }

    private void remember(String name, Shape shape) {
        byName.putIfAbsent(name, shape);
        names.putIfAbsent(shape.descriptor(), name);
    }

    private static Shape parse(String descriptor, @Nullable String key) {
        try {
            return Shape.parse(descriptor);
        } catch (MalformedJsonException | IllegalArgumentException e) {
            throw new BridgeException.Corrupt("Redis key " + key + " holds no shape but '" + descriptor + "'", e);
        }
    }

    /** The server may be an emptied or another one: takes no shape for stored any more. */
    void forget() {
        stored = ConcurrentHashMap.newKeySet();
        byName.clear();
        names.clear();
    }
}
