package poppo.bridge.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static poppo.bridge.redis.Given.checkin;
import static poppo.bridge.redis.Given.checkout;
import static poppo.bridge.redis.Given.json;
import static poppo.bridge.redis.Given.now;
import static poppo.bridge.redis.Given.stamp;
import static poppo.bridge.redis.Given.stampAt;
import static poppo.bridge.redis.Given.text;
import static poppo.bridge.redis.Given.update;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Fences;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/** One change is one step on the server, and only if nothing has moved. */
class RedisCommitTest {
    @RegisterExtension
    final RedisExtension redis = RedisExtension.any();

    @Test
    void theLayoutIsReadableWithPlainCommands() {
        RedisStateManager manager = redis.manager();
        PlainClient plain = redis.client();
        String p = plain.prefix;

        manager.execute(checkout(123, "proc"), stamp());

        assertThat(plain.redis.hget(p + "issue:123", "status")).isEqualTo("processing");
        assertThat(plain.redis.hget(p + "issue:123", "pid")).isEqualTo("1");
        assertThat(plain.redis.hget(p + "issue:123", "metadata")).isEqualTo("{\"retryCount\":0,\"errorCount\":0}");
        assertThat(plain.redis.smembers(p + "processing_issues")).containsExactly("123");
        assertThat(plain.redis.get(p + "heartbeat:proc")).isEqualTo("alive");
        assertThat(plain.redis.ttl(p + "heartbeat:proc")).isBetween(1700L, 1800L);

        manager.execute(checkin(123, "proc"), stamp());

        assertThat(plain.redis.hget(p + "issue:123", "status")).isEqualTo("completed");
        assertThat(plain.redis.hexists(p + "issue:123", "pid")).isFalse();
        assertThat(plain.redis.smembers(p + "processing_issues")).isEmpty();
        assertThat(plain.redis.zcard(p + "bridge:deadlines")).isZero();
        assertThat(plain.redis.exists(p + "bridge:held:proc")).isZero();
    }

    @Test
    void aRecordOfAPlainClientIsReadByTheNamesOfItsFields() {
        PlainClient plain = redis.client();
        RedisStateManager manager = redis.manager();
        plain.redis.hset(
                plain.prefix + "issue:7",
                Map.of(
                        "status",
                        "processing",
                        "processId",
                        "x",
                        "pid",
                        "1",
                        "metadata",
                        "{\"a\":[1e3]}",
                        "taskId",
                        "007"));

        Versioned read = manager.read(RecordKey.issue(7));

        assertThat(read.image())
                .isEqualTo(
                        json("{'status':'processing','processId':'x','pid':1,'metadata':{'a':[1e3]},'taskId':'007'}"));
        assertThat(manager.execute(checkin(7, "x"), stamp()).isDone()).isTrue();
        assertThat(manager.page(StateCollection.ISSUES, null, 10)).hasSize(1);
    }

    @Test
    void aPlainClientsHeartbeatCounts() {
        PlainClient plain = redis.client();
        RedisStateManager manager = redis.manager();
        plain.redis.hset(plain.prefix + "issue:7", Map.of("status", "processing", "processId", "x"));
        plain.redis.sadd(plain.prefix + "processing_issues", "7");

        assertThat(manager.orphans(now())).extracting("issue").containsExactly(7L);
        plain.redis.setex(plain.prefix + "heartbeat:x", 1800, "alive");

        assertThat(manager.orphans(now())).isEmpty();
        assertThat(manager.execute(checkout(7, "y"), stamp()).isDone()).isFalse();
        assertThat(manager.heldBy("x")).as("adopted by the search for orphans").containsExactly(7L);
    }

    @Test
    void aHeartbeatDeletedByHandMakesAnOrphan() {
        PlainClient plain = redis.client();
        RedisStateManager manager = redis.manager();
        manager.execute(checkout(7, "x"), stamp());
        assertThat(manager.orphans(now())).isEmpty();

        plain.redis.del(plain.prefix + "heartbeat:x");

        assertThat(manager.orphans(now())).extracting("issue").containsExactly(7L);
        assertThat(manager.execute(checkout(7, "y"), stamp()).isDone()).isTrue();
    }

