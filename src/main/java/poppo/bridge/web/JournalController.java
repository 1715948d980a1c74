package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.concurrent.CompletionStage;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;

/** The audit journal. */
@OperatorOnly
@Controller("/v1/projects/{p}/migration/journal")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "migration")
final class JournalController {
    private final Calls calls;

    JournalController(Calls calls) {
        this.calls = calls;
    }

    @Operation(operationId = "journal.read", summary = "Page through the audit journal")
    @ApiResponse(
            responseCode = "200",
            description = "Oldest first",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.JournalShape.class)))
    @Parameter(
            name = "after",
            in = ParameterIn.QUERY,
            description = "The number to go on after",
            schema = @Schema(implementation = Long.class))
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            description = "At most so many, 1 to 1000",
            schema = @Schema(implementation = Long.class, defaultValue = "100"))
    @Get
    CompletionStage<HttpResponse<?>> read(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> read(handle, new Query(request)));
    }

    private static Answer read(ProjectHandle handle, Query query) {
        int limit = query.limit();
        List<JsonNode> entries =
                handle.migration().audit().read(query.number("after", 0, 0, Limits.MAX_ISSUE), limit + 1);
        boolean isLast = entries.size() <= limit;
        List<JsonNode> page = isLast ? entries : entries.subList(0, limit);
        ObjectNode answer = Json.object();
        ArrayNode list = Json.array();
        page.forEach(list::add);
        answer.set("entries", list);
        answer.set("next", isLast ? Json.nullValue() : page.get(page.size() - 1).path("number"));
        return Answer.ok(answer);
    }
}
