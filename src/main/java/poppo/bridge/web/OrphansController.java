package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;
import poppo.bridge.state.Operation.ReleaseOrphan;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.Stamp;

/** Issues whose holder has died. */
@Controller("/v1/projects/{p}/orphans")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "orphans")
final class OrphansController {
    private final Calls calls;

    OrphansController(Calls calls) {
        this.calls = calls;
    }

    @Operation(operationId = "orphans.list", summary = "List the issues whose holder's heartbeat has expired")
    @ApiResponse(
            responseCode = "200",
            description = "By number",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            array = @ArraySchema(schema = @Schema(implementation = Schemas.OrphanShape.class))))
    @Get
    CompletionStage<HttpResponse<?>> list(@PathVariable String p, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> list(handle));
    }

    @Operation(operationId = "orphans.release", summary = "Take an issue from its dead holder")
    @ApiResponse(
            responseCode = "200",
            description = "The issue, free to be checked out",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.IssueShape.class)))
    @ApiResponse(
            responseCode = "404",
            description = "unknown-issue",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @ApiResponse(
            responseCode = "409",
            description = "holder-alive, or not-processing",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Post("/{n}/release")
    CompletionStage<HttpResponse<?>> release(@PathVariable String p, @PathVariable String n, HttpRequest<?> request) {
        return calls.worker(
                request,
                p,
                handle -> Answer.of(handle.state()
                        .execute(
                                new ReleaseOrphan(Limits.issueNumber(n)),
                                handle.stamps().next())));
    }

    private static Answer list(ProjectHandle handle) {
        ArrayNode orphans = Json.array();
        for (Orphan orphan : handle.state().orphans(handle.stamps().next().now())) {
            ObjectNode item = Json.object();
            item.set("issue", Json.number(orphan.issue()));
            item.put("processId", orphan.processId());
            item.put("lastSeen", orphan.lastSeen() == null ? null : Stamp.time(orphan.lastSeen()));
            orphans.add(item);
        }
        return Answer.ok(orphans, handle.shadow().listsFrom());
    }
}
