package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import poppo.bridge.state.Json;

/** {@code poppo-bridge serve} as a process of its own, and a client of it. Closing it leaves no process behind. */
final class EndToEndServe implements AutoCloseable {
    private static final Pattern SERVES = Pattern.compile("poppo-bridge serves http://127\\.0\\.0\\.1:(\\d+); .*");
    private static final Pattern STANDS_BY =
            Pattern.compile("poppo-bridge stands by at http://127\\.0\\.0\\.1:(\\d+); .*");
    private static final Pattern REDIS = Pattern.compile(".*embedded Redis at (redis://\\S+) \\(pid (\\d+)\\)");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private final Process process;
    private final BufferedReader stdout;
    private final Path stderr;
    private final List<String> said = new ArrayList<>();
    private int port;
    private String redisUri = "";
    private Optional<ProcessHandle> redis = Optional.empty();

    /** What a process that ended by itself left. */
    record Ended(int exitCode, String out, String err) {}

    /** An answer. */
    record Reply(int status, JsonNode body, HttpResponse<String> response) {
        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** The body of a call that must have been done. */
        JsonNode done() {
            assertThat(status)
                    .as("%s %s: %s", response.request().method(), response.uri(), response.body())
                    .isBetween(200, 299);
            return body;
        }
    }

    private EndToEndServe(Process process, Path stderr) {
        this.process = process;
        this.stdout = process.inputReader(StandardCharsets.UTF_8);
        this.stderr = stderr;
    }

    /** Starts it on {@code stateDir}, at any free port, and returns when it serves. */
    static EndToEndServe start(Path stateDir, String... more) throws IOException {
        return start(Map.of(), stateDir, more);
    }

