package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import poppo.bridge.replay.Recorder;
import poppo.bridge.replay.Recording;
import poppo.bridge.replay.Redaction;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;

/** Recordings of the workers' calls, as fixtures. */
@OperatorOnly
@Controller("/v1/projects/{p}/migration/recordings")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "recordings")
final class RecordingsController {
    private final Calls calls;

    RecordingsController(Calls calls) {
        this.calls = calls;
    }

    @Operation(operationId = "recordings.list", summary = "List the recordings of this run, the newest last")
    @ApiResponse(
            responseCode = "200",
            description = "All of them",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            array = @ArraySchema(schema = @Schema(implementation = Schemas.RecordingShape.class))))
    @Get
    CompletionStage<HttpResponse<?>> list(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> {
            ArrayNode all = Json.array();
            handle.recorder().all().forEach(recording -> all.add(recording.toJson()));
            return Answer.ok(all);
        });
    }

    @Operation(
            operationId = "recordings.start",
            summary = "Record the workers' calls as a fixture",
            description = "What the project holds is copied first, and redacted by rule like all that follows. The"
                    + " recording ends by itself rather than make a worker wait for the disk.")
    @RequestBody(
            required = false,
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            schema = @Schema(implementation = Schemas.RecordingRequestShape.class)))
    @ApiResponse(
            responseCode = "201",
            description = "It runs; Location names it",
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.RecordingShape.class)))
    @ApiResponse(
            responseCode = "409",
            description = "recording-running, recording-exists, too-many-records, secret-found",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Post
    CompletionStage<HttpResponse<?>> start(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.operator(request, p, body, handle -> start(handle, Fields.ofOptional(body)));
    }

    @Operation(
            operationId = "recordings.stop",
            summary = "Stop a recording",
            description = "All of it is on the disk when this is answered. One that ended by itself says why.")
    @ApiResponse(
            responseCode = "200",
            description = "Where it ended",
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.RecordingShape.class)))
    @MayBeMissing
    @Delete("/{id}")
    CompletionStage<HttpResponse<?>> stop(@PathVariable String p, @PathVariable String id, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> stop(handle, Limits.id("id", id)));
    }

    private static Answer start(ProjectHandle handle, Fields fields) {
        JsonNode rules = fields.json().get("rules");
        Redaction redaction = rules == null ? Redaction.standard() : Redaction.of(rules);
        Recording recording = handle.recorder()
                .start(new Recorder.Wanted(
                        fields.optionalText("name"), directory(fields.optionalText("directory")), redaction));
        note(handle, "recording-started", recording);
        return Answer.json(201, recording.toJson())
                .with("Location", "/v1/projects/" + handle.name() + "/migration/recordings/" + recording.id());
    }

    private static @Nullable Path directory(@Nullable String text) {
        try {
            return text == null ? null : Path.of(text);
        } catch (InvalidPathException e) {
            throw new BridgeException.Invalid("directory", "is no path");
        }
    }

    private static Answer stop(ProjectHandle handle, String id) {
        Recording recording = handle.recorder()
                .stop(id)
                .orElseThrow(() -> new Refusal(Problem.notFound("There is no recording of this id, or no more")));
        note(handle, "recording-stopped", recording);
        return Answer.ok(recording.toJson());
    }

    private static void note(ProjectHandle handle, String event, Recording recording) {
        handle.migration()
                .audit()
                .note(event, MigrationController.WHO, "asked for", Json.object().put("id", recording.id()));
    }
}
