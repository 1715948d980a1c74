package poppo.bridge.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.HashMap;
import java.util.Map;

/** Another program that reads and writes the project's keys with plain commands. */
final class PlainClient implements AutoCloseable {
    final String prefix;
    final RedisCommands<String, String> redis;
    final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    PlainClient(String uri, String prefix) {
        this.prefix = prefix;
        client = RedisClient.create(uri);
        connection = client.connect();
        redis = connection.sync();
    }

    /** How often each command was called so far, on the whole server, scripts' own calls included. */
    Map<String, Long> calls() {
        Map<String, Long> calls = new HashMap<>();
        redis.info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_"))
                .forEach(line -> {
                    String name = line.substring("cmdstat_".length(), line.indexOf(':'));
                    String count = line.substring(line.indexOf("calls=") + 6, line.indexOf(','));
                    calls.put(name, Long.parseLong(count));
                });
        return calls;
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown(0, 1, java.util.concurrent.TimeUnit.SECONDS);
    }
}
