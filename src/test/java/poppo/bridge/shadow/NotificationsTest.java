package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.machine.Disk;
import poppo.bridge.redis.RedisExtension;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Stamp;

/** What another program hears from Redis with a plain subscription, of each operation in each phase. */
class NotificationsTest {
    private static final Stamp.Source STAMPS = new Stamp.Source(Clock.systemUTC());

    @RegisterExtension
    final RedisExtension redis = RedisExtension.any();

    @TempDir
    Path directory;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private RedisClient plain;
    private StatefulRedisConnection<String, String> publisher;
    private String prefix;
    private ShadowStateManager state;

    @BeforeEach
    void listen() throws IOException {
        prefix = redis.options().prefix();
        plain = RedisClient.create(redis.uri());
        publisher = plain.connect();
        StatefulRedisPubSubConnection<String, String> subscription = plain.connectPubSub();
        subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String pattern, String channel, String message) {
                heard.add(channel.substring(prefix.length()) + " " + message);
            }
        });
        // All channels of the project, so that nothing is said anywhere else.
        subscription.sync().psubscribe(prefix + "*");
        Path own = Files.createDirectory(directory.resolve(".bridge"));
        state = ShadowStateManager.open(
                new ShadowStateManager.Parts(
                        FileStateManager.open(FileOptions.of(directory)),
                        redis.manager(redis.options()),
                        own,
                        new AuditJournal(new Disk(), own, Clock.systemUTC()),
                        StoreObserver.NONE,
                        Clock.systemUTC()),
                Bridge.options());
    }

    @AfterEach
    void close() {
        state.close();
        plain.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }

    /** What came until now: a server tells a subscriber in the order in which things happen. */
    private List<String> heard() throws InterruptedException {
        publisher.sync().publish(prefix + "until", "now");
        List<String> all = new ArrayList<>();
        for (String next = next(); !next.equals("until now"); next = next()) {
            all.add(next);
        }
        return all;
    }

    private String next() throws InterruptedException {
        return Objects.requireNonNull(heard.poll(20, TimeUnit.SECONDS), "nothing came in 20 s");
    }

    private void assertSays(Operation operation, Stamp stamp, String... expected) throws InterruptedException {
        assertThat(state.execute(operation, stamp).isDone()).as("%s", operation).isTrue();
        assertThat(heard()).as("%s", operation).containsExactly(expected);
    }

    private void assertSays(Operation operation, String from, String to) throws InterruptedException {
        Stamp stamp = STAMPS.next();
        assertSays(operation, stamp, changed(stamp.time(), from, to));
    }

    private void assertSaysNothing(Operation operation) throws InterruptedException {
        assertSays(operation, STAMPS.next());
    }

    private static String changed(String time, String from, String to) {
        return changed(time, from, to, to.equals("processing") ? "x" : "none");
    }

    private static String changed(String time, String from, String to, String holder) {
        return "issue:status:changed {\"issue\":7,\"status\":" + quoted(to) + ",\"oldStatus\":" + quoted(from)
                + ",\"processId\":" + quoted(holder) + ",\"timestamp\":\"" + time + "\"}";
    }

    private static String quoted(String text) {
        return text.equals("none") ? "null" : "\"" + text + "\"";
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) Json.parse(text.replace('\'', '"'));
    }

    private static Operation checkout(String process) {
        return new Operation.Checkout(7, process, 1L, "t", null);
    }

    @ParameterizedTest
    @CsvSource({"DUAL_WRITE, 100", "REDIS_READ, 100", "REDIS_WRITE, 0", "REDIS_WRITE, 100", "REDIS_ONLY, 100"})
    void eachChangeOfStatusIsToldOnceAndNothingElseIs(Phase phase, int writePercent) throws Exception {
        state.change(new Rollout(phase, 100, writePercent), "test", "");

        assertSays(checkout("x"), "none", "processing");
        assertThat(state.execute(checkout("y"), STAMPS.next()).isDone()).isFalse();
        assertSaysNothing(new Operation.Heartbeat(7, "x"));
        assertSaysNothing(new Operation.UpdateStatus(7, json("{'status':'processing','note':'n'}")));
        assertSays(new Operation.UpdateStatus(7, json("{'status':'error'}")), "processing", "error");
        assertSays(checkout("x"), "error", "processing");
        assertSays(new Operation.Checkin(7, "x", "completed", null), "processing", "completed");
        assertSays(new Operation.ResetIssue(7), "completed", "none");
        Stamp longAgo =
                new Stamp(Instant.now().minus(Duration.ofDays(2)), STAMPS.next().order(), "n");
        assertSays(checkout("gone"), longAgo, changed(longAgo.time(), "none", "processing", "gone"));
        assertSays(new Operation.ReleaseOrphan(7), "processing", "pending");

        assertSaysNothing(new Operation.RegisterProcess("x", json("{'pid':1}")));
        assertSaysNothing(new Operation.RenewProcess("x"));
        assertSaysNothing(new Operation.AddProcessedIssue(7));
        assertSaysNothing(new Operation.RemoveProcessedIssue(7));
        assertSaysNothing(new Operation.AddProcessedComment(7, "c"));
        assertSaysNothing(new Operation.PutRunningTask("r", json("{'issue':7}")));
        assertSaysNothing(new Operation.RemoveRunningTask("r", null));
        assertSaysNothing(new Operation.SetPendingTasks((ArrayNode) Json.parse("[{\"n\":1}]")));
        assertSaysNothing(new Operation.AppendPendingTask(json("{'n':2}")));
        assertSaysNothing(new Operation.SetLastRun(json("{'status':'completed'}")));
    }

    @Test
    void theFilesAloneAreSilentAndWhatIsCopiedFromThemIsToldWithItsOwnTime() throws Exception {
        Stamp stamp = STAMPS.next();
        assertSays(checkout("x"), stamp);
        state.change(Rollout.of(Phase.DUAL_WRITE), "test", "");
        assertThat(heard()).containsExactly(changed(stamp.time(), "none", "processing"));
        state.change(Rollout.of(Phase.REDIS_ONLY), "test", "");
        state.change(Rollout.of(Phase.FILE), "test", "");
        assertThat(heard()).isEmpty();
    }
}
