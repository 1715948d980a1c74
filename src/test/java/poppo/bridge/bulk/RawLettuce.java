package poppo.bridge.bulk;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import poppo.bridge.state.Json;

/** What Lettuce reaches with nothing around it: the same hashes, pipelined in flushes of a thousand, one connection. */
final class RawLettuce implements AutoCloseable {
    private static final int FLUSH = 1000;

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    RawLettuce(String uri) {
        client = RedisClient.create(RedisURI.create(uri));
        connection = client.connect();
        connection.setAutoFlushCommands(false);
    }

    /** Writes the hashes of that many issues; returns how many a second. The hashes are made before the clock starts. */
    double hset(int issues, long seed) {
        Random random = new Random(seed);
        double seconds = 0;
        for (int from = 1; from <= issues; from += FLUSH) {
            List<Map<String, String>> hashes = new ArrayList<>(FLUSH);
            for (int number = from; number < from + FLUSH && number <= issues; number++) {
                hashes.add(hash(BigDirectory.issue(number, random)));
            }
            long start = System.nanoTime();
            List<RedisFuture<?>> futures = new ArrayList<>(hashes.size());
            for (int i = 0; i < hashes.size(); i++) {
                futures.add(connection.async().hset("issue:" + (from + i), hashes.get(i)));
            }
            await(futures);
            seconds += (System.nanoTime() - start) / 1e9;
        }
        return issues / seconds;
    }

    private static Map<String, String> hash(com.fasterxml.jackson.databind.node.ObjectNode issue) {
        Map<String, String> hash = new LinkedHashMap<>();
        issue.properties().forEach(field -> {
            if (!field.getValue().isNull()) {
                hash.put(
                        field.getKey(),
                        field.getValue().isTextual() ? field.getValue().textValue() : Json.compact(field.getValue()));
            }
        });
        return hash;
    }

    /** Reads the hashes of that many issues; returns how many a second. */
    double hgetall(int issues) {
        long start = System.nanoTime();
        for (int from = 1; from <= issues; from += FLUSH) {
            List<RedisFuture<?>> futures = new ArrayList<>(FLUSH);
            for (int number = from; number < from + FLUSH && number <= issues; number++) {
                futures.add(connection.async().hgetall("issue:" + number));
            }
            await(futures);
        }
        return issues / ((System.nanoTime() - start) / 1e9);
    }

    private void await(List<RedisFuture<?>> futures) {
        connection.flushCommands();
        if (!LettuceFutures.awaitAll(Duration.ofMinutes(1), futures.toArray(RedisFuture[]::new))) {
            throw new IllegalStateException("Redis did not answer within a minute");
        }
    }

    /** Takes everything away that is there. */
    void flushAll() {
        RedisFuture<String> done = connection.async().flushall();
        await(List.of(done));
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
