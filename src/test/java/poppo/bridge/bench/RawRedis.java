package poppo.bridge.bench;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.output.MapOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Lettuce alone, its connection made as the bridge makes its own, so that only what is sent over it differs. */
final class RawRedis implements AutoCloseable {
    private final ClientResources resources = DefaultClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .commandLatencyRecorder(CommandLatencyRecorder.disabled())
            .build();
    private final RedisClient client = RedisClient.create(resources);
    private final StatefulRedisConnection<String, String> connection;
    private final RedisCommands<String, String> commands;

    RawRedis(String address) {
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(8192)
                .protocolVersion(ProtocolVersion.RESP2)
                .timeoutOptions(TimeoutOptions.create())
                .socketOptions(
                        SocketOptions.builder().tcpNoDelay(true).keepAlive(true).build())
                .build());
        RedisURI uri = RedisURI.create(address);
        uri.setTimeout(Duration.ofMinutes(1));
        connection = client.connect(uri);
        commands = connection.sync();
    }

    /** May be used by many threads. */
    RedisCommands<String, String> commands() {
        return commands;
    }

    /** Reads a hash and three fields of others, all in one flush, and returns when the last is answered. */
    void readWith(String hash, String other, String field) {
        List<AsyncCommand<String, String, ?>> all = List.of(
                hget(other, field),
                new AsyncCommand<>(new Command<>(
                        CommandType.HGETALL,
                        new MapOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8).addKey(hash))),
                hget(other, field),
                hget(other, field));
        connection.dispatch(List.copyOf(all));
        LettuceFutures.awaitOrCancel(all.get(all.size() - 1), 1, TimeUnit.MINUTES);
    }

    private static AsyncCommand<String, String, String> hget(String hash, String field) {
        return new AsyncCommand<>(new Command<>(
                CommandType.HGET,
                new ValueOutput<>(StringCodec.UTF8),
                new CommandArgs<>(StringCodec.UTF8).addKey(hash).add(field)));
    }

    /** How often the server has read from a socket so far: once for each round trip of one client that sends nothing ahead. */
    long reads() {
        return info("stats", "total_reads_processed");
    }

    /** In bytes, as the server counts. */
    long usedMemory() {
        return info("memory", "used_memory");
    }

    private long info(String section, String name) {
        return commands.info(section)
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        client.shutdown();
        resources.shutdown();
    }
}
