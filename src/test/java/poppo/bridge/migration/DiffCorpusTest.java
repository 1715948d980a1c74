package poppo.bridge.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.shadow.Pair;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;

/**
 * Divergences planted with plain Redis commands and in the files themselves: each is found with its kind, pointer, side and
 * cause, and nothing else is. The time-out only ends a run that hangs.
 */
@Timeout(180)
class DiffCorpusTest {
    private static final int AT_LEAST = 60;
    private static final Set<String> FOUND = new TreeSet<>();

    @TempDir
    Path root;

    private Rig rig;
    private RedisCommands<String, String> redis;
    private final Set<String> expected = new TreeSet<>();

    @BeforeEach
    void fill() {
        rig = new Rig(root);
        redis = rig.redis;
        rig.write("issue-status.json", issues());
        rig.write("processed-issues.json", "[1, 2, 3, 4, 5]");
        rig.write("processed-comments.json", comments());
        rig.write("running-tasks.json", tasks());
        rig.write("pending-tasks.json", "[{\"title\": \"a\"}, {\"title\": \"b\"}]");
        rig.write("last-run.json", "{\"timestamp\": \"2025-06-24T00:00:00.000Z\", \"ok\": true}");
        for (int i = 1; i <= 6; i++) {
            rig.run(new Operation.RegisterProcess(
                    "p" + i, Json.object().put("host", "h" + i).put("pid", i)));
        }
    }

    private static String issues() {
        return IntStream.rangeClosed(1, 20)
                .mapToObj(n -> "\"" + n + "\": {\"status\": \"completed\", \"pid\": 7, \"taskType\": \"t\","
                        + " \"metadata\": {\"retryCount\": 0}}")
                .collect(Collectors.joining(", ", "{\"issues\": {", "}, \"lastSync\": null}"));
    }

