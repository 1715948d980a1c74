package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.state.Json;

/** What a bridge says of an outage, a mismatch, foreign writes and bad calls, searched for what is nobody's business. */
@Timeout(120)
class LogsTest {
    private static final String BODY = "Body-of-an-issue-7f3a";
    private static final String OPERATOR = "Operator-token-91cc";
    private static final String WORKER = "Worker-token-55de";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path home;

    @Test
    void neitherLogNorAuditJournalHasASecretOrABodyAndEveryLineIsJsonWhenAsked() throws Exception {
        Path state = Files.createDirectory(home.resolve("state"));
        Path config = Files.writeString(
                home.resolve("bridge.yml"),
                "bridge: {breaker: {first-retry: 50ms}, redis: {command-timeout: 150ms}, security: {tokens: {worker: {file: "
                        + token("worker", WORKER) + "}, operator: {file: " + token("operator", OPERATOR) + "}}}}");
        String log;
        try (EndToEndServe bridge = EndToEndServe.start(
                Map.of("POPPO_LOG_FORMAT", "json", "POPPO_LOG_LEVEL", "DEBUG"),
                state,
                "--phase",
                "dual-write",
                "--config",
                config.toString())) {
            for (int i = 1; i <= 20; i++) {
                write(bridge, i);
            }
            mismatch(bridge);
            badCalls(bridge);
            bridge.killRedis();
            for (int i = 1; i <= 20; i++) {
                write(bridge, i);
            }
            Path file = state.resolve("issue-status.json");
            Files.writeString(file, Files.readString(file).replace("queued", "failed"));
            await(bridge, status -> status.path("foreignWrites").asInt() > 0);
            await(
                    bridge,
                    status -> status.path("breaker").path("state").asText().equals("closed")
                            && status.path("dirtyRecords").asInt() == 0);
            Files.writeString(file, "{\"issues\": {\"1\": {\"status\": \"" + BODY + " \n");
            call(bridge, "GET", "issues/1", "", WORKER);
            call(bridge, "PUT", "migration/phase", "{\"phase\":\"redis-read\",\"reason\":\"seen\"}", OPERATOR);
            log = bridge.errors();
        }

        assertThat(log.lines())
                .hasSizeGreaterThan(5)
                .allSatisfy(line -> assertThat(
                                Json.parse(line).path("formattedMessage").asText())
                        .isNotEmpty());
        String audit = Files.readString(state.resolve(".bridge/audit.jsonl"));
        assertThat(audit).contains("\"mismatch\"", "\"foreign-write\"", "\"fail-over\"", "\"return\"");
        assertThat(log).contains("mismatch by bridge", "foreign-write by bridge", "fail-over by bridge");
        for (String secret : List.of(BODY, OPERATOR, WORKER)) {
            assertThat(log).doesNotContain(secret);
            assertThat(audit).doesNotContain(secret);
        }
    }

    private Path token(String name, String token) throws IOException {
        return Files.writeString(home.resolve(name), token);
    }

    private static void write(EndToEndServe bridge, int issue) throws Exception {
        String body = "{\"status\":\"queued\",\"metadata\":{\"body\":\"" + BODY + " " + System.nanoTime() + "\"}}";
        assertThat(call(bridge, "PATCH", "issues/" + issue, body, WORKER).statusCode())
                .isEqualTo(200);
    }

    private static void mismatch(EndToEndServe bridge) throws Exception {
        RedisClient client = RedisClient.create(bridge.redisUri());
        try (var connection = client.connect()) {
            connection.sync().hset("issue:1", "note", BODY);
        } finally {
            client.shutdown();
        }
        write(bridge, 1);
    }

    private static void badCalls(EndToEndServe bridge) throws Exception {
        call(bridge, "PATCH", "issues/1", "{\"status\": " + BODY, WORKER);
        call(bridge, "PATCH", "issues/1", "{\"status\": [\"" + BODY + "\"]}", WORKER);
        call(bridge, "PUT", "migration/phase", "{\"phase\":\"" + BODY + "\"}", OPERATOR);
        call(bridge, "GET", "migration", "", WORKER);
        call(bridge, "GET", "migration", "", OPERATOR + "x");
    }

    private static HttpResponse<String> call(
            EndToEndServe bridge, String method, String path, String body, String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(bridge.url() + "/v1/projects/default/" + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static void await(EndToEndServe bridge, java.util.function.Predicate<JsonNode> wanted) throws Exception {
        while (!wanted.test(
                Json.parse(call(bridge, "GET", "migration", "", OPERATOR).body()))) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }
}
