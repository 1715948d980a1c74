package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import poppo.bridge.migration.BackfillRequest;
import poppo.bridge.migration.DiffReport;
import poppo.bridge.migration.Migration;
import poppo.bridge.migration.ReportFormat;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/**
 * The operator API of a running bridge, over HTTP. What goes wrong is a {@link CommandFailure} whose exit code follows
 * from the answer's status: 3 for no or no sensible answer and 5xx, 1 for a conflict, 2 for any other refusal.
 */
final class BridgeClient implements MigrationApi {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration READ = Duration.ofSeconds(30);
    /** A change of phase may copy every record before it answers. */
    private static final Duration CHANGE = Duration.ofMinutes(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
    private final URI url;
    private final String project;
    private final @Nullable String token;

    /** @param token an operator's; null sends none */
    BridgeClient(URI url, String project, @Nullable String token) {
        this.url = url;
        this.project = project;
        this.token = token;
    }

    @Override
    public Answer status() {
        return json(send(request("", READ).GET()));
    }

    /** @param request the body of {@code PUT phase} */
    Answer changePhase(ObjectNode request) {
        return json(send(request("/phase", CHANGE).PUT(body(request))));
    }

    @Override
    public Answer rollback(ObjectNode request) {
        return json(send(request("/rollback", CHANGE).POST(body(request))));
    }

    @Override
    public Answer backfill(BackfillRequest request) {
        return start("/backfill", request.toJson());
    }

    @Override
    public Answer diff(Migration.DiffRequest wanted) {
        ObjectNode request = Json.object().put("repair", wanted.repair().label());
        if (wanted.dryRun()) {
            request.put("dryRun", true);
        }
        if (wanted.resume()) {
            request.put("resume", true);
        }
        return start("/diffs", request);
    }

    @Override
    public Answer reports() {
        return json(send(request("/diffs", READ).GET()));
    }

    @Override
    public Answer noiseRules() {
        return json(send(request("/noise-rules", READ).GET()));
    }

    @Override
    public Answer addNoiseRule(ObjectNode rule) {
        return json(send(request("/noise-rules", READ).POST(body(rule))));
    }

    @Override
    public void removeNoiseRule(String name) {
        send(request("/noise-rules/" + segment(name), READ).DELETE());
    }

    /** The job that a POST started; where the answer has no body, the one that its {@code Location} names. */
    private Answer start(String path, ObjectNode request) {
        HttpResponse<String> response = send(request(path, READ).POST(body(request)));
        if (!response.body().isBlank()) {
            return json(response);
        }
        Optional<String> location = response.headers().firstValue("Location");
        String id = location.map(at -> at.substring(at.lastIndexOf('/') + 1)).orElse("");
        if (id.isEmpty()) {
            throw malformed(response, "it names no job");
        }
        return job(id);
    }

    @Override
    public Answer job(String id) {
        return json(send(request("/jobs/" + segment(id), READ).GET()));
    }

    @Override
    public void cancel(String id) {
        send(request("/jobs/" + segment(id), READ).DELETE());
    }

    @Override
    public String report(String id, ReportFormat format) {
        String path = "/diffs/" + segment(id);
        return switch (format) {
            case HTML ->
                send(request(path, READ).setHeader("Accept", "text/html").GET()).body();
            case MARKDOWN ->
                send(request(path, READ).setHeader("Accept", "text/markdown").GET())
                        .body();
            case JSON -> json(send(request(path, READ).GET())).body();
            case TEXT, JUNIT -> render(send(request(path, READ).GET()), format);
        };
    }

    private String render(HttpResponse<String> response, ReportFormat format) {
        try {
            return format.render(DiffReport.of(json(response).json()));
        } catch (BridgeException.Corrupt e) {
            throw malformed(response, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Answer verify() {
        return json(send(request("/verify", READ).POST(BodyPublishers.noBody())));
    }

    /** What others did to the files. */
    Answer foreignWrites() {
        return json(send(request("/foreign-writes", READ).GET()));
    }

    /** @param request the body of {@code POST foreign-writes/reapply} */
    Answer reapply(ObjectNode request) {
        return json(send(request("/foreign-writes/reapply", CHANGE).POST(body(request))));
    }

    /** Where the plan is that runs, or that ran last. */
    Answer plan() {
        return json(send(request("/plan", READ).GET()));
    }

    /** @param text of the plan, as it is */
    Answer runPlan(String text) {
        return json(send(request("/plan", READ)
                .setHeader("Content-Type", "application/yaml")
                .POST(BodyPublishers.ofString(text))));
    }

    /** @param verb what to do with the plan, as the path says it */
    Answer steerPlan(String verb, ObjectNode request) {
        return json(send(request("/plan/" + verb, READ).POST(body(request))));
    }

    /** @param request the body of {@code POST recordings} */
    Answer startRecording(ObjectNode request) {
        return json(send(request("/recordings", CHANGE).POST(body(request))));
    }

    /** Those of the bridge's run. */
    Answer recordings() {
        return json(send(request("/recordings", READ).GET()));
    }

    Answer stopRecording(String id) {
        return json(send(request("/recordings/" + segment(id), CHANGE).DELETE()));
    }

    @Override
    public String place() {
        return project + " at " + url;
    }

    @Override
    public void close() {
        // The client's threads are daemons and hold nothing that must be given back.
    }

    private HttpRequest.Builder request(String path, Duration timeout) {
        URI target = URI.create(stripped(url) + "/v1/projects/" + segment(project) + "/migration" + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .timeout(timeout)
                .header("Accept", "application/json, application/problem+json")
                .header("Content-Type", "application/json");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return request;
    }

    private static HttpRequest.BodyPublisher body(ObjectNode json) {
        return BodyPublishers.ofString(Json.compact(json));
    }

    private static String stripped(URI url) {
        String text = url.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpResponse<String> send(HttpRequest.Builder builder) {
        HttpRequest request = builder.build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (response.statusCode() / 100 != 2) {
                throw refusal(response);
            }
            return response;
        } catch (HttpConnectTimeoutException e) {
            throw unreachable("nothing answers within " + CONNECT.toSeconds() + " s", e);
        } catch (HttpTimeoutException e) {
            throw late(request, e);
        } catch (IOException e) {
            throw unreachable(reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.interrupted("interrupted while waiting for the bridge at " + url);
        }
    }

    /** The JDK gives a refused connection no message. */
    private static String reason(IOException e) {
        if (e instanceof ConnectException) {
            return unresolved(e) ? "there is no such host" : "the connection is refused";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static boolean unresolved(@Nullable Throwable e) {
        return e != null && (e instanceof UnresolvedAddressException || unresolved(e.getCause()));
    }

    private CommandFailure unreachable(String why, IOException e) {
        return CommandFailure.outOfReach(
                "no bridge can be reached at " + url + ": " + why
                        + "; start one with 'poppo-bridge serve', or name another with --url",
                e);
    }

    private CommandFailure late(HttpRequest request, IOException e) {
        boolean read = request.method().equals("GET");
        return CommandFailure.outOfReach(
                "the bridge at " + url + " did not answer " + request.method() + " "
                        + request.uri().getPath() + " in time; "
                        + (read ? "try again" : "it may still be doing it: look with 'poppo-bridge status'"),
                e);
    }

    private CommandFailure refusal(HttpResponse<String> response) {
        int status = response.statusCode();
        Answer problem = problem(response);
        String said = problem.json()
                .path("detail")
                .asText(problem.json().path("title").asText(""));
        String code = problem.json().path("code").asText("HTTP " + status);
        String where = "the bridge at " + url + " refused (" + code + ")" + (said.isEmpty() ? "" : ": " + said);
        return switch (status) {
            case 401, 403 ->
                CommandFailure.refused(
                        ExitCode.USAGE,
                        where + "; pass --token-file with a file that has an operator's token",
                        problem);
            case 409 -> CommandFailure.refused(ExitCode.INCONSISTENT, where, problem);
            case 503 -> CommandFailure.refused(ExitCode.OUT_OF_REACH, where + retry(response), problem);
            case 404 ->
                CommandFailure.refused(ExitCode.USAGE, where + "; --project here is '" + project + "'", problem);
            default ->
                status >= 500
                        ? CommandFailure.refused(ExitCode.OUT_OF_REACH, where + "; the bridge's log has more", problem)
                        : CommandFailure.refused(ExitCode.USAGE, where, problem);
        };
    }

    private static String retry(HttpResponse<String> response) {
        return response.headers()
                .firstValue("Retry-After")
                .map(seconds -> "; try again in " + seconds + " s")
                .orElse("; try again, or see 'poppo-bridge doctor'");
    }

    /** Every refusal of a bridge is a problem document; whatever else answers there is no bridge. */
    private Answer problem(HttpResponse<String> response) {
        Answer answer = json(response);
        if (!answer.json().isObject()) {
            throw malformed(response, "it is no problem document");
        }
        return answer;
    }

    private Answer json(HttpResponse<String> response) {
        try {
            JsonNode json = Json.parse(response.body());
            if (json.isContainerNode()) {
                return new Answer(response.body(), json);
            }
        } catch (MalformedJsonException e) {
            throw malformed(response, "it is no JSON (" + e.getMessage() + ")");
        }
        throw malformed(response, "it is neither an object nor an array");
    }

    private CommandFailure malformed(HttpResponse<String> response, String why) {
        return CommandFailure.outOfReach(
                "the answer of " + response.uri() + " (HTTP " + response.statusCode() + ") can't be understood: " + why
                        + "; is it a poppo-bridge of this version that listens there?",
                null);
    }
}