    @Test
    void singleFieldsThatAPlainClientChangesAreSeen() {
        PlainClient plain = redis.client();
        RedisStateManager manager = redis.manager();
        manager.execute(update(7, "{'status':'x','pid':null,'a':1,'b':true,'c':'gone'}"), stamp());
        String before = manager.read(RecordKey.issue(7)).version();

        plain.redis.hset(plain.prefix + "issue:7", Map.of("pid", "12", "a", "2", "b", "maybe", "new", "1"));
        plain.redis.hdel(plain.prefix + "issue:7", "c", "lastUpdated");

        Versioned after = manager.read(RecordKey.issue(7));
        assertThat(after.image()).isEqualTo(json("{'status':'x','pid':12,'a':2,'b':'maybe','new':'1'}"));
        assertThat(after.version()).isNotEqualTo(before);
        Replacement stale = new Replacement(after.key(), json("{'status':'y'}"), before, null, 0);
        assertThat(manager.replaceAll(List.of(stale))).containsExactly(false);
    }

    @Test
    void aRecordThatAPlainClientDeletesIsGone() {
        PlainClient plain = redis.client();
        RedisStateManager manager = redis.manager();
        manager.execute(update(7, "{'status':'x'}"), stamp());

        plain.redis.del(plain.prefix + "issue:7");

        assertThat(manager.read(RecordKey.issue(7)).image()).isNull();
        assertThat(manager.page(StateCollection.ISSUES, null, 10)).isEmpty();
        assertThat(manager.execute(checkin(7, "x"), stamp()).isDone()).isFalse();
    }

    @Test
    void aChangeBetweenReadAndCommitIsMetAndDecidedAnew() {
        RedisStateManager manager = redis.manager();
        RedisStateManager other = redis.manager();
        AtomicInteger commits = new AtomicInteger();
        manager.onCommit(() -> {
            if (commits.incrementAndGet() == 1) {
                other.execute(checkout(7, "faster"), stamp());
            }
        });

        Execution execution = manager.execute(checkout(7, "slower"), stamp());

        assertThat(execution.isDone()).isFalse();
        assertThat(other.heldBy("faster")).containsExactly(7L);
    }

    @Test
    void whateverFieldAPlainClientChangesMeanwhileTheAnswerIsTrue() {
        PlainClient plain = redis.client();
        RedisStateManager manager = redis.manager();
        manager.execute(checkout(7, "x"), stamp());
        AtomicInteger commits = new AtomicInteger();
        manager.onCommit(() -> {
            if (commits.incrementAndGet() == 1) {
                plain.redis.hset(plain.prefix + "issue:7", "note", "from outside");
            }
        });

        Execution execution = manager.execute(checkin(7, "x"), stamp());

        assertThat(commits).hasValue(2);
        assertThat(text(execution.after())).contains("'note':'from outside'");
        assertThat(manager.read(RecordKey.issue(7)).image()).isEqualTo(execution.after());
    }

    @Test
    void aHolderHeardOfBetweenReadAndCommitIsNotTakenForDead() {
        RedisStateManager manager = redis.manager();
        RedisStateManager other = redis.manager();
        manager.execute(checkout(7, "x"), stampAt(now().minus(Duration.ofHours(1))));
        AtomicInteger commits = new AtomicInteger();
        manager.onCommit(() -> {
            if (commits.incrementAndGet() == 1) {
                other.execute(new Operation.RenewProcess("x"), stamp());
            }
        });

        Execution execution = manager.execute(new Operation.ReleaseOrphan(7), stamp());

        assertThat(((Decision.Refused) execution.decision()).code()).isEqualTo(Decision.Code.HOLDER_ALIVE);
    }

    @Test
    void whatAnotherManagerDidIsNotHiddenByTheCache() {
        RedisStateManager manager = redis.manager();
        RedisStateManager other = redis.manager();
        manager.execute(new Operation.AddProcessedIssue(5), stamp());
        manager.execute(checkout(7, "x"), stamp());
        other.execute(new Operation.RemoveProcessedIssue(5), stamp());
        other.execute(checkin(7, "x"), stamp());

        assertThat(manager.execute(new Operation.AddProcessedIssue(5), stamp()).decision())
                .isInstanceOf(Decision.Changed.class);
        assertThat(manager.execute(checkout(7, "y"), stamp()).isDone()).isTrue();
    }

