package poppo.bridge.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Every setting there is, by its name in the configuration file. The same name in upper case with {@code _} for
 * {@code .} and {@code -} is read from the environment. Those that a project may have for itself stand under
 * {@code bridge.projects.<name>.} too.
 */
enum Setting {
    HOST("bridge.host", "127.0.0.1", false, "address to listen on; another one than loopback needs tokens"),
    PORT("bridge.port", "7379", false, "port to listen on; 0 takes any free one"),
    PROJECT("bridge.project", "default", false, "name of the project in bridge.state-dir"),
    STATE_DIR("bridge.state-dir", null, true, "the state directory"),
    PHASE("bridge.phase", null, true, "phase to be in; without it, the one the directory was left in"),
    READ_PERCENT("bridge.read-percent", "100", true, "share of the records read from Redis in redis-read"),
    WRITE_PERCENT("bridge.write-percent", "100", true, "share of the records written to Redis in redis-write"),
    REDIS_URI(
            "bridge.redis.uri", null, true, "redis://, rediss:// or redis-sentinel://; without it, an embedded Redis"),
    REDIS_COMMAND_TIMEOUT("bridge.redis.command-timeout", "500ms", false, "the longest an operation waits for Redis"),
    REDIS_MAX_CALLS("bridge.redis.max-concurrent-calls", "256", false, "calls to Redis at one time"),
    HEARTBEAT_TTL("bridge.heartbeat-ttl", "30m", false, "how long a heartbeat keeps a process alive"),
    SHADOW_READ_PERCENT("bridge.shadow-read-percent", "10", false, "share of the reads compared in dual-write"),
    BREAKER_WINDOW("bridge.breaker.window", "10", false, "the breaker opens when half of so many calls failed"),
    BREAKER_FIRST_RETRY("bridge.breaker.first-retry", "500ms", false, "first pause before Redis is tried again"),
    BREAKER_LAST_RETRY("bridge.breaker.last-retry", "10s", false, "longest pause before Redis is tried again"),
    JOURNAL_FSYNC("bridge.journal.fsync", "always", false, "when the journal is made durable: always, everysec, no"),
    JOURNAL_MAX("bridge.journal.max-bytes", "268435456", false, "past this, writes in redis-write are refused"),
    JOURNAL_KEEP_FREE("bridge.journal.keep-free", "16777216", false, "bytes of the disk that the journal leaves free"),
    MIRROR_INTERVAL("bridge.mirror-interval", "200ms", false, "how often the files follow the journal"),
    PLAN_WEBHOOK("bridge.plan.webhook", null, false, "address that plans with notifications: webhook post to"),
    WORKER_TOKEN_FILE("bridge.security.tokens.worker.file", null, false, "file with the workers' token"),
    WORKER_TOKEN_ENV("bridge.security.tokens.worker.env", null, false, "environment variable with it"),
    OPERATOR_TOKEN_FILE("bridge.security.tokens.operator.file", null, false, "file with the operators' token"),
    OPERATOR_TOKEN_ENV("bridge.security.tokens.operator.env", null, false, "environment variable with it");

    private static final String PREFIX = "bridge.";

    private final String key;
    private final @Nullable String defaultValue;
    private final boolean perProject;
    private final String meaning;

    Setting(String key, @Nullable String defaultValue, boolean perProject, String meaning) {
        this.key = key;
        this.defaultValue = defaultValue;
        this.perProject = perProject;
        this.meaning = meaning;
    }

    String key() {
        return key;
    }

    @Nullable
    String defaultValue() {
        return defaultValue;
    }

    /** Whether a project may have it for itself. */
    boolean isPerProject() {
        return perProject;
    }

    String meaning() {
        return meaning;
    }

    /** The environment variable it is read from. */
    String variable() {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** Its key for one project of several. */
    String key(String project) {
        return "bridge.projects." + project + "." + key.substring(PREFIX.length());
    }
}
