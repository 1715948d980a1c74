package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Put;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;
import poppo.bridge.state.Operation.AddProcessedIssue;
import poppo.bridge.state.Operation.RemoveProcessedIssue;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/** Which issues are done with. */
@Controller("/v1/projects/{p}/processed-issues")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "processed")
final class ProcessedIssuesController {
    private final Calls calls;

    ProcessedIssuesController(Calls calls) {
        this.calls = calls;
    }

    @Operation(operationId = "processedIssues.add", summary = "Note an issue as processed")
    @ApiResponse(responseCode = "204", description = "Noted")
    @Put("/{n}")
    CompletionStage<HttpResponse<?>> add(@PathVariable String p, @PathVariable String n, HttpRequest<?> request) {
        return calls.worker(
                request,
                p,
                handle -> Answer.of(handle.state()
                        .execute(
                                new AddProcessedIssue(Limits.issueNumber(n)),
                                handle.stamps().next())));
    }

    @Operation(operationId = "processedIssues.contains", summary = "Ask whether an issue is processed")
    @ApiResponse(responseCode = "204", description = "It is")
    @ApiResponse(
            responseCode = "404",
            description = "It is not",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Get("/{n}")
    CompletionStage<HttpResponse<?>> contains(@PathVariable String p, @PathVariable String n, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> contains(handle, Limits.issueNumber(n)));
    }

    @Operation(operationId = "processedIssues.remove", summary = "Forget that an issue was processed")
    @ApiResponse(responseCode = "204", description = "Forgotten, or not noted")
    @Delete("/{n}")
    CompletionStage<HttpResponse<?>> remove(@PathVariable String p, @PathVariable String n, HttpRequest<?> request) {
        return calls.worker(
                request,
                p,
                handle -> Answer.of(handle.state()
                        .execute(
                                new RemoveProcessedIssue(Limits.issueNumber(n)),
                                handle.stamps().next())));
    }

    @Operation(operationId = "processedIssues.list", summary = "List the processed issues")
    @ApiResponse(
            responseCode = "200",
            description = "In the order they came in",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            array = @ArraySchema(schema = @Schema(implementation = Long.class))))
    @Get
    CompletionStage<HttpResponse<?>> list(@PathVariable String p, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> list(handle));
    }

    private static Answer contains(ProjectHandle handle, long issue) {
        Versioned record = handle.state().read(RecordKey.processedIssue(issue));
        return record.image() != null
                ? Answer.noContent(record.served())
                : Answer.problem(Problem.notFound("issue " + issue + " is not noted as processed"), false)
                        .servedBy(record.served());
    }

    private static Answer list(ProjectHandle handle) {
        Whole whole = Whole.of(handle, StateCollection.PROCESSED_ISSUES);
        ArrayNode issues = Json.array();
        whole.records().forEach(record -> issues.add(Json.number(record.key().number())));
        return Answer.ok(issues, whole.served());
    }
}
