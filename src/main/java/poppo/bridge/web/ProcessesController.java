package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Put;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;
import poppo.bridge.state.Operation.RegisterProcess;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.Versioned;

/** The processes that work on issues, and whether they live. */
@Controller("/v1/projects/{p}/processes")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "processes")
final class ProcessesController {
    private static final String HOST = "host";
    private static final String TMUX_SESSION = "tmuxSession";

    private final Calls calls;

    ProcessesController(Calls calls) {
        this.calls = calls;
    }

    @Operation(
            operationId = "processes.register",
            summary = "Write down who a process is",
            description =
                    "Replaces an earlier registration, and counts as a sign of life. Any further fields are kept.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.ProcessShape.class)))
    @ApiResponse(
            responseCode = "200",
            description = "The registration",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.ProcessShape.class)))
    @Put("/{id}")
    CompletionStage<HttpResponse<?>> register(
            @PathVariable String p,
            @PathVariable String id,
            @Parameter(hidden = true) @Body @Nullable byte[] body,
            HttpRequest<?> request) {
        return calls.worker(request, p, body, handle -> register(handle, id, Fields.of(body)));
    }

    @Operation(operationId = "processes.read", summary = "Read a process, and whether it lives")
    @ApiResponse(
            responseCode = "200",
            description = "The registration with alive and lastSeen",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            schema = @Schema(implementation = Schemas.ProcessWithLifeShape.class)))
    @ApiResponse(
            responseCode = "404",
            description = "Neither registered nor alive",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Get("/{id}")
    CompletionStage<HttpResponse<?>> read(@PathVariable String p, @PathVariable String id, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> read(handle, Limits.id("id", id)));
    }

    @Operation(operationId = "processes.heartbeat", summary = "Say that a process lives")
    @ApiResponse(
            responseCode = "204",
            description = "Renewed for 1800 s, with the lastHeartbeat of every issue it holds")
    @Put("/{id}/heartbeat")
    CompletionStage<HttpResponse<?>> heartbeat(
            @PathVariable String p, @PathVariable String id, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> heartbeat(handle, Limits.id("id", id)));
    }

    private static Answer register(ProjectHandle handle, String id, Fields fields) {
        fields.optionalPid(Issue.PID);
        fields.optionalLabel(HOST);
        fields.optionalLabel(TMUX_SESSION);
        return Answer.of(handle.state()
                .execute(new RegisterProcess(id, fields.json()), handle.stamps().next()));
    }

    /** What a checkout says of its process; null when it names no place. */
    static @Nullable ObjectNode registration(@Nullable Long pid, Fields fields) {
        String host = fields.optionalLabel(HOST);
        String tmuxSession = fields.optionalLabel(TMUX_SESSION);
        if (host == null && tmuxSession == null) {
            return null;
        }
        ObjectNode registration = Json.object();
        if (pid != null) {
            registration.set(Issue.PID, Json.number(pid));
        }
        if (host != null) {
            registration.put(HOST, host);
        }
        if (tmuxSession != null) {
            registration.put(TMUX_SESSION, tmuxSession);
        }
        return registration;
    }

    private static Answer read(ProjectHandle handle, String id) {
        Versioned record = handle.state().read(RecordKey.process(id));
        Optional<Instant> lastSeen =
                handle.state().lastSeen(id, handle.stamps().next().now());
        if (record.image() == null && lastSeen.isEmpty()) {
            return Answer.problem(Problem.notFound("There is no process of this id"), false)
                    .servedBy(record.served());
        }
        ObjectNode answer = record.image() == null ? Json.object() : Json.copy(record.image());
        answer.put("alive", lastSeen.isPresent());
        answer.put("lastSeen", lastSeen.map(Stamp::time).orElse(null));
        return Answer.ok(answer, record.served());
    }

    private static Answer heartbeat(ProjectHandle handle, String id) {
        handle.state().heartbeat(id, handle.stamps().next());
        return Answer.noContent(handle.shadow().listsFrom());
    }
}