    /** As {@link #start(Path, String...)}, with variables of its own. */
    static EndToEndServe start(Map<String, String> environment, Path stateDir, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("--state-dir", stateDir.toString(), "--port", "0"));
        args.addAll(List.of(more));
        EndToEndServe serve = launch(args, environment);
        serve.await(SERVES);
        return serve;
    }

    /** Starts it on a directory that another one owns, and returns when it stands by. */
    static EndToEndServe standBy(Path stateDir, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("--state-dir", stateDir.toString(), "--port", "0"));
        args.addAll(List.of(more));
        EndToEndServe serve = launch(args);
        serve.await(STANDS_BY);
        return serve;
    }

    /** Starts it with just these arguments, and returns when it says {@code line}. */
    static EndToEndServe startUntil(Pattern line, String... args) throws IOException {
        EndToEndServe serve = launch(List.of(args));
        serve.await(line);
        return serve;
    }

    /** Starts two at one moment, and returns when each says {@code line}. */
    static List<EndToEndServe> startTogether(Pattern line, String[] one, String[] other) throws IOException {
        List<EndToEndServe> both = List.of(launch(List.of(one)), launch(List.of(other)));
        for (EndToEndServe each : both) {
            each.await(line);
        }
        return both;
    }

    /** Returns when it says {@code line}. */
    void awaitLine(Pattern line) throws IOException {
        await(line);
    }

    /** Returns when one that stood by serves. */
    void awaitTakeOver() throws IOException {
        await(SERVES);
    }

    /** Runs a serve that is to end by itself. */
    static Ended run(String... args) throws IOException, InterruptedException {
        EndToEndServe serve = launch(List.of(args));
        try {
            String out = String.join("\n", serve.stdout.lines().toList());
            assertThat(serve.process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            return new Ended(serve.process.exitValue(), out, serve.errors());
        } finally {
            serve.close();
        }
    }

    private static EndToEndServe launch(List<String> args) throws IOException {
        return launch(args, Map.of());
    }

    private static EndToEndServe launch(List<String> args, Map<String, String> environment) throws IOException {
        Path stderr = Files.createTempFile("serve", ".err");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve"));
        command.addAll(args);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(stderr.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BRIDGE_") || name.startsWith("POPPO_"));
        builder.environment().putAll(environment);
        return new EndToEndServe(builder.start(), stderr);
    }

    /** Reads until a line like this; its first group, where it has one, is the port. */
    private void await(Pattern wanted) throws IOException {
        for (String line = stdout.readLine(); line != null; line = stdout.readLine()) {
            said.add(line);
            Matcher embedded = REDIS.matcher(line);
            if (embedded.matches()) {
                redisUri = embedded.group(1);
                redis = ProcessHandle.of(Long.parseLong(embedded.group(2)));
            }
            Matcher found = wanted.matcher(line);
            if (found.matches()) {
                port = found.groupCount() == 0 ? port : Integer.parseInt(found.group(1));
                return;
            }
        }
        String errors = errors();
        close();
        throw new AssertionError("serve ended before it said " + wanted + ": " + said + "\n" + errors);
    }

    List<String> said() {
        return said;
    }

    String errors() throws IOException {
        return Files.readString(stderr);
    }

    long pid() {
        return process.pid();
    }

    int port() {
        return port;
    }

    String redisUri() {
        return redisUri;
    }

    ProcessHandle redis() {
        return redis.orElseThrow();
    }

    // ---- calls

    Reply call(String method, String path, String json) throws IOException, InterruptedException {
        return request(method, "/v1/projects/default/" + path, json);
    }

    /** The answer to a GET of a path that is about no project. */
    Reply getPlain(String path) throws IOException, InterruptedException {
        return request("GET", path, null);
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    private Reply request(String method, String path, String json) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(PATIENCE)
                .method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
        if (json != null) {
            request.header("Content-Type", "application/json");
        }
        HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
        JsonNode body = response.body().isBlank() ? MissingNode.getInstance() : Json.parse(response.body());
        return new Reply(response.statusCode(), body, response);
    }

    Reply get(String path) throws IOException, InterruptedException {
        return call("GET", path, null);
    }

    /** What an operation that must be done answers; {@code '} stands for {@code "}. */
    JsonNode done(String method, String path, String json) throws IOException, InterruptedException {
        return call(method, path, json == null ? null : json.replace('\'', '"')).done();
    }

    JsonNode status() throws IOException, InterruptedException {
        return get("migration").done();
    }

    /** Looks until the migration's status is as wanted. */
    JsonNode awaitStatus(String wanted, Predicate<JsonNode> holds) throws IOException, InterruptedException {
        return await(wanted, "migration", holds);
    }

    /** Starts a job, and returns it when it has ended. */
    JsonNode job(String path) throws IOException, InterruptedException {
        String id = done("POST", "migration/" + path, "{}").path("id").asText();
        JsonNode job = await(
                "the end of " + path,
                "migration/jobs/" + id,
                each -> !each.path("state").asText().equals("running"));
        assertThat(job.path("state").asText()).as("%s", job).isEqualTo("done");
        return job;
    }

    /** Looks at {@code path} until it is as wanted. */
    JsonNode await(String wanted, String path, Predicate<JsonNode> holds) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        JsonNode last = get(path).done();
        while (!holds.test(last)) {
            assertThat(System.nanoTime())
                    .as("%s did not come; last seen: %s; log: %s", wanted, last, errors())
                    .isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            last = get(path).done();
        }
        return last;
    }

    /** Both stores agree in every record, by a diff of their own. */
    void assertConsistent() throws IOException, InterruptedException {
        JsonNode result = job("diffs").path("result");
        assertThat(result.path("verdict").asText()).as("%s", result).isEqualTo("consistent");
    }

    // ---- ends

    /** SIGKILL: nothing is written any more. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /** Waits until it has ended by itself; returns the exit code. */
    int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** Sends a signal by its name. */
    void signal(String name) throws IOException, InterruptedException {
        signal(name, pid());
    }

    static void signal(String name, long pid) throws IOException, InterruptedException {
        int failed = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .start()
                .waitFor();
        assertThat(failed).isZero();
    }

    /** SIGKILL to the embedded Redis. */
    void killRedis() throws InterruptedException, ExecutionException, TimeoutException {
        redis().destroyForcibly();
        redis().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** SIGTERM; returns the exit code, given within ten seconds. */
    int terminate() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(10, TimeUnit.SECONDS))
                .as("ended within 10 s of SIGTERM")
                .isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor();
            redis.ifPresent(ProcessHandle::destroyForcibly);
            stdout.close();
            Files.deleteIfExists(stderr);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- directories

    /** A copy of one of the real directories in {@code into}. */
    static Path copyOf(String fixture, Path into) throws IOException {
        Path directory = Files.createDirectories(into);
        try (Stream<Path> files = Files.list(Path.of("fixtures", fixture, "before"))) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
        }
        return directory;
    }

    static JsonNode json(Path directory, String file) throws IOException {
        return Json.parse(Files.readAllBytes(directory.resolve(file)));
    }
}
