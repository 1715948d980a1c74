package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import poppo.bridge.state.Json;

/**
 * All keys of a project as any client reads them, with no knowledge of what they mean; so that a change of the layout or of
 * how a record is put into it shows. Goes through everything with {@code SCAN}.
 *
 * <p>Left out is what differs between two ways to the same state: the authority, the revisions in the metadata, the
 * heartbeats that expire by the server's clock (what is noted of them is there), and when a deadline is, which moves
 * whenever somebody looks.
 */
final class Content {
    private final String prefix;
    private final Keys keys;
    private final RedisLink link;

    Content(String prefix, Keys keys, RedisLink link) {
        this.prefix = prefix;
        this.keys = keys;
        this.link = link;
    }

    /** By name without the project's prefix. */
    SortedMap<String, JsonNode> read() {
        SortedMap<String, JsonNode> content = new TreeMap<>();
        for (String key : names()) {
            if (!key.equals(keys.authority) && !key.startsWith(keys.heartbeat(""))) {
                content.put(key.substring(prefix.length()), value(key));
            }
        }
        return content;
    }

    /** Removes all there is, the authority included. */
    void remove() {
        for (String key : names()) {
            link.ask(Step.of("UNLINK", key));
        }
    }

    private Set<String> names() {
        Set<String> names = new TreeSet<>();
        Scan.names(link, keys.all(), names::addAll);
        return names;
    }

    private ObjectNode value(String key) {
        String type = String.valueOf(link.read(Step.of("TYPE", key)));
        JsonNode value = switch (type) {
            case "hash" -> hash(key, Records.flat(link.read(Step.of("HGETALL", key))));
            case "set" -> sorted(Records.flat(link.read(Step.of("SMEMBERS", key))));
            case "zset" -> ranked(key);
            case "list" -> list(Records.flat(link.read(Step.of("LRANGE", key, "0", "-1"))));
            default -> Json.text(String.valueOf(link.read(Step.of("GET", key))));
        };
        ObjectNode told = Json.object().put("type", type);
        told.set("value", value);
        return told;
    }

    private ArrayNode ranked(String key) {
        return key.equals(keys.deadlines)
                ? sorted(Records.flat(link.read(Step.of("ZRANGE", key, "0", "-1"))))
                : list(Records.flat(link.read(Step.of("ZRANGE", key, "0", "-1", "WITHSCORES"))));
    }

    private ObjectNode hash(String key, List<String> pairs) {
        boolean isMeta = key.startsWith(prefix + "bridge:");
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            fields.put(pairs.get(i), isMeta ? withoutRevision(pairs.get(i + 1)) : pairs.get(i + 1));
        }
        ObjectNode object = Json.object();
        new TreeMap<>(fields).forEach(object::put);
        return object;
    }

    private static String withoutRevision(String meta) {
        return meta.substring(meta.indexOf(' ') + 1);
    }

    private static ArrayNode sorted(List<String> elements) {
        return list(elements.stream().sorted().toList());
    }

    private static ArrayNode list(List<String> elements) {
        ArrayNode array = Json.array();
        elements.forEach(array::add);
        return array;
    }
}