    @Test
    void aUsualWriteIsOneRoundTripAndNothingLooksThroughTheKeyspace() {
        RedisStateManager manager = redis.manager();
        PlainClient plain = redis.client();
        manager.execute(checkout(7, "x"), stamp());
        plain.redis.configResetstat();

        manager.execute(new Operation.Heartbeat(7, "x"), stamp());
        manager.execute(new Operation.RenewProcess("x"), stamp());
        manager.execute(new Operation.RenewProcess("x"), stamp());
        manager.execute(checkin(7, "x"), stamp());
        manager.execute(checkout(7, "x"), stamp());

        Map<String, Long> calls = plain.calls();
        assertThat(calls).containsEntry("evalsha", 5L).doesNotContainKeys("keys", "scan", "script|load");
        assertThat(calls.getOrDefault("hgetall", 0L))
                .as("the process was read once")
                .isLessThanOrEqualTo(1L);
    }

    @Test
    void noCallEverLooksThroughTheKeyspace() {
        RedisStateManager manager = redis.manager();
        PlainClient plain = redis.client();
        plain.redis.configResetstat();
        manager.execute(checkout(7, "x"), stamp());
        manager.execute(
                new Operation.RegisterProcess("x", (com.fasterxml.jackson.databind.node.ObjectNode) json("{}")),
                stamp());
        for (StateCollection collection : StateCollection.values()) {
            manager.page(collection, null, 10);
        }
        manager.heartbeat("x", stamp());
        manager.orphans(now());
        manager.processing();
        manager.lastSeen("x", now());
        manager.facts();

        assertThat(plain.calls()).doesNotContainKeys("keys", "scan");
    }

    @Test
    void theScriptIsLoadedAgainWhenTheServerForgotIt() {
        RedisStateManager manager = redis.manager();
        manager.execute(checkout(7, "x"), stamp());
        redis.client().redis.scriptFlush();

        assertThat(manager.execute(checkin(7, "x"), stamp()).isDone()).isTrue();
        redis.client().redis.scriptFlush();
        Versioned seven = manager.read(RecordKey.issue(7));
        assertThat(manager.replaceAll(List.of(new Replacement(seven.key(), null, seven.version(), null, 0))))
                .containsExactly(true);
        redis.client().redis.scriptFlush();
        Fences.fence(manager, 2);
    }

