package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import poppo.bridge.web.Bridge.Reply;

class WorkerApiTest {
    private static final String W = Bridge.WORKER;
    private static Bridge bridge;

    @BeforeAll
    static void start() {
        bridge = new Bridge();
    }

    @AfterAll
    static void stop() {
        bridge.close();
    }

    private static Reply checkout(int issue, String process) {
        return bridge.post(W + "issues/" + issue + "/checkout", "{\"processId\":\"" + process + "\"}");
    }

    @Test
    void checkoutAnswersTheIssueAndItsHeaders() {
        Reply reply = bridge.post(
                W + "issues/1/checkout",
                "{\"processId\":\"w1\",\"pid\":42,\"taskType\":\"fix\",\"metadata\":{\"retryCount\":2.50,\"x\":1e3}}");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).contains("\"retryCount\":2.50", "\"errorCount\":0", "\"x\":1e3", "\"pid\":42");
        assertThat(reply.header("X-Bridge-Phase")).isEqualTo("file");
        assertThat(reply.header("X-Bridge-Epoch")).isEqualTo("2");
        assertThat(reply.header("X-Served-By")).isEqualTo("file");
        assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void checkoutIsRefusedWhileTheHolderLives() {
        checkout(2, "w2");
        Reply again = checkout(2, "w2");
        Reply other = checkout(2, "w3");
        assertThat(again.status()).isEqualTo(200);
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.code()).isEqualTo("already-checked-out");
        assertThat(other.json().path("holder").asText()).isEqualTo("w2");
        assertThat(other.header("X-Served-By")).isEqualTo("file");
        assertThat(other.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void checkoutWithAPlaceRegistersTheProcessButARefusedOneDoesNot() {
        bridge.post(W + "issues/3/checkout", "{\"processId\":\"w4\",\"pid\":7,\"host\":\"h\",\"tmuxSession\":\"t\"}");
        assertThat(bridge.get(W + "processes/w4").text())
                .startsWith("{\"pid\":7,\"host\":\"h\",\"tmuxSession\":\"t\",\"alive\":true,\"lastSeen\":\"20");
        Reply refused = bridge.post(W + "issues/3/checkout", "{\"processId\":\"w5\",\"host\":\"h\"}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(bridge.get(W + "processes/w5").status()).isEqualTo(404);
    }

    @Test
    void jsonIsReadAlsoUnderTheTypeThatCurlGivesByItself() {
        Reply reply = bridge.post(
                W + "issues/404/checkout",
                "{\"processId\":\"w4&a=1+%20\"}",
                "Content-Type",
                "application/x-www-form-urlencoded");
        assertThat(reply.json().path("processId").asText()).isEqualTo("w4&a=1+%20");
    }

    @Test
    void checkinEndsTheHolding() {
        checkout(4, "w6");
        assertThat(bridge.post(W + "issues/4/checkin", "{\"processId\":\"other\"}")
                        .code())
                .isEqualTo("not-holder");
        Reply done = bridge.post(W + "issues/4/checkin", "{\"processId\":\"w6\",\"result\":{\"a\":[1,null]}}");
        assertThat(done.status()).isEqualTo(200);
        assertThat(done.json().path("status").asText()).isEqualTo("completed");
        assertThat(done.text()).contains("\"result\":{\"a\":[1,null]}", "\"processId\":null");
        Reply unknown = bridge.post(W + "issues/999/checkin", "{\"processId\":\"w6\"}");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.code()).isEqualTo("unknown-issue");
    }

    @Test
    void anUpdateKeepsEveryUnknownFieldAsItWasWritten() {
        String body =
                "{\"status\":\"error\",\"big\":12345678901234567890,\"zero\":-0,\"nothing\":null,\"half\":\"\\ud800\"}";
        bridge.call("PATCH", W + "issues/5", body);
        assertThat(bridge.get(W + "issues/5").text())
                .contains("\"big\":12345678901234567890", "\"zero\":-0", "\"nothing\":null", "\"half\":\"\\ud800\"");
    }

    @Test
    void aRemovedIssueIsUnknown() {
        checkout(6, "w7");
        assertThat(bridge.delete(W + "issues/6").status()).isEqualTo(204);
        assertThat(bridge.delete(W + "issues/6").status()).isEqualTo(204);
        assertThat(bridge.get(W + "issues/6").code()).isEqualTo("unknown-issue");
        assertThat(bridge.get(W + "issues/6").status()).isEqualTo(404);
    }

    @Test
    void aHeartbeatTellsWhetherTheIssueIsInProcessing() {
        checkout(7, "w8");
        assertThat(bridge.call("POST", W + "issues/7/heartbeat", null).text()).isEqualTo("{\"alive\":true}");
        assertThat(bridge.post(W + "issues/7/heartbeat", "{\"processId\":\"else\"}")
                        .text())
                .isEqualTo("{\"alive\":false}");
        assertThat(bridge.call("POST", W + "issues/777/heartbeat", null).text()).isEqualTo("{\"alive\":false}");
    }

    @Test
    void issuesArePagedThrough() {
        try (Bridge own = new Bridge()) {
            for (int i = 1; i <= 7; i++) {
                own.call("PATCH", W + "issues/" + i * 10, "{\"status\":\"" + (i % 2 == 0 ? "error" : "done") + "\"}");
            }
            own.post(W + "issues/35/checkout", "{\"processId\":\"p\"}");
            own.post(W + "issues/65/checkout", "{\"processId\":\"p\"}");
            assertThat(keys(own.get(W + "issues"))).isEqualTo("10,20,30,35,40,50,60,65,70 null");
            assertThat(keys(own.get(W + "issues?limit=3"))).isEqualTo("10,20,30 30");
            assertThat(keys(own.get(W + "issues?limit=3&after=30"))).isEqualTo("35,40,50 50");
            assertThat(keys(own.get(W + "issues?limit=3&after=55"))).isEqualTo("60,65,70 null");
            assertThat(keys(own.get(W + "issues?status=error"))).isEqualTo("20,40,60 null");
            assertThat(keys(own.get(W + "issues?status=error&limit=2"))).isEqualTo("20,40 40");
            assertThat(keys(own.get(W + "issues?status=error&limit=2&after=40")))
                    .isEqualTo("60 null");
            assertThat(keys(own.get(W + "issues?status=processing"))).isEqualTo("35,65 null");
            assertThat(keys(own.get(W + "issues?status=processing&limit=1"))).isEqualTo("35 35");
            assertThat(keys(own.get(W + "issues?status=nobody"))).isEqualTo(" null");
            assertThat(own.get(W + "issues").header("X-Served-By")).isEqualTo("file");
        }
    }

    private static String keys(Reply page) {
        StringBuilder keys = new StringBuilder();
        page.json()
                .path("issues")
                .fieldNames()
                .forEachRemaining(name -> keys.append(keys.isEmpty() ? "" : ",").append(name));
        return keys + " " + page.json().path("next").asText();
    }

    @Test
    void processesAreRegisteredUnderAnyId() {
        for (String id : new String[] {"a+b", "a%2Fb", "a%20b", "%E3%81%82", "a%25b", "host:1"}) {
            assertThat(bridge.put(W + "processes/" + id, "{\"pid\":1,\"host\":\"h\",\"more\":true}")
                            .text())
                    .isEqualTo("{\"pid\":1,\"host\":\"h\",\"more\":true}");
            assertThat(bridge.get(W + "processes/" + id).text()).contains("\"more\":true,\"alive\":true");
        }
        assertThat(bridge.dump()).contains("processes/a+b,", "processes/a/b,", "processes/a b,", "processes/あ,");
        assertThat(bridge.get(W + "processes/nobody").code()).isEqualTo("not-found");
        assertThat(bridge.call("PUT", W + "processes/beat/heartbeat", null).status())
                .isEqualTo(204);
        assertThat(bridge.get(W + "processes/beat").text()).startsWith("{\"alive\":true");
    }

    @Test
    void anOrphanIsReleasedButNotFromALivingHolder() {
        try (Bridge own = new Bridge()) {
            own.post(W + "issues/1/checkout", "{\"processId\":\"p\"}");
            assertThat(own.get(W + "orphans").text()).isEqualTo("[]");
            assertThat(own.call("POST", W + "orphans/1/release", null).code()).isEqualTo("holder-alive");
            own.clock.advance(Duration.ofSeconds(1801));
            assertThat(own.get(W + "orphans").text()).startsWith("[{\"issue\":1,\"processId\":\"p\",\"lastSeen\":\"20");
            assertThat(own.get(W + "processes/p").status()).isEqualTo(404);
            Reply released = own.call("POST", W + "orphans/1/release", null);
            assertThat(released.status()).isEqualTo(200);
            assertThat(released.text()).contains("\"status\":\"pending\"", "orphan-released");
            assertThat(own.call("POST", W + "orphans/1/release", null).code()).isEqualTo("not-processing");
            assertThat(own.call("POST", W + "orphans/2/release", null).code()).isEqualTo("unknown-issue");
        }
    }

    @Test
    void processedIssuesKeepTheirOrder() {
        for (int issue : new int[] {9, 3, 5}) {
            assertThat(bridge.call("PUT", W + "processed-issues/" + issue, null).status())
                    .isEqualTo(204);
        }
        assertThat(bridge.get(W + "processed-issues").text()).isEqualTo("[9,3,5]");
        assertThat(bridge.get(W + "processed-issues/3").status()).isEqualTo(204);
        assertThat(bridge.delete(W + "processed-issues/3").status()).isEqualTo(204);
        assertThat(bridge.get(W + "processed-issues/3").status()).isEqualTo(404);
        assertThat(bridge.get(W + "processed-issues").text()).isEqualTo("[9,5]");
    }

    @Test
    void processedCommentsAreKeptByIssue() {
        assertThat(bridge.call("PUT", W + "processed-comments/8/IC_b", null).status())
                .isEqualTo(204);
        assertThat(bridge.call("PUT", W + "processed-comments/8/IC_a", null).status())
                .isEqualTo(204);
        assertThat(bridge.get(W + "processed-comments/8/IC_a").status()).isEqualTo(204);
        assertThat(bridge.get(W + "processed-comments/8/IC_c").status()).isEqualTo(404);
        assertThat(bridge.get(W + "processed-comments/8").text()).isEqualTo("[\"IC_b\",\"IC_a\"]");
        assertThat(bridge.get(W + "processed-comments/9").text()).isEqualTo("[]");
        assertThat(bridge.get(W + "processed-comments").text()).isEqualTo("{\"8\":[\"IC_b\",\"IC_a\"]}");
    }

    @Test
    void runningTasksAreStampedAndOldOnesRemoved() {
        Reply put = bridge.put(W + "running-tasks/t1", "{\"type\":\"x\",\"startTime\":\"2020-01-01T00:00:00.000Z\"}");
        assertThat(put.status()).isEqualTo(200);
        assertThat(bridge.put(W + "running-tasks/t2", "{}").text()).contains("startTime");
        assertThat(bridge.get(W + "running-tasks/t1").text()).contains("\"type\":\"x\"");
        assertThat(bridge.get(W + "running-tasks").text())
                .startsWith("{\"t1\":{")
                .contains("\"t2\":{");
        assertThat(bridge.delete(W + "running-tasks?olderThan=PT24H").text()).isEqualTo("{\"removed\":[\"t1\"]}");
        assertThat(bridge.delete(W + "running-tasks/t2").status()).isEqualTo(204);
        assertThat(bridge.delete(W + "running-tasks/t2").code()).isEqualTo("not-found");
        assertThat(bridge.get(W + "running-tasks/t2").status()).isEqualTo(404);
    }

    @Test
    void pendingTasksAreAnOrderedList() {
        assertThat(bridge.get(W + "pending-tasks").text()).isEqualTo("[]");
        assertThat(bridge.put(W + "pending-tasks", "[{\"b\":1.0}]").status()).isEqualTo(204);
        assertThat(bridge.post(W + "pending-tasks", "{\"a\":2}").status()).isEqualTo(204);
        assertThat(bridge.get(W + "pending-tasks").text()).isEqualTo("[{\"b\":1.0},{\"a\":2}]");
    }

    @Test
    void theLastRunIsStamped() {
        try (Bridge own = new Bridge()) {
            assertThat(own.get(W + "last-run").text()).isEqualTo("{}");
            assertThat(own.put(W + "last-run", "{\"n\":1}").status()).isEqualTo(204);
            assertThat(own.get(W + "last-run").text()).startsWith("{\"n\":1,\"timestamp\":\"20");
        }
    }

    @Test
    void statisticsCountByStatusAndTaskType() {
        try (Bridge own = new Bridge()) {
            own.post(W + "issues/2/checkout", "{\"processId\":\"p\",\"taskType\":\"fix\"}");
            own.clock.advance(Duration.ofSeconds(1));
            own.post(W + "issues/1/checkout", "{\"processId\":\"p\"}");
            own.call("PATCH", W + "issues/3", "{\"status\":\"error\"}");
            assertThat(own.get(W + "statistics").text())
                    .startsWith("{\"total\":3,\"byStatus\":{\"error\":1,\"processing\":2},\"byTaskType\":{\"fix\":1},"
                            + "\"oldestProcessing\":{\"issue\":2,\"startTime\":\"20");
        }
    }

    @Test
    void inRedisReadTheAnswerSaysWhichStoreServedIt() {
        try (Bridge own = new Bridge()) {
            own.post(W + "issues/1/checkout", "{\"processId\":\"p\"}");
            Reply moved = own.put(Bridge.OPERATOR + "/phase", "{\"phase\":\"redis-read\",\"force\":true}");
            assertThat(moved.status()).as(moved.text()).isEqualTo(200);
            Reply read = own.get(W + "issues/1");
            assertThat(read.header("X-Bridge-Phase")).isEqualTo("redis-read");
            assertThat(read.header("X-Served-By")).isEqualTo("redis");
            assertThat(own.get(W + "issues").header("X-Served-By")).isEqualTo("redis");
        }
    }
}
