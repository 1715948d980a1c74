package poppo.bridge.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A bridge with canned answers. Each call takes its next answer; the last one is given again and again. */
final class StubBridge implements AutoCloseable {
    private record Canned(int status, String body, Map<String, String> headers) {}

    private final HttpServer server;
    private final Map<String, Deque<Canned>> answers = new ConcurrentHashMap<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private volatile String authorization = "";

    StubBridge() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** @param call method and path below the migration resource, like {@code GET} or {@code POST /backfill} */
    StubBridge on(String call, int status, String body) {
        return on(call, status, body, Map.of());
    }

    StubBridge on(String call, int status, String body, Map<String, String> headers) {
        answers.computeIfAbsent(call, key -> new ArrayDeque<>()).add(new Canned(status, body, headers));
        return this;
    }

    /** A refusal as RFC 9457 has it. */
    StubBridge refuses(String call, int status, String code, String detail, String more) {
        String body = "{\"type\":\"urn:poppo-bridge:problem:" + code + "\",\"title\":\"Refused\",\"status\":" + status
                + ",\"detail\":\"" + detail + "\",\"code\":\"" + code + "\"" + more + "}";
        return on(call, status, body, Map.of("Content-Type", "application/problem+json"));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        String call = (exchange.getRequestMethod() + " "
                        + path.replaceFirst("/v1/projects/[^/]+/migration", "").strip())
                .strip();
        calls.add(exchange.getRequestMethod() + " " + path + accept(exchange));
        bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        Canned canned = next(call);
        byte[] body = canned.body().getBytes(StandardCharsets.UTF_8);
        canned.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(canned.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static String accept(HttpExchange exchange) {
        String accept = String.valueOf(exchange.getRequestHeaders().getFirst("Accept"));
        return accept.startsWith("text/") ? " " + accept : "";
    }

    private synchronized Canned next(String call) {
        Deque<Canned> left = answers.getOrDefault(call, new ArrayDeque<>());
        if (left.isEmpty()) {
            return new Canned(
                    404, "{\"title\":\"There is nothing here\",\"status\":404,\"code\":\"not-found\"}", Map.of());
        }
        return left.size() == 1 ? left.getFirst() : left.removeFirst();
    }

    /** What was called so far: method, whole path, and {@code Accept} where it asks for text. */
    List<String> calls() {
        return List.copyOf(calls);
    }

    List<String> bodies() {
        return List.copyOf(bodies);
    }

    /** Of the last call; {@code null} as text where there was none. */
    String authorization() {
        return authorization;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
