package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.machine.Disk;
import poppo.bridge.redis.RedisExtension;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;

/** Other programs write to Redis with plain commands while it has authority. */
class PlainClientsTest {
    @RegisterExtension
    final RedisExtension redis = RedisExtension.any();

    @TempDir
    Path directory;

    @Test
    void whatTheyMadeInRedisIsInTheFilesAfterTheWayBack() throws Exception {
        Path own = Files.createDirectory(directory.resolve(".bridge"));
        Clock clock = Clock.systemUTC();
        RedisOptions options = redis.options();
        ShadowStateManager.Parts parts = new ShadowStateManager.Parts(
                FileStateManager.open(FileOptions.of(directory)),
                redis.manager(options),
                own,
                new AuditJournal(new Disk(), own, clock),
                StoreObserver.NONE,
                clock);
        try (ShadowStateManager state = ShadowStateManager.open(parts, Bridge.options())) {
            state.change(Rollout.of(Phase.REDIS_WRITE), "test", "");
            makeRecords(options);

            Change back = state.change(Rollout.of(Phase.FILE), "test", "");

            assertThat(back.copied()).isEqualTo(3);
            assertThat(state.read(RecordKey.process("p")).image()).isEqualTo(Json.parse("{\"pid\":5,\"host\":\"h\"}"));
            assertThat(state.read(RecordKey.processedComments(8)).image()).isEqualTo(Json.parse("[\"IC_1\"]"));
        }
        JsonNode issues = Json.parse(Files.readAllBytes(directory.resolve("issue-status.json")))
                .path("issues");
        assertThat(issues.path("8")).isEqualTo(Json.parse("{\"status\":\"completed\",\"taskType\":\"t\"}"));
    }

    private static void makeRecords(RedisOptions options) {
        RedisClient client = RedisClient.create(options.uri());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            String prefix = options.prefix();
            connection.sync().hset(prefix + "issue:8", Map.of("status", "completed", "taskType", "t"));
            connection.sync().hset(prefix + "issue:not-a-number", Map.of("status", "completed"));
            connection.sync().hset(prefix + "process:p", Map.of("pid", "5", "host", "h"));
            connection.sync().sadd(prefix + "processed_comments:8", "IC_1");
        } finally {
            client.shutdown();
        }
    }
}
