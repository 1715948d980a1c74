package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import poppo.bridge.web.Bridge.Reply;

/** What is wrong is refused with its place, and changes nothing. */
class MalformedRequestTest {
    private static final String CHECKOUT = "issues/1/checkout";
    private static final String LONG = "x".repeat(257);
    private static Bridge bridge;

    @BeforeAll
    static void start() {
        bridge = new Bridge();
        bridge.post(Bridge.WORKER + "issues/1/checkout", "{\"processId\":\"held\"}");
        bridge.post(Bridge.WORKER + "pending-tasks", "{\"a\":1}");
        bridge.put(Bridge.WORKER + "running-tasks/t", "{}");
    }

    @AfterAll
    static void stop() {
        bridge.close();
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                worker("POST", CHECKOUT, null, 400, "body"),
                worker("POST", CHECKOUT, "", 400, "body"),
                worker("POST", CHECKOUT, "{", 400, "body"),
                worker("POST", CHECKOUT, "[]", 400, "body"),
                worker("POST", CHECKOUT, "null", 400, "body"),
                worker("POST", CHECKOUT, "\"text\"", 400, "body"),
                worker("POST", CHECKOUT, "{} {}", 400, "body"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"processId\":\"b\"}", 400, "body"),
                worker("POST", CHECKOUT, "{\"processId\":'a'}", 400, "body"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",}", 400, "body"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"pid\":NaN}", 400, "body"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"pid\":01}", 400, "body"),
                worker("POST", CHECKOUT, "{\"m\":" + "[".repeat(65) + "]".repeat(65) + "}", 400, "body"),
                worker("POST", CHECKOUT, "{}", 400, "processId"),
                worker("POST", CHECKOUT, "{\"processId\":null}", 400, "processId"),
                worker("POST", CHECKOUT, "{\"processId\":7}", 400, "processId"),
                worker("POST", CHECKOUT, "{\"processId\":\"\"}", 400, "processId"),
                worker("POST", CHECKOUT, "{\"processId\":\"" + LONG + "\"}", 400, "processId"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\\u0000b\"}", 400, "processId"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\\ud800\"}", 400, "processId"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"pid\":\"1\"}", 400, "pid"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"pid\":1.5}", 400, "pid"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"pid\":1e3}", 400, "pid"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"pid\":0}", 400, "pid"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"pid\":99999999999999999999}", 400, "pid"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"host\":1}", 400, "host"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"tmuxSession\":[]}", 400, "tmuxSession"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"taskType\":{}}", 400, "taskType"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\",\"metadata\":[]}", 400, "metadata"),
                worker("POST", "issues/0/checkout", "{\"processId\":\"a\"}", 400, "issue"),
                worker("POST", "issues/-1/checkout", "{\"processId\":\"a\"}", 400, "issue"),
                worker("POST", "issues/01/checkout", "{\"processId\":\"a\"}", 400, "issue"),
                worker("POST", "issues/1.0/checkout", "{\"processId\":\"a\"}", 400, "issue"),
                worker("POST", "issues/abc/checkout", "{\"processId\":\"a\"}", 400, "issue"),
                worker("POST", "issues/9007199254740992/checkout", "{\"processId\":\"a\"}", 400, "issue"),
                worker("POST", "issues/99999999999999999999/checkout", "{\"processId\":\"a\"}", 400, "issue"),
                worker("POST", "issues/+1/checkout", "{\"processId\":\"a\"}", 400, "issue"),
                worker("POST", "issues/1/checkin", "{}", 400, "processId"),
                worker("POST", "issues/1/checkin", "{\"processId\":\"held\",\"status\":\"processing\"}", 400, "status"),
                worker("POST", "issues/1/checkin", "{\"processId\":\"held\",\"status\":\"\"}", 400, "status"),
                worker("POST", "issues/1/checkin", "{\"processId\":\"held\",\"status\":3}", 400, "status"),
                worker("PATCH", "issues/1", "{}", 400, "status"),
                worker("PATCH", "issues/1", "{\"status\":5}", 400, "status"),
                worker("PATCH", "issues/1", "{\"status\":\"x\",\"processId\":5}", 400, "processId"),
                worker("PATCH", "issues/1", "{\"status\":\"x\",\"pid\":\"5\"}", 400, "pid"),
                worker("PATCH", "issues/1", "{\"status\":\"x\",\"startTime\":5}", 400, "startTime"),
                worker("POST", "issues/1/heartbeat", "[]", 400, "body"),
                worker("GET", "issues?limit=0", null, 400, "limit"),
                worker("GET", "issues?limit=1001", null, 400, "limit"),
                worker("GET", "issues?limit=ten", null, 400, "limit"),
                worker("GET", "issues?limit=1&limit=2", null, 400, "limit"),
                worker("GET", "issues?after=x", null, 400, "after"),
                worker("GET", "issues?status=", null, 400, "status"),
                worker("PUT", "processes/" + LONG, "{}", 400, "id"),
                worker("PUT", "processes/a%00b", "{}", 400, "id"),
                worker("PUT", "processes/a", "[]", 400, "body"),
                worker("PUT", "processes/a", "{\"pid\":\"x\"}", 400, "pid"),
                worker("PUT", "processes/a", "{\"host\":4}", 400, "host"),
                worker("PUT", "processes/a%0Ab/heartbeat", null, 400, "id"),
                worker("GET", "processes/" + LONG, null, 400, "id"),
                worker("POST", "orphans/x/release", null, 400, "issue"),
                worker("PUT", "processed-issues/0", null, 400, "issue"),
                worker("PUT", "processed-comments/1/" + LONG, null, 400, "commentId"),
                worker("PUT", "processed-comments/x/c", null, 400, "issue"),
                worker("PUT", "running-tasks/t2", "3", 400, "body"),
                worker("DELETE", "running-tasks", null, 400, "olderThan"),
                worker("DELETE", "running-tasks?olderThan=24h", null, 400, "olderThan"),
                worker("DELETE", "running-tasks?olderThan=-PT1H", null, 400, "olderThan"),
                worker("PUT", "pending-tasks", "{}", 400, "body"),
                worker("PUT", "pending-tasks", "[{},5]", 400, "[1]"),
                worker("POST", "pending-tasks", "[]", 400, "body"),
                worker("PUT", "last-run", "[]", 400, "body"),
                worker("GET", "events", null, 400, "Last-Event-ID", "Last-Event-ID", "abc"),
                worker("POST", CHECKOUT, "{\"processId\":\"a\"}", 415, "Content-Type", "Content-Type", "text/plain"),
                worker(
                        "POST",
                        "pending-tasks",
                        "a=1",
                        400,
                        "body",
                        "Content-Type",
                        "application/x-www-form-urlencoded"),
                worker(
                        "POST",
                        "pending-tasks",
                        "{}",
                        415,
                        "Content-Type",
                        "Content-Type",
                        "multipart/form-data; boundary=x"),
                worker(
                        "POST",
                        "pending-tasks",
                        "{}",
                        415,
                        "Content-Type",
                        "Content-Type",
                        "application/json; charset=utf-16"),
                worker("POST", "pending-tasks", "{}", 415, "Content-Encoding", "Content-Encoding", "gzip"),
                worker("POST", "pending-tasks", "{}", 400, "Idempotency-Key", "Idempotency-Key", LONG),
                worker("POST", "pending-tasks", "\"" + "x".repeat(1 << 20) + "\"", 413, ""),
                worker("PATCH", "orphans", "{}", 405, ""),
                worker("DELETE", "issues", null, 405, ""),
                worker("GET", "nothing", null, 404, ""),
                worker("GET", "issues/1/more", null, 404, ""),
                worker("GET", "migration/nothing", null, 404, ""),
                Arguments.of("GET", "/v1/projects/other/issues/1", null, 404, "", new String[0]),
                Arguments.of("PUT", "/v1/projects/other/last-run", "{}", 404, "", new String[0]),
                Arguments.of("GET", "/v2", null, 404, "", new String[0]),
                operator("PUT", "/phase", "{}", 400, "phase"),
                operator("PUT", "/phase", "{\"phase\":\"redis\"}", 400, "phase"),
                operator("PUT", "/phase", "{\"phase\":1}", 400, "phase"),
                operator("PUT", "/phase", "{\"phase\":\"redis-read\",\"readPercent\":101}", 400, "readPercent"),
                operator("PUT", "/phase", "{\"phase\":\"redis-read\",\"readPercent\":1.5}", 400, "readPercent"),
                operator("PUT", "/phase", "{\"phase\":\"redis-read\",\"writePercent\":\"5\"}", 400, "writePercent"),
                operator("PUT", "/phase", "{\"phase\":\"redis-read\",\"force\":1}", 400, "force"),
                operator("PUT", "/phase", "{\"phase\":\"redis-read\",\"dryRun\":\"yes\"}", 400, "dryRun"),
                operator("PUT", "/phase", "{\"phase\":\"redis-read\",\"reason\":\"a\\nb\"}", 400, "reason"),
                operator("POST", "/rollback", "{\"to\":\"nowhere\"}", 400, "to"),
                operator("POST", "/rollback", "{\"to\":\"redis-only\"}", 400, "to"),
                operator("POST", "/diffs", "{\"repair\":\"both\"}", 400, "repair"),
                operator("POST", "/diffs", "[]", 400, "body"),
                operator("GET", "/journal?after=-1", null, 400, "after"),
                operator("GET", "/journal?limit=5000", null, 400, "limit"));
    }

    private static Arguments worker(
            String method, String path, String body, int status, String field, String... headers) {
        return Arguments.of(method, Bridge.WORKER + path, body, status, field, headers);
    }

    private static Arguments operator(String method, String path, String body, int status, String field) {
        return Arguments.of(method, Bridge.OPERATOR + path, body, status, field, new String[0]);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("requests")
    void isRefusedWithItsPlaceAndChangesNothing(
            String method, String path, String body, int status, String field, String[] headers) {
        String before = bridge.dump();
        Reply reply = bridge.call(method, path, body, headers);
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(reply.json().path("status").asInt()).isEqualTo(status);
        assertThat(reply.json().fieldNames()).toIterable().contains("type", "title", "status", "detail", "code");
        assertThat(reply.code()).isEqualTo(code(status));
        assertThat(reply.field()).isEqualTo(field);
        assertThat(reply.text()).doesNotContain("Exception", "java", "poppo.bridge.", "micronaut");
        assertThat(reply.header("X-Bridge-Phase")).isEqualTo("file");
        assertThat(reply.header("X-Bridge-Epoch")).isEqualTo("2");
        assertThat(bridge.dump()).isEqualTo(before);
    }

    private static String code(int status) {
        return switch (status) {
            case 404 -> "not-found";
            case 405 -> "method-not-allowed";
            case 413 -> "too-large";
            case 415 -> "unsupported-media-type";
            default -> "invalid-request";
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bytes")
    void wrongBytesAreRefusedAsAProblem(String request, int status, String field) {
        String before = bridge.dump();
        String answer = bridge.raw(request, 5000);
        assertThat(answer).contains(" " + status + " ", "application/problem+json", "X-Bridge-Phase: file");
        assertThat(answer).contains(field.isEmpty() ? "\"code\"" : "\"field\":\"" + field + "\"");
        assertThat(answer).doesNotContain("Exception", "<html", "micronaut");
        assertThat(bridge.dump()).isEqualTo(before);
    }

    static Stream<Arguments> bytes() {
        String head = "Host: localhost\r\nConnection: close\r\n";
        String json = head + "Content-Type: application/json\r\n";
        String pending = "POST /v1/projects/default/pending-tasks HTTP/1.1\r\n";
        String get = "GET /v1/projects/default/";
        return Stream.of(
                Arguments.of(get + "processes/%zz HTTP/1.1\r\n" + head + "\r\n", 400, "path"),
                Arguments.of(get + "processes/%4 HTTP/1.1\r\n" + head + "\r\n", 400, "path"),
                Arguments.of(get + "processes/%ff HTTP/1.1\r\n" + head + "\r\n", 400, "path"),
                Arguments.of(get + "processes/%c0%80 HTTP/1.1\r\n" + head + "\r\n", 400, "path"),
                Arguments.of(get + "processes/a|b HTTP/1.1\r\n" + head + "\r\n", 400, "path"),
                Arguments.of(get + "processes/\u00e9 HTTP/1.1\r\n" + head + "\r\n", 400, "path"),
                Arguments.of(get + "issues?status=%zz HTTP/1.1\r\n" + head + "\r\n", 400, "query"),
                Arguments.of(get + "issues?status=%ff HTTP/1.1\r\n" + head + "\r\n", 400, "query"),
                Arguments.of("garbage\r\n\r\n", 400, "request"),
                Arguments.of(get + "issues HTTP/1.1\r\nBad Header\r\n\r\n", 400, "request"),
                Arguments.of(pending + json + "Content-Length: x\r\n\r\n{}", 400, "request"),
                Arguments.of(pending + json + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}a", 400, "request"),
                Arguments.of(get + "x".repeat(9000) + " HTTP/1.1\r\n" + head + "\r\n", 413, ""),
                Arguments.of(get + "issues HTTP/1.1\r\n" + head + "X: " + "x".repeat(20000) + "\r\n\r\n", 413, ""),
                Arguments.of("FOO /v1/projects/default/issues HTTP/1.1\r\n" + head + "\r\n", 405, ""),
                Arguments.of("TRACE /v1/projects/default/issues HTTP/1.1\r\n" + head + "\r\n", 405, ""),
                Arguments.of(get + "../../health/liveness HTTP/1.1\r\n" + head + "\r\n", 404, ""),
                Arguments.of(pending + json + "Content-Length: 4\r\n\r\n{\"\u00ff\"", 400, "body"),
                Arguments.of(pending + json + "Content-Length: 99999999999\r\n\r\n{}", 413, ""),
                Arguments.of(
                        pending + json + "Transfer-Encoding: chunked\r\n\r\n"
                                + ("10000\r\n" + " ".repeat(65536) + "\r\n").repeat(17) + "2\r\n{}\r\n0\r\n\r\n",
                        413,
                        ""));
    }

    @Test
    void aChunkedBodyOfTheLargestSizeIsTaken() {
        String body = "{\"a\":\"" + "x".repeat((1 << 20) - 8) + "\"}";
        assertThat(body).hasSize(1 << 20);
        String request = "PUT /v1/projects/default/last-run HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n100000\r\n" + body + "\r\n0\r\n\r\n";
        assertThat(bridge.raw(request, 5000)).startsWith("HTTP/1.1 204");
    }

    @Test
    void jsonOfEveryKindOfContentTypeIsTaken() {
        for (String type : new String[] {
            "application/json;charset=UTF-8", "application/json; charset=\"utf-8\"", "application/merge-patch+json"
        }) {
            Reply reply = bridge.call("PUT", Bridge.WORKER + "last-run", "{}", "Content-Type", type);
            assertThat(reply.status()).as(type + reply.text()).isEqualTo(204);
        }
    }
}
