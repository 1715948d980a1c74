package poppo.bridge.bench;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Instant;
import poppo.bridge.machine.Resource;

/** What the operations come to in Redis, in one hand-written script, {@code like.lua}. Thread-safe. */
final class Like {
    private final RedisCommands<String, String> redis;
    private final String sha;

    /** Loads the script, and makes the epoch that it asks for. */
    Like(RedisCommands<String, String> redis) {
        this.redis = redis;
        this.sha = redis.scriptLoad(Resource.text(Like.class, "like.lua"));
        redis.hset("authority", "epoch", "1");
    }

    String sha() {
        return sha;
    }

    /** One {@code EVALSHA}. */
    void call(String operation, long issue, String process) {
        Instant now = Instant.now();
        String[] keys = {
            "authority",
            "issue:" + issue,
            "revisions:" + issue / 64,
            "processing_issues",
            "deadlines",
            "heartbeat:" + process,
            "heartbeats",
            "held:" + process
        };
        redis.evalsha(
                sha,
                ScriptOutputType.MULTI,
                keys,
                operation,
                Long.toString(issue),
                process,
                now.toString(),
                Long.toString(now.toEpochMilli()));
    }
}
