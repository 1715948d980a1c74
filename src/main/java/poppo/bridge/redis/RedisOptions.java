package poppo.bridge.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.regex.Pattern;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.StateManager;

/**
 * Where the Redis of one project is, and how long it is waited for.
 *
 * @param uri {@code redis://}, {@code rediss://} or {@code redis-sentinel://}; may hold a password, which no message shows
 * @param project names the keys: none before those of {@code default}, <code>{name}:</code> before those of any other
 * @param commandTimeout an operation waits for one answer of the server at most so long
 * @param connectTimeout for the connection and its handshake together
 * @param heartbeatTtl how long a sign of life counts
 * @param requestQueueSize commands under way at most; a further one fails at once
 * @param cacheSize records remembered, so that a write to one of them is a single round trip
 */
public record RedisOptions(
        String uri,
        String project,
        Duration commandTimeout,
        Duration connectTimeout,
        Duration heartbeatTtl,
        int requestQueueSize,
        int cacheSize) {
    private static final Pattern PROJECT = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final String DEFAULT_PROJECT = "default";

    public RedisOptions {
        parse(uri);
        require(PROJECT.matcher(project).matches(), "project", "must be 1 to 64 of A-Z a-z 0-9 . _ -");
        requirePositive("commandTimeout", commandTimeout);
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("heartbeatTtl", heartbeatTtl);
        require(requestQueueSize >= 64, "requestQueueSize", "must be at least 64");
        require(cacheSize >= 0, "cacheSize", "must not be negative");
    }

    /** With the defaults: 500 ms for a command, 2 s for a connection, 8192 commands, 10 000 records. */
    public static RedisOptions of(String uri, String project) {
        return new RedisOptions(
                uri, project, Duration.ofMillis(500), Duration.ofSeconds(2), StateManager.HEARTBEAT_TTL, 8192, 10_000);
    }

    public RedisOptions withCommandTimeout(Duration timeout) {
        return new RedisOptions(uri, project, timeout, connectTimeout, heartbeatTtl, requestQueueSize, cacheSize);
    }

    public RedisOptions withConnectTimeout(Duration timeout) {
        return new RedisOptions(uri, project, commandTimeout, timeout, heartbeatTtl, requestQueueSize, cacheSize);
    }

    public RedisOptions withHeartbeatTtl(Duration ttl) {
        return new RedisOptions(uri, project, commandTimeout, connectTimeout, ttl, requestQueueSize, cacheSize);
    }

    public RedisOptions withRequestQueueSize(int commands) {
        return new RedisOptions(uri, project, commandTimeout, connectTimeout, heartbeatTtl, commands, cacheSize);
    }

    public RedisOptions withCacheSize(int records) {
        return new RedisOptions(uri, project, commandTimeout, connectTimeout, heartbeatTtl, requestQueueSize, records);
    }

    /** The {@code P} of spec/redis-layout.md. */
    public String prefix() {
        return project.equals(DEFAULT_PROJECT) ? "" : "{" + project + "}:";
    }

    RedisURI redisUri() {
        RedisURI parsed = parse(uri);
        parsed.setTimeout(connectTimeout);
        parsed.setClientName("poppo-bridge");
        return parsed;
    }

    private static RedisURI parse(String uri) {
        try {
            return RedisURI.create(uri);
        } catch (IllegalArgumentException e) {
            throw new BridgeException.Invalid(
                    "uri",
                    "must look like redis://host:6379, rediss://host:6379 or redis-sentinel://host:26379/0#name");
        }
    }

    private static void requirePositive(String field, Duration value) {
        require(!value.isNegative() && !value.isZero(), field, "must be more than nothing");
    }

    private static void require(boolean holds, String field, String rule) {
        if (!holds) {
            throw new BridgeException.Invalid(field, rule);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "RedisOptions[" + address() + ", project " + project + "]";
    }

    /** The server as messages name it: no password. */
    String address() {
        RedisURI parsed = parse(uri);
        return parsed.getSentinels().isEmpty()
                ? parsed.getHost() + ":" + parsed.getPort()
                : "sentinel master " + parsed.getSentinelMasterId();
    }
}
