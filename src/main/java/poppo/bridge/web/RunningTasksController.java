package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import io.micronaut.http.annotation.Put;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;
import poppo.bridge.state.Operation.PutRunningTask;
import poppo.bridge.state.Operation.RemoveRunningTask;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/** The tasks that are running. */
@Controller("/v1/projects/{p}/running-tasks")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "tasks")
final class RunningTasksController {
    private final Calls calls;

    RunningTasksController(Calls calls) {
        this.calls = calls;
    }

    @Operation(operationId = "runningTasks.put", summary = "Write a running task")
    @RequestBody(
            required = true,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.TaskShape.class)))
    @ApiResponse(
            responseCode = "200",
            description = "The task as stored",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.TaskShape.class)))
    @Put("/{id}")
    CompletionStage<HttpResponse<?>> put(
            @PathVariable String p,
            @PathVariable String id,
            @Parameter(hidden = true) @Body @Nullable byte[] body,
            HttpRequest<?> request) {
        return calls.worker(
                request,
                p,
                body,
                handle -> Answer.of(handle.state()
                        .execute(
                                new PutRunningTask(id, Fields.of(body).json()),
                                handle.stamps().next())));
    }

    @Operation(operationId = "runningTasks.read", summary = "Read a running task")
    @ApiResponse(
            responseCode = "200",
            description = "The task",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.TaskShape.class)))
    @MayBeMissing
    @Get("/{id}")
    CompletionStage<HttpResponse<?>> read(@PathVariable String p, @PathVariable String id, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> read(handle, Limits.id("id", id)));
    }

    @Operation(operationId = "runningTasks.remove", summary = "Remove a running task")
    @ApiResponse(responseCode = "204", description = "Removed")
    @MayBeMissing
    @Delete("/{id}")
    CompletionStage<HttpResponse<?>> remove(@PathVariable String p, @PathVariable String id, HttpRequest<?> request) {
        return calls.worker(
                request,
                p,
                handle -> Answer.of(handle.state()
                        .execute(
                                new RemoveRunningTask(id, null), handle.stamps().next())));
    }

    @Operation(operationId = "runningTasks.list", summary = "List the running tasks")
    @ApiResponse(
            responseCode = "200",
            description = "By id",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            schema = @Schema(type = "object", additionalPropertiesSchema = Schemas.TaskShape.class)))
    @Get
    CompletionStage<HttpResponse<?>> list(@PathVariable String p, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> list(handle));
    }

    @Operation(operationId = "runningTasks.removeOlder", summary = "Remove the running tasks that started long ago")
    @ApiResponse(
            responseCode = "200",
            description = "The ids of those removed",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.RemovedShape.class)))
    @Parameter(
            name = "olderThan",
            in = ParameterIn.QUERY,
            required = true,
            description = "ISO-8601 duration; a task that doesn't say when it started is never taken for old",
            schema = @Schema(type = "string", format = "duration", example = "PT24H"))
    @Delete
    CompletionStage<HttpResponse<?>> removeOlder(@PathVariable String p, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> removeOlder(handle, new Query(request)));
    }

    private static Answer read(ProjectHandle handle, String id) {
        Versioned record = handle.state().read(RecordKey.runningTask(id));
        return record.image() != null
                ? Answer.ok(record.image(), record.served())
                : Answer.problem(Problem.notFound("There is no running task of this id"), false)
                        .servedBy(record.served());
    }

    private static Answer list(ProjectHandle handle) {
        Whole whole = Whole.of(handle, StateCollection.RUNNING_TASKS);
        return Answer.ok(whole.byId(), whole.served());
    }

    private static Answer removeOlder(ProjectHandle handle, Query query) {
        Stamp stamp = handle.stamps().next();
        ArrayNode removed = Json.array();
        handle.state()
                .removeRunningTasks(stamp.now().minus(query.duration("olderThan")), stamp)
                .forEach(removed::add);
        ObjectNode answer = Json.object();
        answer.set("removed", removed);
        return Answer.ok(answer, handle.shadow().listsFrom());
    }
}
