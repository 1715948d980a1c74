package poppo.bridge.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import poppo.bridge.state.Json;

/** The bridge as its clients have it. Keeps what each call took. Thread-safe. */
final class Api {
    /** So long nobody may be left without an answer, whatever fails. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    private final Supplier<String> url;
    private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();

    /** @param url asked at every call: a bridge that was started again is at another port */
    Api(Supplier<String> url) {
        this.url = url;
    }

    /** What a call took, and which store answered it; by none it is empty. */
    record Call(String method, String path, long begin, long end, Outcome outcome, String servedBy, boolean answered) {
        long nanos() {
            return end - begin;
        }

        boolean isWrite() {
            return !method.equals("GET");
        }
    }

    /** An answer; where there is none the status is 0. */
    record Reply(Call call, int status, JsonNode body, String problem) {
        Outcome outcome() {
            return call.outcome();
        }

        boolean isDone() {
            return call.outcome() == Outcome.DONE;
        }

        long begin() {
            return call.begin();
        }

        long end() {
            return call.end();
        }
    }

    Reply get(String path) throws InterruptedException {
        return call("GET", path, null);
    }

    /** @param json a body in which {@code '} stands for {@code "}; null for none */
    Reply call(String method, String path, String json) throws InterruptedException {
        Reply reply = send(method, path, json);
        calls.add(reply.call());
        return reply;
    }

    private Reply send(String method, String path, String json) throws InterruptedException {
        long begin = System.nanoTime();
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url.get() + "/v1/projects/default/" + path))
                    .timeout(PATIENCE)
                    .method(
                            method,
                            json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json.replace('\'', '"')));
            if (json != null) {
                request.header("Content-Type", "application/json");
            }
            HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
            long end = System.nanoTime();
            JsonNode body = response.body().isBlank() ? MissingNode.getInstance() : Json.parse(response.body());
            String servedBy = response.headers().firstValue("X-Served-By").orElse("");
            Outcome outcome = outcome(response.statusCode(), body.path("code").asText());
            return new Reply(
                    new Call(method, path, begin, end, outcome, servedBy, true),
                    response.statusCode(),
                    body,
                    outcome == Outcome.DONE ? "" : response.body());
        } catch (IOException e) {
            Outcome outcome = e instanceof ConnectException ? Outcome.NOT_DONE : Outcome.UNKNOWN;
            boolean waited = e instanceof HttpTimeoutException;
            Call call = new Call(method, path, begin, System.nanoTime(), outcome, "", !waited);
            return new Reply(call, 0, MissingNode.getInstance(), e.toString());
        }
    }

    private static Outcome outcome(int status, String code) {
        if (status < 300) {
            return Outcome.DONE;
        }
        if (status < 500) {
            return Outcome.REFUSED;
        }
        return code.equals("unavailable") || code.equals("corrupt-state") ? Outcome.NOT_DONE : Outcome.UNKNOWN;
    }

    /** The calls since the last time that they were forgotten. */
    Collection<Call> calls() {
        return calls;
    }

    void forgetCalls() {
        calls.clear();
    }
}