    @Test
    void everyChangeOfStatusIsPublished() throws InterruptedException {
        RedisStateManager manager = redis.manager();
        PlainClient plain = redis.client();
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        StatefulRedisPubSubConnection<String, String> subscription = plain.client.connectPubSub();
        subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                events.add(message);
            }
        });
        subscription.sync().subscribe(plain.prefix + "issue:status:changed");

        manager.execute(checkout(7, "x"), stamp());
        manager.execute(new Operation.Heartbeat(7, "x"), stamp());
        manager.execute(checkin(7, "x"), stamp());
        manager.execute(new Operation.ResetIssue(7), stamp());

        assertThat(events.poll(20, TimeUnit.SECONDS))
                .startsWith(
                        "{\"issue\":7,\"status\":\"processing\",\"oldStatus\":null,\"processId\":\"x\",\"timestamp\":\"");
        assertThat(events.poll(20, TimeUnit.SECONDS)).startsWith("{\"issue\":7,\"status\":\"completed\"");
        assertThat(events.poll(20, TimeUnit.SECONDS))
                .startsWith("{\"issue\":7,\"status\":null,\"oldStatus\":\"completed\"");
        assertThat(events).isEmpty();
        subscription.close();
    }

    @Test
    void setsOfAPlainClientAreReadAndTurnedIntoSortedOnes() {
        RedisStateManager manager = redis.manager();
        PlainClient plain = redis.client();
        String p = plain.prefix;
        plain.redis.sadd(p + "processed_issues", "100", "9", "11");
        plain.redis.sadd(p + "processed_comments:7", "b", "a");

        assertThat(manager.page(StateCollection.PROCESSED_ISSUES, null, 10))
                .extracting(read -> read.key().number())
                .containsExactly(9L, 11L, 100L);
        assertThat(manager.page(StateCollection.PROCESSED_ISSUES, "9", 1))
                .extracting(read -> read.key().number())
                .containsExactly(11L);
        assertThat(manager.read(RecordKey.processedIssue(11)).image()).isEqualTo(json("11"));
        assertThat(manager.read(RecordKey.processedIssue(12)).image()).isNull();
        assertThat(manager.read(RecordKey.processedComments(7)).image()).isEqualTo(json("['a','b']"));

        manager.execute(new Operation.AddProcessedIssue(10), stamp());
        manager.execute(new Operation.AddProcessedComment(7, "c"), stamp());

        assertThat(plain.redis.zrange(p + "processed_issues", 0, -1)).containsExactly("9", "11", "100", "10");
        assertThat(plain.redis.zrange(p + "processed_comments:7", 0, -1)).containsExactly("a", "b", "c");
    }

    @Test
    void appendingToPendingTasksSendsTheNewTaskOnly() {
        RedisStateManager manager = redis.manager();
        PlainClient plain = redis.client();
        manager.execute(new Operation.AppendPendingTask(json("{'n':1}")), stamp());
        plain.redis.rpush(plain.prefix + "pending_tasks", "{\"n\":2}");
        plain.redis.configResetstat();

        manager.execute(new Operation.AppendPendingTask(json("{'n':3}")), stamp());

        assertThat(plain.redis.lrange(plain.prefix + "pending_tasks", 0, -1))
                .containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
        assertThat(plain.calls()).doesNotContainKey("del").containsEntry("rpush", 1L);
    }

    @Test
    void aKeyOfTheWrongTypeIsNamedAndNothingIsWritten() {
        RedisStateManager manager = redis.manager();
        PlainClient plain = redis.client();
        String p = plain.prefix;
        manager.execute(update(8, "{'status':'x'}"), stamp());
        plain.redis.set(p + "issue:7", "oops");
        plain.redis.set(p + "processing_issues", "oops");
        long revision = manager.probe().revision();

        assertThatThrownBy(() -> manager.read(RecordKey.issue(7)))
                .isInstanceOf(BridgeException.Corrupt.class)
                .hasMessageContaining(p + "issue:7");
        assertThatThrownBy(() -> manager.execute(checkout(8, "x"), stamp()))
                .isInstanceOf(BridgeException.Corrupt.class)
                .hasMessageContaining(p + "processing_issues");
        assertThat(plain.redis.hget(p + "issue:8", "status")).isEqualTo("x");
        assertThat(plain.redis.exists(p + "heartbeat:x")).isZero();
        assertThat(manager.probe().revision()).isEqualTo(revision);
    }

    @Test
    void textThatIsNoJsonIsNamed() {
        RedisStateManager manager = redis.manager();
        PlainClient plain = redis.client();
        plain.redis.set(plain.prefix + "last_run", "{broken");

        assertThatThrownBy(() -> manager.read(RecordKey.LAST_RUN))
                .isInstanceOf(BridgeException.Corrupt.class)
                .hasMessageContaining("last_run");
    }

    @Test
    void aMissingShapeIsNamed() {
        RedisStateManager manager = redis.manager();
        PlainClient plain = redis.client();
        manager.execute(update(7, "{'status':'x'}"), stamp());
        plain.redis.del(plain.prefix + "bridge:shapes");

        assertThatThrownBy(() -> redis.manager().read(RecordKey.issue(7)))
                .isInstanceOf(BridgeException.Corrupt.class)
                .hasMessageContaining("bridge:shapes");
    }

    @Test
    void theEpochIsCheckedByEveryReadAndWrite() {
        RedisStateManager old = redis.manager();
        old.execute(checkout(7, "x"), stamp());
        RedisStateManager next = redis.manager(redis.options());
        Fences.fence(next, 2);

        assertThatThrownBy(() -> old.execute(checkin(7, "x"), stamp())).isInstanceOf(BridgeException.Fenced.class);
        assertThatThrownBy(() -> old.read(RecordKey.issue(7))).isInstanceOf(BridgeException.Fenced.class);
        assertThatThrownBy(() -> Fences.fence(old, 1)).isInstanceOf(BridgeException.Fenced.class);
        assertThat(next.read(RecordKey.issue(7)).image()).isNotNull();
        assertThat(old.probe().epoch()).isEqualTo(2);
    }

    @Test
    void anEmptiedServerIsNotBelieved() {
        RedisStateManager manager = redis.manager();
        PlainClient plain = redis.client();
        manager.execute(checkout(7, "x"), stamp());
        plain.redis.del(plain.prefix + "bridge:authority", plain.prefix + "issue:7");

        assertThatThrownBy(() -> manager.execute(checkin(7, "x"), stamp())).isInstanceOf(BridgeException.Fenced.class);
        assertThatThrownBy(() -> manager.execute(checkin(8, "x"), stamp())).isInstanceOf(BridgeException.Fenced.class);
        assertThatThrownBy(() -> manager.read(RecordKey.issue(7))).isInstanceOf(BridgeException.Fenced.class);
        assertThatThrownBy(() -> manager.orphans(now())).isInstanceOf(BridgeException.Fenced.class);
        assertThatThrownBy(() -> manager.lastSeen("x", now())).isInstanceOf(BridgeException.Fenced.class);
        for (StateCollection collection : StateCollection.values()) {
            assertThatThrownBy(() -> manager.page(collection, null, 1)).isInstanceOf(BridgeException.Fenced.class);
            assertThatThrownBy(() -> manager.count(collection)).isInstanceOf(BridgeException.Fenced.class);
        }
        assertThat(manager.probe().epoch()).isNull();
    }

    @Test
    void nothingIsWrittenBeforeAFence() {
        RedisStateManager manager = redis.manager(redis.options());

        assertThatThrownBy(() -> manager.execute(checkout(7, "x"), stamp())).isInstanceOf(BridgeException.Fenced.class);
        assertThat(redis.client().redis.exists(redis.options().prefix() + "issue:7"))
                .isZero();
    }

    @Test
    void aProjectNamedDefaultHasNoPrefix() {
        assertThat(RedisOptions.of("redis://localhost", "default").prefix()).isEmpty();
        assertThat(RedisOptions.of("redis://localhost", "a").prefix()).isEqualTo("{a}:");
        assertThat(RedisOptions.of("redis://user:secret@localhost:1/3", "a").toString())
                .doesNotContain("secret");
        assertThatThrownBy(() -> RedisOptions.of("http://localhost", "a"))
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessageStartingWith("uri: must look like redis://");
    }

    @Test
    void thousandsOfMembersFitIntoOneChange() {
        RedisStateManager manager = redis.manager();
        com.fasterxml.jackson.databind.node.ArrayNode many = poppo.bridge.state.Json.array();
        com.fasterxml.jackson.databind.node.ObjectNode wide = poppo.bridge.state.Json.object();
        for (int i = 0; i < 12_000; i++) {
            many.add("IC_" + i);
            wide.put("field" + i, "v" + i);
        }
        RecordKey comments = RecordKey.processedComments(7);
        RecordKey issue = RecordKey.issue(7);

        assertThat(manager.replaceAll(List.of(
                        new Replacement(comments, many, "", null, 0),
                        new Replacement(issue, wide, "", null, 0),
                        new Replacement(RecordKey.PENDING_TASKS, many, "", null, 0))))
                .containsExactly(true, true, true);
        manager.execute(new Operation.AddProcessedComment(7, "one more"), stamp());
        manager.execute(update(7, "{'status':'x'}"), stamp());

        assertThat(manager.read(comments).image()).hasSize(12_001);
        assertThat(manager.read(RecordKey.PENDING_TASKS).image()).isEqualTo(many);
        assertThat(manager.read(issue).image()).hasSize(12_002);
    }

    @Test
    void theFactsAreThere() {
        var facts = redis.manager().facts();

        assertThat(facts.version()).matches("\\d+\\..*");
        assertThat(facts.role()).isEqualTo("master");
        assertThat(facts.pingMicros()).isPositive();
        assertThat(redis.manager().probe().runId()).isEqualTo(facts.runId()).hasSize(40);
    }
}
