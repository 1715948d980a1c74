package poppo.bridge.bulk;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a server holds, and what it was asked to do. */
final class RedisContent implements AutoCloseable {
    private static final List<String> WRITES =
            List.of("hset", "set", "zadd", "sadd", "rpush", "del", "eval", "evalsha", "hincrby");

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    private final RedisCommands<String, String> redis;

    RedisContent(String uri) {
        client = RedisClient.create(uri);
        connection = client.connect();
        redis = connection.sync();
    }

    /** All records and indexes by key; without epoch and revisions, which count how often it was tried. */
    Map<String, Object> records() {
        Map<String, Object> content = new TreeMap<>();
        ScanIterator.scan(redis, ScanArgs.Builder.limit(1000)).forEachRemaining(key -> content.put(key, value(key)));
        return content;
    }

    private Object value(String key) {
        return switch (redis.type(key)) {
            case "hash" -> hash(key);
            case "set" -> redis.smembers(key);
            case "zset" -> redis.zrangeWithScores(key, 0, -1);
            case "list" -> redis.lrange(key, 0, -1);
            default -> redis.get(key);
        };
    }

    private Map<String, String> hash(String key) {
        Map<String, String> hash = new HashMap<>(redis.hgetall(key));
        if (key.equals("bridge:authority")) {
            hash.clear();
        } else if (key.startsWith("bridge:") && !key.equals("bridge:shapes")) {
            hash.replaceAll((field, meta) -> meta.substring(meta.indexOf(' ') + 1));
        }
        return hash;
    }

    long size() {
        return redis.dbsize();
    }

    /** How many changes were committed. */
    long committed() {
        return redis.exists("bridge:authority") == 0 ? 0 : Long.parseLong(redis.hget("bridge:authority", "revision"));
    }

    /** How often the server was told to write so far, by command. */
    Map<String, String> writes() {
        return redis.info("commandstats")
                .lines()
                .filter(line -> WRITES.stream().anyMatch(write -> line.startsWith("cmdstat_" + write + ":")))
                .collect(Collectors.toMap(line -> line.substring(0, line.indexOf(':')), line -> line));
    }

    void flushAll() {
        redis.flushall();
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
