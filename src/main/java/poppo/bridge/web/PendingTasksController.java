package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Put;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation.AppendPendingTask;
import poppo.bridge.state.Operation.SetPendingTasks;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Versioned;

/** The tasks that wait, in order. */
@Controller("/v1/projects/{p}/pending-tasks")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "tasks")
final class PendingTasksController {
    private final Calls calls;

    PendingTasksController(Calls calls) {
        this.calls = calls;
    }

    @Operation(operationId = "pendingTasks.read", summary = "Read the pending tasks")
    @ApiResponse(
            responseCode = "200",
            description = "In order",
            content = @Content(mediaType = Answer.JSON, array = @ArraySchema(schema = @Schema(type = "object"))))
    @Get
    CompletionStage<HttpResponse<?>> read(@PathVariable String p, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> read(handle));
    }

    @Operation(operationId = "pendingTasks.replace", summary = "Replace the pending tasks")
    @RequestBody(
            required = true,
            content = @Content(mediaType = Answer.JSON, array = @ArraySchema(schema = @Schema(type = "object"))))
    @ApiResponse(responseCode = "204", description = "Replaced")
    @Put
    CompletionStage<HttpResponse<?>> replace(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.worker(request, p, body, handle -> replace(handle, Fields.array(body)));
    }

    @Operation(operationId = "pendingTasks.append", summary = "Append one pending task")
    @RequestBody(required = true, content = @Content(mediaType = Answer.JSON, schema = @Schema(type = "object")))
    @ApiResponse(responseCode = "204", description = "Appended")
    @Post
    CompletionStage<HttpResponse<?>> append(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.worker(
                request,
                p,
                body,
                handle -> Answer.of(handle.state()
                        .execute(
                                new AppendPendingTask(Fields.of(body).json()),
                                handle.stamps().next())));
    }

    private static Answer read(ProjectHandle handle) {
        Versioned record = handle.state().read(RecordKey.PENDING_TASKS);
        return Answer.ok(record.image() == null ? Json.array() : record.image(), record.served());
    }

    private static Answer replace(ProjectHandle handle, ArrayNode tasks) {
        for (int i = 0; i < tasks.size(); i++) {
            if (!tasks.get(i).isObject()) {
                throw new BridgeException.Invalid("[" + i + "]", "must be an object");
            }
        }
        return Answer.of(handle.state()
                .execute(new SetPendingTasks(tasks), handle.stamps().next()));
    }
}