    private static String comments() {
        return IntStream.rangeClosed(1, 10)
                .mapToObj(n -> "\"" + n + "\": [\"a" + n + "\", \"b" + n + "\"]")
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String tasks() {
        return IntStream.rangeClosed(1, 10)
                .mapToObj(n -> "\"t" + n + "\": {\"x\": " + n + ", \"startTime\": \"2025-06-24T00:00:00.000Z\"}")
                .collect(Collectors.joining(", ", "{", "}"));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @AfterAll
    static void theCorpusIsAsLargeAsPromised() {
        assertThat(FOUND).as("planted and found").hasSizeGreaterThanOrEqualTo(AT_LEAST);
    }

    private void expect(String record, String pointer, String kind, String moved, String cause) {
        expected.add(String.join(" | ", record, pointer, kind, moved, cause));
    }

    private static Set<String> told(DiffReport report) {
        return report.differences().stream()
                .map(found -> String.join(
                        " | ",
                        found.difference().key().toString(),
                        found.difference().pointer(),
                        found.difference().kind().label(),
                        found.cause().moved().label(),
                        found.cause().name()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Found just what was planted; and a repair by the authority leaves nothing. */
    private void assertFoundAndRepaired() {
        DiffReport report = rig.diff(Repair.NONE);
        assertThat(told(report)).isEqualTo(expected);
        assertThat(report.verdict()).isEqualTo("inconsistent");
        boolean scratch = rig.state.standing().phase().usesRedis();
        assertThat(report.planted()).isEqualTo(scratch ? new Planted.Tally(29, 29, 0) : new Planted.Tally(28, 28, 0));
        FOUND.addAll(expected);
        expected.clear();
        rig.diff(Repair.AUTHORITY);
        assertThat(told(rig.diff(Repair.NONE))).isEmpty();
    }

    private static final String BESIDE = "changed-beside-the-bridge";

    @Test
    void whatOtherProgramsDoToHashesInRedis() {
        rig.at(Phase.DUAL_WRITE);
        redis.hset("issue:1", "status", "hacked");
        expect("issues/1", "/status", "different", "redis", BESIDE);
        redis.hset("issue:2", "extra", "1");
        expect("issues/2", "/extra", "missing-in-file", "redis", BESIDE);
        redis.hdel("issue:3", "taskType");
        expect("issues/3", "/taskType", "missing-in-redis", "redis", BESIDE);
        redis.hset("issue:4", "metadata", "{\"retryCount\":9}");
        expect("issues/4", "/metadata/retryCount", "different", "redis", BESIDE);
        redis.hset("issue:5", "pid", "999");
        expect("issues/5", "/pid", "different", "redis", BESIDE);
        redis.del("issue:6");
        expect("issues/6", "", "missing-in-redis", "redis", "removed-in-redis");
        redis.del("issue:7");
        redis.hdel("bridge:issues:0", "7");
        expect("issues/7", "", "missing-in-redis", "redis", "lost-by-redis");
        redis.hset("issue:905", "status", "completed");
        expect("issues/905", "", "missing-in-file", "unknown", "only-in-redis");

        redis.hset("process:p1", "host", "elsewhere");
        expect("processes/p1", "/host", "different", "redis", BESIDE);
        redis.hset("process:p2", "extra", "x");
        expect("processes/p2", "/extra", "missing-in-file", "redis", BESIDE);
        redis.hdel("process:p3", "host");
        expect("processes/p3", "/host", "missing-in-redis", "redis", BESIDE);
        redis.del("process:p4");
        expect("processes/p4", "", "missing-in-redis", "redis", "removed-in-redis");
        redis.del("process:p5");
        redis.hdel("bridge:meta:processes", "p5");
        expect("processes/p5", "", "missing-in-redis", "redis", "lost-by-redis");
        redis.hset("process:new", "host", "x");
        expect("processes/new", "", "missing-in-file", "unknown", "only-in-redis");

        assertFoundAndRepaired();
    }

    @Test
    void whatOtherProgramsDoToSetsAndTasksInRedis() {
        rig.at(Phase.DUAL_WRITE);
        redis.zrem("processed_issues", "1");
        expect("processed-issues/1", "", "missing-in-redis", "redis", "lost-by-redis");
        redis.zadd("processed_issues", 99, "777");
        expect("processed-issues/777", "", "missing-in-file", "unknown", "only-in-redis");

        redis.zadd("processed_comments:1", 5, "c1");
        expect("processed-comments/1", "/2", "missing-in-file", "redis", BESIDE);
        redis.zrem("processed_comments:2", "b2");
        expect("processed-comments/2", "/1", "missing-in-redis", "redis", BESIDE);
        redis.zadd("processed_comments:3", 9, "a3");
        expect("processed-comments/3", "/0", "different", "redis", BESIDE);
        expect("processed-comments/3", "/1", "different", "redis", BESIDE);
        redis.del("processed_comments:4");
        expect("processed-comments/4", "", "missing-in-redis", "redis", "removed-in-redis");
        redis.del("processed_comments:5");
        redis.hdel("bridge:processed-comments:0", "5");
        expect("processed-comments/5", "", "missing-in-redis", "redis", "lost-by-redis");
        redis.zadd("processed_comments:50", 0, "n");
        expect("processed-comments/50", "", "missing-in-file", "unknown", "only-in-redis");

        String start = ",\"startTime\":\"2025-06-24T00:00:00.000Z\"}";
        redis.hset("running_tasks", "t1", "{\"x\":99" + start);
        expect("running-tasks/t1", "/x", "different", "redis", BESIDE);
        redis.hset("running_tasks", "t2", "{\"x\":2,\"y\":1" + start);
        expect("running-tasks/t2", "/y", "missing-in-file", "redis", BESIDE);
        redis.hset("running_tasks", "t3", "{\"x\":3}");
        expect("running-tasks/t3", "/startTime", "missing-in-redis", "redis", BESIDE);
        redis.hdel("running_tasks", "t4");
        expect("running-tasks/t4", "", "missing-in-redis", "redis", "removed-in-redis");
        redis.hdel("running_tasks", "t5");
        redis.hdel("bridge:meta:running-tasks", "t5");
        expect("running-tasks/t5", "", "missing-in-redis", "redis", "lost-by-redis");
        redis.hset("running_tasks", "new", "{\"x\":1}");
        expect("running-tasks/new", "", "missing-in-file", "unknown", "only-in-redis");

        assertFoundAndRepaired();
    }

    /** Not a difference of any record, so it is no divergence of the corpus. */
    @Test
    void anotherOrderInRedisIsCountedAndSaidSo() {
        rig.at(Phase.DUAL_WRITE);
        assertThat(misplaced(rig.diff(Repair.NONE))).isZero();

        redis.zadd("processed_issues", 99, "2");
        DiffReport moved = rig.diff(Repair.NONE);

        assertThat(misplaced(moved)).isEqualTo(1);
        assertThat(moved.verdict()).isEqualTo("consistent");
    }

    @Test
    void aSetThatAPlainClientMadeIsReadOnceForManyRecords() {
        rig.at(Phase.DUAL_WRITE);
        redis.del("processed_issues");
        redis.sadd("processed_issues", "1", "2", "4", "5");
        redis.configResetstat();

        List<Pair> pairs = rig.state.pairs(
                IntStream.rangeClosed(1, 5).mapToObj(RecordKey::processedIssue).toList());

        assertThat(pairs.stream()
                        .filter(pair -> !pair.compare().agrees())
                        .map(pair -> pair.key().id()))
                .containsExactly("3");
        assertThat(pairs).extracting(pair -> pair.redis().order()).containsExactly(1L, 2L, 0L, 3L, 4L);
        assertThat(redis.info("commandstats")).contains("cmdstat_smembers:calls=1,");
    }

    private static long misplaced(DiffReport report) {
        return report.noise().stream()
                .filter(rule -> rule.name().equals("order"))
                .mapToLong(Noise::count)
                .sum();
    }

    @Test
    void aFileThatAnotherProgramCutOffIsNotTakenForCompared() {
        rig.at(Phase.DUAL_WRITE);
        rig.write("last-run.json", "{\"timestamp\": \"2025-06");

        DiffReport cutOff = rig.diff(Repair.NONE);
        rig.files.poll();
        DiffReport mended = rig.diff(Repair.NONE);

        assertThat(cutOff.verdict()).isEqualTo("void");
        assertThat(cutOff.notCompared().get(0))
                .startsWith("last-run.json: line 1, column ")
                .contains("the file ends in the middle");
        assertThat(cutOff.unread()).hasSize(1);
        assertThat(mended.verdict()).isEqualTo("consistent");
    }

    @Test
    void whatOtherProgramsDoToThePendingTasksAndTheLastRunInRedis() {
        rig.at(Phase.DUAL_WRITE);
        redis.rpush("pending_tasks", "{\"title\":\"c\"}");
        expect("pending-tasks", "/2", "missing-in-file", "redis", BESIDE);
        redis.set("last_run", "{\"timestamp\":\"2025-06-24T00:00:00.000Z\",\"ok\":false}");
        expect("last-run", "/ok", "different", "redis", BESIDE);
        assertFoundAndRepaired();

        redis.lset("pending_tasks", 0, "{\"title\":\"z\"}");
        expect("pending-tasks", "/0/title", "different", "redis", BESIDE);
        redis.set("last_run", "{\"timestamp\":\"2025-06-24T00:00:00.000Z\",\"ok\":true,\"by\":1}");
        expect("last-run", "/by", "missing-in-file", "redis", BESIDE);
        assertFoundAndRepaired();

        redis.rpop("pending_tasks");
        expect("pending-tasks", "/1", "missing-in-redis", "redis", BESIDE);
        redis.set("last_run", "{\"ok\":true}");
        expect("last-run", "/timestamp", "missing-in-redis", "redis", BESIDE);
        assertFoundAndRepaired();

        redis.del("pending_tasks");
        expect("pending-tasks", "", "missing-in-redis", "redis", "removed-in-redis");
        redis.del("last_run");
        expect("last-run", "", "missing-in-redis", "redis", "removed-in-redis");
        assertFoundAndRepaired();
    }

    /** One that can't be read is told of, stops nothing, and hides nothing. */
    @Test
    void whatCannotBeReadInRedis() {
        rig.at(Phase.DUAL_WRITE);
        replace("issue:8", key -> redis.set(key, "no hash"));
        expect("issues/8", "", "different", "redis", "codec");
        replace("process:p6", key -> redis.set(key, "no hash"));
        expect("processes/p6", "", "different", "redis", "codec");
        replace("processed_comments:8", key -> redis.set(key, "no set"));
        expect("processed-comments/8", "", "different", "redis", "codec");
        redis.hset("running_tasks", "t8", "{no json");
        expect("running-tasks/t8", "", "different", "redis", "codec");
        redis.lset("pending_tasks", 0, "{no json");
        expect("pending-tasks", "", "different", "redis", "codec");
        redis.set("last_run", "{no json");
        expect("last-run", "", "different", "redis", "codec");
        redis.hset("issue:9", "status", "hacked");
        expect("issues/9", "/status", "different", "redis", BESIDE);
        redis.hset("running_tasks", "t9", "{\"x\":99,\"startTime\":\"2025-06-24T00:00:00.000Z\"}");
        expect("running-tasks/t9", "/x", "different", "redis", BESIDE);

        DiffReport report = rig.diff(Repair.NONE);

        assertThat(told(report)).isEqualTo(expected);
        assertThat(report.compared()).isEqualTo(20 + 6 + 5 + 10 + 10 + 2);
        FOUND.addAll(expected);
        DiffReport repaired = rig.diff(Repair.AUTHORITY);
        assertThat(repaired.differences())
                .filteredOn(found -> found.cause().name().equals("codec"))
                .allMatch(found -> found.fix().outcome().equals(Fix.LEFT)
                        && found.fix().why().contains("mend it by hand"));
        assertThat(repaired.differences())
                .filteredOn(found -> !found.cause().name().equals("codec"))
                .hasSize(2)
                .allMatch(Found::repaired);
    }

    private void replace(String key, Consumer<String> with) {
        redis.del(key);
        with.accept(key);
    }

    @Test
    void whatOtherProgramsDoToTheFiles() {
        rig.at(Phase.DUAL_WRITE);
        rig.edit("issue-status.json", text -> {
            var file = Json.parse(text);
            var issues = (com.fasterxml.jackson.databind.node.ObjectNode) file.path("issues");
            issues.withObject("/1").put("status", "error");
            issues.withObject("/2").put("note", "x");
            issues.withObject("/3").remove("taskType");
            issues.remove("4");
            issues.putObject("21").put("status", "completed");
            return Json.pretty(file);
        });
        expect("issues/1", "/status", "different", "file", "foreign-write");
        expect("issues/2", "/note", "missing-in-redis", "file", "foreign-write");
        expect("issues/3", "/taskType", "missing-in-file", "file", "foreign-write");
        expect("issues/4", "", "missing-in-file", "file", "foreign-write");
        expect("issues/21", "", "missing-in-redis", "file", "foreign-write");
        rig.edit("processed-issues.json", text -> "[2, 3, 4, 5, 6]");
        expect("processed-issues/1", "", "missing-in-file", "file", "foreign-write");
        expect("processed-issues/6", "", "missing-in-redis", "file", "foreign-write");
        rig.edit(
                "processed-comments.json",
                text -> text.replace("\"b1\"", "\"z1\"")
                        .replace("\"b2\"", "\"b2\", \"c2\"")
                        .replaceAll("\"a3\",\\s*\"b3\"", "\"a3\""));
        expect("processed-comments/1", "/1", "different", "file", "foreign-write");
        expect("processed-comments/2", "/2", "missing-in-redis", "file", "foreign-write");
        expect("processed-comments/3", "/1", "missing-in-file", "file", "foreign-write");
        rig.edit("running-tasks.json", text -> {
            var file = (com.fasterxml.jackson.databind.node.ObjectNode) Json.parse(text);
            file.withObject("/t1").put("x", "one");
            file.remove("t2");
            file.putObject("t11").put("x", 11);
            return Json.pretty(file);
        });
        expect("running-tasks/t1", "/x", "different", "file", "foreign-write");
        expect("running-tasks/t2", "", "missing-in-file", "file", "foreign-write");
        expect("running-tasks/t11", "", "missing-in-redis", "file", "foreign-write");
        rig.edit("pending-tasks.json", text -> text.replace("\"b\"", "\"c\""));
        expect("pending-tasks", "/1/title", "different", "file", "foreign-write");
        rig.edit("last-run.json", text -> text.replace("true", "false"));
        expect("last-run", "/ok", "different", "file", "foreign-write");

        assertFoundAndRepaired();
    }

    @Test
    void whatTheBridgeKnowsItMissed() {
        rig.at(Phase.DUAL_WRITE);
        redis.configSet("maxmemory", "1");
        rig.run(new Operation.UpdateStatus(1, Json.object().put("status", "error")));
        rig.run(new Operation.AddProcessedIssue(9));
        rig.run(new Operation.AddProcessedComment(1, "c1"));
        redis.configSet("maxmemory", "0");
        expect("issues/1", "/status", "different", "file", "missed-dual-write");
        expect("issues/1", "/lastUpdated", "missing-in-redis", "file", "missed-dual-write");
        expect("processed-issues/9", "", "missing-in-redis", "file", "missed-dual-write");
        expect("processed-comments/1", "/2", "missing-in-redis", "file", "missed-dual-write");

        rig.losesRequests = true;
        rig.run(new Operation.RemoveRunningTask("t1", null));
        rig.run(new Operation.RemoveProcessedIssue(1));
        rig.run(new Operation.AppendPendingTask(Json.object().put("title", "c")));
        rig.losesRequests = false;
        expect("running-tasks/t1", "", "missing-in-file", "file", "unknown-outcome");
        expect("processed-issues/1", "", "missing-in-file", "file", "unknown-outcome");
        expect("pending-tasks", "/2", "missing-in-redis", "file", "unknown-outcome");

        redis.hset("running_tasks", "t2", "{\"x\":2,\"odd\":1}");
        rig.run(new Operation.PutRunningTask("t3", Json.object().put("x", 33)));
        redis.hset("issue:2", "odd", "1");
        rig.run(new Operation.UpdateStatus(2, Json.object().put("status", "error")));
        expect("running-tasks/t2", "/odd", "missing-in-file", "redis", BESIDE);
        expect("running-tasks/t2", "/startTime", "missing-in-redis", "redis", BESIDE);
        expect("issues/2", "/odd", "missing-in-file", "both", "disagreed");

        assertFoundAndRepaired();
    }

    /** Redis would win by the operator's word, but the files have what somebody was told is written. */
    @Test
    void aRepairFromRedisNeverLosesWhatRedisMissed() {
        rig.at(Phase.DUAL_WRITE);
        redis.configSet("maxmemory", "1");
        rig.run(new Operation.AddProcessedIssue(9));
        redis.configSet("maxmemory", "0");
        redis.hset("issue:1", "status", "hacked");

        DiffReport report = rig.diff(Repair.REDIS);

        assertThat(report.differences()).hasSize(2);
        assertThat(report.differences().get(0).fix())
                .isEqualTo(new Fix("redis", Fix.REPAIRED, Json.text("hacked"), null));
        assertThat(report.differences().get(1).fix().outcome()).isEqualTo(Fix.LEFT);
        assertThat(report.differences().get(1).fix().why()).contains("the files may have a write that Redis missed");
        assertThat(rig.files
                        .read(poppo.bridge.state.RecordKey.processedIssue(9))
                        .image())
                .isNotNull();
        rig.state.keep();
        assertThat(rig.diff(Repair.NONE).verdict()).isEqualTo("consistent");
        assertThat(redis.hget("issue:1", "status")).isEqualTo("hacked");
    }

    @Test
    void inPhaseFileTheFilesGoOnAlone() {
        rig.backfilled();
        rig.run(new Operation.UpdateStatus(1, Json.object().put("status", "error")));
        rig.run(new Operation.AddProcessedIssue(9));
        rig.edit("last-run.json", text -> text.replace("true", "false"));
        redis.hset("issue:3", "status", "hacked");
        expect("issues/1", "/status", "different", "file", "changed-since-backfill");
        expect("issues/1", "/lastUpdated", "missing-in-redis", "file", "changed-since-backfill");
        expect("processed-issues/9", "", "missing-in-redis", "unknown", "changed-since-backfill");
        expect("last-run", "/ok", "different", "file", "changed-since-backfill");
        expect("issues/3", "/status", "different", "redis", BESIDE);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> rig.state.repairs().require(poppo.bridge.shadow.Authority.REDIS))
                .isInstanceOf(BridgeException.Conflict.class)
                .hasMessageContaining("nothing is repaired from it");

        assertFoundAndRepaired();
    }

    @Test
    void whatABackfillThatWasStoppedHasNotReached() {
        try {
            rig.migration.backfillNow(compared -> {
                if (compared > 20) {
                    throw new java.util.concurrent.CancellationException();
                }
            });
        } catch (java.util.concurrent.CancellationException stopped) {
            assertThat(redis.exists("issue:1")).isEqualTo(1);
        }

        List<Found> found = rig.diff(Repair.NONE).differences();

        assertThat(found).isNotEmpty().allMatch(each -> each.cause().name().equals("not-backfilled"));
        found.stream().limit(5).forEach(each -> FOUND.add(each.place() + " | not-backfilled"));
    }

    @Test
    void whatRedisEvicted() {
        rig.at(Phase.DUAL_WRITE);
        List<String> victims = victims();
        redis.configSet("maxmemory-policy", "volatile-ttl");
        victims.forEach(key -> redis.expire(key, 100_000));
        redis.configSet("maxmemory", "1");
        try {
            redis.set("anything", "more");
        } catch (io.lettuce.core.RedisCommandExecutionException full) {
            assertThat(full).hasMessageContaining("OOM");
        }
        redis.configSet("maxmemory", "0");
        assertThat(redis.exists(victims.toArray(String[]::new))).isZero();

        expectLost("eviction");
        assertFoundAndRepaired();
    }

    @Test
    void whatRedisLetExpire() {
        rig.at(Phase.DUAL_WRITE);
        List<String> victims = victims();
        victims.forEach(key -> redis.pexpire(key, 1));
        while (redis.exists(victims.toArray(String[]::new)) > 0) {
            Thread.onSpinWait();
        }

        expectLost("expiry");
        assertFoundAndRepaired();
    }

    private static List<String> victims() {
        List<String> keys = new ArrayList<>(List.of("issue:3", "process:p1", "processed_comments:4"));
        keys.addAll(List.of("pending_tasks", "last_run"));
        return keys;
    }

    private void expectLost(String cause) {
        expect("issues/3", "", "missing-in-redis", "redis", cause);
        expect("processes/p1", "", "missing-in-redis", "redis", cause);
        expect("processed-comments/4", "", "missing-in-redis", "redis", cause);
        expect("pending-tasks", "", "missing-in-redis", "redis", cause);
        expect("last-run", "", "missing-in-redis", "redis", cause);
    }
}
