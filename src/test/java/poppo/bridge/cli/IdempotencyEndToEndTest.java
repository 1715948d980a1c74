package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers that send each call with a key, again and again until it is answered, to a bridge that is killed meanwhile. */
@Timeout(300)
final class IdempotencyEndToEndTest {
    private static final int KILLS = 2;
    private static final int WORKERS = 4;

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path home;

    private volatile EndToEndServe bridge;
    private volatile boolean stopped;
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();
    /** By pending task, the answer to its append. */
    private final Map<String, HttpResponse<String>> appended = new ConcurrentHashMap<>();

    @Test
    void eachCallWithAKeyTakesEffectOnceThoughTheBridgeIsKilled() throws Exception {
        killedUnderKeyedCalls("redis-write");
    }

    @Tag("nightly")
    @ParameterizedTest
    @ValueSource(strings = {"file", "dual-write", "redis-only"})
    void eachCallWithAKeyTakesEffectOnceInTheOtherPhasesToo(String phase) throws Exception {
        killedUnderKeyedCalls(phase);
    }

    private void killedUnderKeyedCalls(String phase) throws Exception {
        Path directory = Files.createDirectory(home.resolve("state"));
        List<EndToEndServe> killed = new ArrayList<>();
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        bridge = EndToEndServe.start(directory, "--phase", phase);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                int worker = i;
                running.add(workers.submit(() -> work(worker)));
            }
            for (int i = 0; i < KILLS; i++) {
                awaitMore(60, running);
                bridge.kill();
                killed.add(bridge);
                bridge = EndToEndServe.start(directory);
            }
            awaitMore(40, running);
            stopped = true;
            for (Future<?> each : running) {
                each.get(60, TimeUnit.SECONDS);
            }
            assertThat(repeated).as("calls sent again").hasPositiveValue();
            assertOnce(bridge.get("pending-tasks").done());
        } finally {
            stopped = true;
            workers.shutdownNow();
            bridge.close();
            killed.forEach(EndToEndServe::close);
        }
    }

    private void awaitMore(int calls, List<Future<?>> running) throws Exception {
        int wanted = answered.get() + calls;
        while (answered.get() < wanted) {
            for (Future<?> each : running) {
                if (each.isDone()) {
                    each.get();
                }
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private Void work(int worker) throws InterruptedException {
        for (int round = 0; !stopped; round++) {
            String process = "w" + worker;
            long issue = 1000L * (worker + 1) + round;
            String key = process + "-" + round;
            String task = "task-" + key;
            HttpResponse<String> answer =
                    untilAnswered("POST", "pending-tasks", "{\"id\":\"" + task + "\"}", key + "-a");
            appended.put(task, answer);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
            String holder = "{\"processId\":\"" + process + "\"}";
            String path = "issues/" + issue;
            HttpResponse<String> held = untilAnswered("POST", path + "/checkout", holder, key + "-b");
            assertThat(held.statusCode()).as(held.body()).isEqualTo(200);
            assertThat(held.body()).contains("\"processing\"", "\"" + process + "\"");
            HttpResponse<String> ended = untilAnswered("POST", path + "/checkin", holder, key + "-c");
            assertThat(ended.statusCode()).as(ended.body()).isEqualTo(200);
            assertThat(ended.body()).contains("\"completed\"");
            HttpResponse<String> removed = untilAnswered("DELETE", path, null, key + "-d");
            assertThat(removed.statusCode()).as(removed.body()).isEqualTo(204);
        }
        return null;
    }

    /** Sends it until the bridge answers; one that is down, or says that it can't now, is asked again. */
    private HttpResponse<String> untilAnswered(String method, String path, String body, String key)
            throws InterruptedException {
        while (true) {
            try {
                HttpResponse<String> answer = send(method, path, body, key);
                if (answer.statusCode() != 503 || answer.body().contains("unknown-outcome")) {
                    answered.incrementAndGet();
                    return answer;
                }
            } catch (IOException down) {
                repeated.incrementAndGet();
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private HttpResponse<String> send(String method, String path, String body, String key)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + bridge.port() + "/v1/projects/default/" + path))
                .timeout(Duration.ofSeconds(30))
                .header("Idempotency-Key", key)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private void assertOnce(JsonNode pending) {
        Map<String, Integer> times = new TreeMap<>();
        pending.forEach(task -> times.merge(task.path("id").asText(), 1, Integer::sum));
        Map<String, Integer> expected = new TreeMap<>();
        appended.keySet().forEach(task -> expected.put(task, 1));
        assertThat(times).isEqualTo(expected);
    }
}
