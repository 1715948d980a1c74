package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
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
import poppo.bridge.state.Operation.AddProcessedComment;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/** Which comments are done with, issue by issue. */
@Controller("/v1/projects/{p}/processed-comments")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "processed")
final class ProcessedCommentsController {
    private final Calls calls;

    ProcessedCommentsController(Calls calls) {
        this.calls = calls;
    }

    @Operation(operationId = "processedComments.add", summary = "Note a comment as processed")
    @ApiResponse(responseCode = "204", description = "Noted")
    @Put("/{n}/{commentId}")
    CompletionStage<HttpResponse<?>> add(
            @PathVariable String p, @PathVariable String n, @PathVariable String commentId, HttpRequest<?> request) {
        return calls.worker(
                request,
                p,
                handle -> Answer.of(handle.state()
                        .execute(
                                new AddProcessedComment(Limits.issueNumber(n), commentId),
                                handle.stamps().next())));
    }

    @Operation(operationId = "processedComments.contains", summary = "Ask whether a comment is processed")
    @ApiResponse(responseCode = "204", description = "It is")
    @ApiResponse(
            responseCode = "404",
            description = "It is not",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Get("/{n}/{commentId}")
    CompletionStage<HttpResponse<?>> contains(
            @PathVariable String p, @PathVariable String n, @PathVariable String commentId, HttpRequest<?> request) {
        return calls.worker(
                request, p, handle -> contains(handle, Limits.issueNumber(n), Limits.id("commentId", commentId)));
    }

    @Operation(operationId = "processedComments.ofIssue", summary = "List the processed comments of an issue")
    @ApiResponse(
            responseCode = "200",
            description = "In the order they came in; empty when there are none",
            content = @Content(mediaType = Answer.JSON, array = @ArraySchema(schema = @Schema(type = "string"))))
    @Get("/{n}")
    CompletionStage<HttpResponse<?>> ofIssue(@PathVariable String p, @PathVariable String n, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> ofIssue(handle, Limits.issueNumber(n)));
    }

    @Operation(operationId = "processedComments.list", summary = "List all processed comments")
    @ApiResponse(
            responseCode = "200",
            description = "Comment ids by issue number",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            schema = @Schema(type = "object", additionalPropertiesSchema = String[].class)))
    @Get
    CompletionStage<HttpResponse<?>> list(@PathVariable String p, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> list(handle));
    }

    private static Answer contains(ProjectHandle handle, long issue, String commentId) {
        Versioned record = handle.state().read(RecordKey.processedComments(issue));
        for (JsonNode known : ids(record)) {
            if (commentId.equals(known.textValue())) {
                return Answer.noContent(record.served());
            }
        }
        return Answer.problem(Problem.notFound("this comment of issue " + issue + " is not noted as processed"), false)
                .servedBy(record.served());
    }

    private static Answer ofIssue(ProjectHandle handle, long issue) {
        Versioned record = handle.state().read(RecordKey.processedComments(issue));
        return Answer.ok(ids(record), record.served());
    }

    private static JsonNode ids(Versioned record) {
        return record.image() == null ? Json.array() : record.image();
    }

    private static Answer list(ProjectHandle handle) {
        Whole whole = Whole.of(handle, StateCollection.PROCESSED_COMMENTS);
        return Answer.ok(whole.byId(), whole.served());
    }
}
