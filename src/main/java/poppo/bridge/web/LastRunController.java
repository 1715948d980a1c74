package poppo.bridge.web;

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
import java.util.concurrent.CompletionStage;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation.SetLastRun;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Versioned;

/** When the worker last ran. */
@Controller("/v1/projects/{p}/last-run")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "last-run")
final class LastRunController {
    private final Calls calls;

    LastRunController(Calls calls) {
        this.calls = calls;
    }

    @Operation(operationId = "lastRun.read", summary = "Read the last run")
    @ApiResponse(
            responseCode = "200",
            description = "An empty object when there is none",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.LastRunShape.class)))
    @Get
    CompletionStage<HttpResponse<?>> read(@PathVariable String p, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> read(handle));
    }

    @Operation(operationId = "lastRun.write", summary = "Write the last run")
    @RequestBody(
            required = true,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.LastRunShape.class)))
    @ApiResponse(responseCode = "204", description = "Written")
    @Put
    CompletionStage<HttpResponse<?>> write(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.worker(
                request,
                p,
                body,
                handle -> Answer.of(handle.state()
                        .execute(
                                new SetLastRun(Fields.of(body).json()),
                                handle.stamps().next())));
    }

    private static Answer read(ProjectHandle handle) {
        Versioned record = handle.state().read(RecordKey.LAST_RUN);
        return Answer.ok(record.image() == null ? Json.object() : record.image(), record.served());
    }
}
