package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.machine.Disk;
import poppo.bridge.migration.Finding;
import poppo.bridge.migration.Migration;
import poppo.bridge.plan.PlanRunner;
import poppo.bridge.replay.Recorder;
import poppo.bridge.replay.RecordingSite;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.MemoryRedis;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.TestClock;
import poppo.bridge.state.Versioned;

/** A whole bridge over stores in memory, on a free loopback port, and the means to call it. */
final class Bridge implements AutoCloseable {
    static final String WORKER = "/v1/projects/default/";
    static final String OPERATOR = "/v1/projects/default/migration";

    final TestClock clock = new TestClock();
    final MemoryFiles files = new MemoryFiles();
    final MemoryRedis redis = new MemoryRedis();
    final ShadowStateManager shadow;
    final Migration migration;
    final PlanRunner plans;
    final Path directory;
    BridgeServer server;
    private final WebOptions options;
    private Idempotency idempotency;
    private final HttpClient client = HttpClient.newHttpClient();

    Bridge() {
        this(WebOptions.defaults());
    }

    Bridge(WebOptions options) {
        this.options = options;
        directory = temporary();
        Metrics metrics = new Metrics();
        AuditJournal audit = new AuditJournal(new Disk(), directory, clock);
        ShadowOptions manual = new ShadowOptions(
                100,
                JournalOptions.defaults(),
                Duration.ZERO,
                Duration.ZERO,
                10_000,
                256,
                10,
                Duration.ofMillis(500),
                Duration.ofSeconds(10));
        shadow = ShadowStateManager.open(
                new ShadowStateManager.Parts(files, redis, directory, audit, metrics.observer("default"), clock),
                manual);
        migration = new Migration(
                shadow,
                audit,
                () -> List.of(Finding.ok("test", "always well")),
                new poppo.bridge.migration.Evidence(),
                clock,
                new Disk(),
                directory);
        plans = PlanRunner.open(
                migration,
                shadow,
                new Disk(),
                directory,
                clock,
                new PlanRunner.Options(null, Duration.ZERO, plan -> plan));
        serve(new Disk(), metrics);
    }

    private void serve(Disk disk, Metrics metrics) {
        idempotency = Idempotency.open(
                directory.resolve("idempotency"),
                shadow,
                clock,
                () -> clock.millis() * 1_000_000,
                disk,
                Idempotency.Bounds.STANDARD);
        Recorder recorder = new Recorder(
                shadow,
                RecordingSite.of(
                        directory,
                        directory,
                        place -> FileStateManager.open(FileOptions.of(place).withoutSchedule()),
                        clock));
        ProjectHandle handle = new ProjectHandle(
                "default", recorder, shadow, migration, plans, new Stamp.Source(clock), idempotency, recorder);
        server = BridgeServer.start(options.withAddress(options.host(), 0), new Projects(metrics, List.of(handle)));
    }

    /** Ends the server and what it knew, and starts another on the same directory; the stores stay as they are. */
    void restart(Disk disk) {
        server.stop();
        idempotency.close();
        serve(disk, new Metrics());
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("bridge-web");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An answer, its body read as JSON where it is that. */
    record Reply(HttpResponse<String> http) {
        int status() {
            return http.statusCode();
        }

        String text() {
            return http.body();
        }

        JsonNode json() {
            return Json.parse(http.body());
        }

        String code() {
            return json().path("code").asText();
        }

        String field() {
            return json().path("field").asText();
        }

        String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }
    }

    Reply get(String path, String... headers) {
        return call("GET", path, null, headers);
    }

    Reply delete(String path, String... headers) {
        return call("DELETE", path, null, headers);
    }

    Reply post(String path, String body, String... headers) {
        return call("POST", path, body, headers);
    }

    Reply put(String path, String body, String... headers) {
        return call("PUT", path, body, headers);
    }

    Reply call(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(20));
        request.method(
                method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null && !List.of(headers).contains("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return new Reply(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends bytes as they are and returns all that comes back until the server closes, or {@code millis} of silence. */
    String raw(String request, int millis) {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(millis);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return readAll(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String readAll(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } catch (java.net.SocketTimeoutException | java.net.SocketException quiet) {
            return out.toString(StandardCharsets.UTF_8);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Everything both stores hold, for a comparison before and after. */
    String dump() {
        StringBuilder dump = new StringBuilder(shadow.standing().toString());
        for (StateCollection collection : StateCollection.values()) {
            for (Versioned record : files.page(collection, null, Integer.MAX_VALUE)) {
                dump.append('\n').append(record);
            }
        }
        dump.append('\n').append(files.labels().size());
        return dump.toString();
    }

    static ObjectNode object(String json) {
        return (ObjectNode) Json.parse(json);
    }

    @Override
    public void close() {
        server.stop();
        idempotency.close();
        plans.close();
        migration.close();
        shadow.close();
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
