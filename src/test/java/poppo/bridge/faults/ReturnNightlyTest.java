package poppo.bridge.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.state.Json;

/**
 * What the way back to Redis costs those who work meanwhile: 10 000 issues, of which 1 000 were changed while it was
 * away, several times. Measured and reported; what is asserted is only that nothing breaks.
 */
@Tag("nightly")
@Timeout(900)
final class ReturnNightlyTest {
    private static final int ISSUES = 10_000;
    private static final int DIRTY = 1_000;
    private static final int RETURNS = 20;

    /** The default. */
    private static final Duration COMMAND_TIMEOUT = Duration.ofMillis(500);

    private static final int CLIENTS = 4;

    @TempDir
    Path directory;

    private final long seed = Long.getLong("faults.seed", System.nanoTime());
    private final List<Api.Call> away = new ArrayList<>();
    private final List<Api.Call> returning = new ArrayList<>();
    private final List<Api.Call> back = new ArrayList<>();
    private final List<Long> durations = new ArrayList<>();
    /** How long operations were kept out at each return, as the bridge tells. */
    private final List<Long> gates = new ArrayList<>();

    private final List<Long> pausesAway = new ArrayList<>();
    private final List<Long> pausesReturning = new ArrayList<>();
    private long fewestDirty = Long.MAX_VALUE;

    @Test
    void theWayBackHoldsNobodyUpForLong() throws Exception {
        StateHome home = StateHome.plain(directory.resolve("home"));
        Files.writeString(home.state().resolve("issue-status.json"), tenThousandIssues());
        History history = new History();
        try (Rig rig = Rig.start(directory, home, PhaseUnderTest.REDIS_WRITE, COMMAND_TIMEOUT)) {
            Records records = new Records(rig.api(), history);
            try (Load load = new Load(CLIENTS, rig.api(), records, history, seed, Rig.SURE)) {
                for (int i = 0; i < RETURNS; i++) {
                    leaveAndReturn(rig, load);
                    assertThat(Rig.await(Rig.PATIENCE, rig::isSettled))
                            .as("%s", rig.status())
                            .isTrue();
                    assertThat(records.readEverything()).isTrue();
                    assertThat(history.checkAndSettle(new Checker(Rig.SURE), Rig.TTL))
                            .as("broken with -Dfaults.seed=%d", seed)
                            .isEmpty();
                }
            }
        }
        assertThat(gates).hasSize(RETURNS);
        ReportFile.write("3-return", report());
    }

    private static String tenThousandIssues() {
        ObjectNode root = Json.object();
        ObjectNode issues = root.putObject("issues");
        for (int n = 1; n <= ISSUES; n++) {
            ObjectNode issue = issues.putObject(Integer.toString(n));
            issue.put("status", "completed");
            issue.put("taskType", "claude-cli");
            issue.put("lastUpdated", "2025-06-24T10:00:00.000Z");
            issue.putObject("result").put("text", "done");
        }
        root.putNull("lastSync");
        return Json.compact(root);
    }

    private void leaveAndReturn(Rig rig, Load load) throws InterruptedException {
        rig.proxy().cut();
        assertThat(Rig.await(Rig.PATIENCE, () -> {
                    changeAll(rig, 1);
                    return !rig.isBack();
                }))
                .as("Redis is missed")
                .isTrue();
        changeAll(rig, DIRTY);
        fewestDirty = Math.min(fewestDirty, rig.status().path("dirtyRecords").asLong());
        rig.api().forgetCalls();
        load.resume();
        Cycle.letClientsWork(rig);
        long begin = System.nanoTime();
        rig.proxy().resume();
        assertThat(Rig.await(Rig.PATIENCE, rig::isBack)).as("%s", rig.status()).isTrue();
        long end = System.nanoTime();
        Cycle.letClientsWork(rig);
        load.pause();
        gates.add(lastPause(rig));
        durations.add(end - begin);
        List<Api.Call> calls = rig.api().calls().stream()
                .filter(call -> !call.path().startsWith("migration"))
                .toList();
        calls.forEach(call -> (call.end() < begin ? away : call.begin() > end ? back : returning).add(call));
        pausesAway.add(longestSilence(calls, Long.MIN_VALUE, begin));
        pausesReturning.add(longestSilence(calls, begin, end));
    }

    private static long lastPause(Rig rig) throws InterruptedException {
        long last = 0;
        for (JsonNode entry :
                rig.api().get("migration/journal?limit=1000").body().path("entries")) {
            if (entry.path("event").asText().equals("return")) {
                last = Math.round(
                        entry.path("details").path("tookMillis").path("pause").asDouble() * 1_000_000);
            }
        }
        return last;
    }

    /** The longest time in which no client was answered: what holds everybody up makes one. */
    private static long longestSilence(List<Api.Call> calls, long from, long until) {
        List<Long> answered = calls.stream()
                .map(Api.Call::end)
                .filter(end -> from <= end && end <= until)
                .sorted()
                .toList();
        long longest = 0;
        for (int i = 1; i < answered.size(); i++) {
            longest = Math.max(longest, answered.get(i) - answered.get(i - 1));
        }
        return longest;
    }

    /** Several at a time, as the files take them best. */
    private static void changeAll(Rig rig, int count) {
        ExecutorService clients = Executors.newFixedThreadPool(16);
        try {
            for (int n = 1; n <= count; n++) {
                String path = "issues/" + n;
                clients.submit(() -> rig.api().call("PATCH", path, "{'status':'error'}"));
            }
            clients.shutdown();
            if (!clients.awaitTermination(Rig.PATIENCE.toSeconds() * 3, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the changes don't end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            clients.shutdownNow();
        }
    }

    private String report() {
        StringBuilder text = new StringBuilder("The way back to Redis with " + ISSUES + " issues and at least "
                + fewestDirty + " dirty records, " + RETURNS + " times under " + CLIENTS + " clients; it took p50 "
                + new Percentiles(durations).millis(50) + " ms, at most " + new Percentiles(durations).millis(100)
                + " ms (command time-out " + COMMAND_TIMEOUT.toMillis()
                + " ms, retry every 50 to 200 ms). Operations were kept out for p50 "
                + new Percentiles(gates).millis(50)
                + " ms, p99 " + new Percentiles(gates).millis(99) + " ms, at most " + new Percentiles(gates).millis(100)
                + " ms. The longest time in which"
                + " no client at all was answered: " + silence(pausesReturning) + " during a return, "
                + silence(pausesAway) + " just before it.\n\n");
        text.append("| calls | of | number | p50, ms | p99, ms | max, ms |\n|---|---|--:|--:|--:|--:|\n");
        rows(text, "while Redis is away", away);
        rows(text, "during the return", returning);
        rows(text, "after it", back);
        return text.toString();
    }

    private static String silence(List<Long> pauses) {
        Percentiles each = new Percentiles(pauses);
        return "p50 " + each.millis(50) + " ms, at most " + each.millis(100) + " ms";
    }

    private static void rows(StringBuilder text, String when, List<Api.Call> calls) {
        Stream.of(true, false).forEach(writes -> {
            Percentiles times = new Percentiles(calls.stream()
                    .filter(call -> call.isWrite() == writes)
                    .map(Api.Call::nanos)
                    .toList());
            text.append("| ")
                    .append(writes ? "writes" : "reads")
                    .append(" | ")
                    .append(when)
                    .append(" | ")
                    .append(times.count())
                    .append(" | ")
                    .append(times.millis(50))
                    .append(" | ")
                    .append(times.millis(99))
                    .append(" | ")
                    .append(times.millis(100))
                    .append(" |\n");
        });
    }
}
