package poppo.bridge.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;

/**
 * The one connection to Redis. Nothing is ever sent twice, queued while disconnected, or reconnected behind our back:
 * only {@link #reconnect} makes a connection, and it sees to it that no earlier one has an effect any more.
 *
 * <p>Commands of all threads share the connection and are answered in order, so a read that is answered settles every
 * write sent before it.
 */
final class RedisLink implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;

    private final RedisOptions options;
    private final Step firstRead;
    private final ClientResources resources;
    private final RedisClient client;
    private final ReentrantLock connecting = new ReentrantLock();
    private final List<Connection> abandoned = new ArrayList<>();
    private final AtomicLong connections = new AtomicLong();
    private volatile @Nullable Connection current;
    /** The only connection that {@link #read} and {@link #write} use; 0: any. */
    private volatile long bound;

    /** @param firstRead shows whether this server is the right one, or which other one is */
    RedisLink(RedisOptions options, Step firstRead) {
        this.options = options;
        this.firstRead = firstRead;
        resources = DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .build();
        client = RedisClient.create(resources);
        client.setOptions(clientOptions(options));
    }

    private static ClientOptions clientOptions(RedisOptions options) {
        return ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(options.requestQueueSize())
                .protocolVersion(ProtocolVersion.RESP2)
                // A batch has one time-out of its own; Lettuce's timer would hold each command, answered or not, until
                // then.
                .timeoutOptions(TimeoutOptions.create())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(options.connectTimeout())
                        .tcpNoDelay(true)
                        .keepAlive(true)
                        .build())
                .build();
    }

    boolean isConnected() {
        Connection connection = current;
        return connection != null && connection.lettuce.isOpen();
    }

    /**
     * Sends commands that change nothing, in one flush, and waits for their replies.
     *
     * @return for each its reply, or an {@link ErrorReply} of code WRONGTYPE
     */
    List<@Nullable Object> read(List<Step> steps) {
        return begin(steps).replies();
    }

    /** As {@link #read(List)}, but the replies are awaited later. */
    Exchange begin(List<Step> steps) {
        return begin(boundConnection(), steps, false);
    }

    /** Sends one command that changes nothing, on whatever connection there is. */
    @Nullable
    Object ask(Step step) {
        return exchange(connection(), List.of(step), false).get(0);
    }

    /** As {@link #read}, for one command. */
    @Nullable
    Object read(Step step) {
        return read(List.of(step)).get(0);
    }

    /**
     * Sends scripts, in one flush, and waits for their replies.
     *
     * @return for each its reply, or an {@link ErrorReply} of code WRONGTYPE or NOSCRIPT
     * @throws BridgeException.UnknownOutcome when they may have left, and no answer came in time
     */
    List<@Nullable Object> write(List<Step> steps) {
        return beginWrite(steps).replies();
    }

    /** As {@link #write(List)}, but the replies are awaited later. */
    Exchange beginWrite(List<Step> steps) {
        return begin(boundConnection(), steps, true);
    }

    /** As {@link #write}, on whatever connection there is. */
    List<@Nullable Object> writeUnbound(List<Step> steps) {
        return exchange(connection(), steps, true);
    }

    /** Names the present connection. */
    long number() {
        return connection().number;
    }

    /**
     * Has reads and writes use this connection only: what was begun on it goes on on no other one, where the server may
     * be in another state under the same epoch.
     */
    void bind(long number) {
        bound = number;
    }

    private Connection boundConnection() {
        Connection connection = connection();
        if (bound != 0 && connection.number != bound) {
            throw new BridgeException.Fenced(
                    "connected to Redis at " + address() + " anew; it is used again when it is fenced");
        }
        return connection;
    }

    private Connection connection() {
        Connection connection = current;
        if (connection == null || !connection.lettuce.isOpen()) {
            throw new BridgeException.Unavailable(
                    "not connected to Redis at " + address() + "; it is tried again by the next probe");
        }
        return connection;
    }

    private List<@Nullable Object> exchange(Connection connection, List<Step> steps, boolean writes) {
        return begin(connection, steps, writes).replies();
    }

    private Exchange begin(Connection connection, List<Step> steps, boolean writes) {
        Batch batch = new Batch(steps);
        dispatch(connection, batch);
        return new Exchange(batch, steps, writes);
    }

    /** Commands under way together. */
    final class Exchange {
        private final Batch batch;
        private final List<Step> steps;
        private final boolean writes;

        private Exchange(Batch batch, List<Step> steps, boolean writes) {
            this.batch = batch;
            this.steps = steps;
            this.writes = writes;
        }

        /** Waits for the replies; the time for that begins now. To be called once. */
        List<@Nullable Object> replies() {
            boolean answered = false;
            try {
                answered = batch.await(options.commandTimeout());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (!answered) {
                batch.withdraw();
                throw failure(
                        batch,
                        writes,
                        "no answer within " + options.commandTimeout().toMillis() + " ms",
                        null);
            }
            List<@Nullable Object> replies = new ArrayList<>(steps.size());
            for (int i = 0; i < steps.size(); i++) {
                replies.add(reply(batch, batch.calls().get(i), steps.get(i), writes));
            }
            return replies;
        }
    }

    private void dispatch(Connection connection, Batch batch) {
        try {
            if (batch.calls().size() == 1) {
                connection.lettuce.dispatch(batch.calls().get(0));
            } else {
                connection.lettuce.dispatch(batch.calls());
            }
        } catch (RedisException e) {
            batch.withdraw();
        }
    }

    private @Nullable Object reply(Batch batch, Batch.Call call, Step step, boolean writes) {
        Throwable failure = call.failure();
        if (failure != null || call.isCancelled()) {
            batch.withdraw();
            throw failure(
                    batch,
                    writes,
                    failure == null ? "the command was dropped" : String.valueOf(failure.getMessage()),
                    failure);
        }
        if (call.isMalformed()) {
            throw new BridgeException.Corrupt("Redis key " + step.key() + " holds bytes that are no UTF-8 text");
        }
        if (call.errorReply() == null) {
            return call.get();
        }
        ErrorReply error = new ErrorReply(String.valueOf(call.errorReply()));
        if (error.is("WRONGTYPE") || error.is("NOSCRIPT")) {
            return error;
        }
        throw error.toException(address(), step, writes);
    }

    private BridgeException failure(Batch batch, boolean writes, String why, @Nullable Throwable cause) {
        String message = "Redis at " + address() + ": " + why;
        return writes && batch.mayHaveLeft()
                ? new BridgeException.UnknownOutcome(message + "; the write may take effect or have taken it", cause)
                : new BridgeException.Unavailable(message, cause);
    }

    /**
     * Makes sure of a connection that answers. When it is a new one, the earlier ones are killed on the server before
     * anything else is sent; when it is the earlier one, its answer comes after all that was sent before.
     *
     * @param onNew runs before a new connection is used for anything else
     * @return the server's {@code INFO server}
     */
    Map<String, String> reconnect(Runnable onNew) {
        connecting.lock();
        try {
            Connection connection = current;
            if (connection != null && connection.lettuce.isOpen()) {
                Map<String, String> alive = askIfAlive(connection);
                if (alive != null) {
                    return alive;
                }
            }
            abandon();
            return connect(onNew);
        } finally {
            connecting.unlock();
        }
    }

    private @Nullable Map<String, String> askIfAlive(Connection connection) {
        try {
            Map<String, String> server = info(connection, "server");
            requireOwnSlot(connection);
            return server;
        } catch (SlotMoved | BridgeException.Unavailable e) {
            return null;
        }
    }

    private void abandon() {
        Connection connection = current;
        current = null;
        if (connection != null) {
            abandoned.add(connection);
            connection.lettuce.closeAsync();
        }
    }

    private Map<String, String> connect(Runnable onNew) {
        RedisURI uri = options.redisUri();
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            StatefulRedisConnection<String, String> lettuce = open(uri);
            try {
                return take(lettuce, onNew);
            } catch (SlotMoved e) {
                lettuce.closeAsync();
                uri = e.followedBy(options.redisUri());
            } catch (BridgeException e) {
                lettuce.closeAsync();
                throw e;
            }
        }
        throw new BridgeException.Unavailable(
                "the cluster at " + address() + " sends us round in circles; see CLUSTER SLOTS");
    }

    private StatefulRedisConnection<String, String> open(RedisURI uri) {
        try {
            return client.connect(Utf8.CODEC, uri);
        } catch (RedisException e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            String remedy = new ErrorReply(String.valueOf(root.getMessage())).remedy();
            throw new BridgeException.Unavailable(
                    "can't connect to Redis at " + address() + ": " + root.getMessage() + "; "
                            + (remedy == null ? "is it running there?" : remedy),
                    e);
        }
    }

    private Map<String, String> take(StatefulRedisConnection<String, String> lettuce, Runnable onNew) {
        Connection unnamed = new Connection(lettuce, 0, 0, "");
        Object id =
                exchange(unnamed, List.of(Step.keyless("CLIENT", "ID")), false).get(0);
        Map<String, String> server = info(unnamed, "server");
        Connection connection = new Connection(
                lettuce,
                connections.incrementAndGet(),
                (Long) java.util.Objects.requireNonNull(id),
                server.getOrDefault("run_id", ""));
        killAbandoned(connection);
        requireOwnSlot(connection);
        onNew.run();
        current = connection;
        return server;
    }

    /** By id, and only on the same run of the server: after a restart the ids are given out anew. */
    private void killAbandoned(Connection connection) {
        for (Connection old : abandoned) {
            if (old.runId.equals(connection.runId)) {
                exchange(connection, List.of(Step.keyless("CLIENT", "KILL", "ID", Long.toString(old.clientId))), false);
            }
        }
        abandoned.clear();
    }

    private void requireOwnSlot(Connection connection) {
        Batch batch = new Batch(List.of(firstRead));
        dispatch(connection, batch);
        try {
            if (batch.await(options.commandTimeout())) {
                String error = batch.calls().get(0).errorReply();
                String other = error == null ? null : new ErrorReply(error).movedTo();
                if (other != null) {
                    throw new SlotMoved(other);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Map<String, String> info(String section) {
        return info(connection(), section);
    }

    private Map<String, String> info(Connection connection, String section) {
        Object text = exchange(connection, List.of(Step.keyless("INFO", section)), false)
                .get(0);
        Map<String, String> facts = new HashMap<>();
        String.valueOf(text).lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                facts.put(line.substring(0, colon), line.substring(colon + 1));
            }
        });
        return facts;
    }

    String address() {
        return options.address();
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS);
    }

    /** @param runId of the server it was made to: ids mean nothing to another run */
    private record Connection(
            StatefulRedisConnection<String, String> lettuce, long number, long clientId, String runId) {}

    /** A cluster says that another of its servers has the project's keys. */
    private static final class SlotMoved extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String address;

        SlotMoved(String address) {
            super(address, null, false, false);
            this.address = address;
        }

        RedisURI followedBy(RedisURI uri) {
            int colon = address.lastIndexOf(':');
            uri.setHost(address.substring(0, colon));
            uri.setPort(Integer.parseInt(address.substring(colon + 1)));
            return uri;
        }
    }
}
