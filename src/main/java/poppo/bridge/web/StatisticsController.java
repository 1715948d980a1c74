package poppo.bridge.web;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;
import poppo.bridge.state.StateCollection;

/** Counts of the issues. */
@Controller("/v1/projects/{p}/statistics")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "statistics")
final class StatisticsController {
    private final Calls calls;

    StatisticsController(Calls calls) {
        this.calls = calls;
    }

    @Operation(operationId = "statistics.read", summary = "Count issues by status and task type")
    @ApiResponse(
            responseCode = "200",
            description = "The counts",
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.StatisticsShape.class)))
    @Get
    CompletionStage<HttpResponse<?>> read(@PathVariable String p, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> count(handle));
    }

    private static Answer count(ProjectHandle handle) {
        Statistics statistics = new Statistics();
        Whole whole = Whole.of(handle, StateCollection.ISSUES, statistics::add);
        return Answer.ok(statistics.toJson(), whole.served());
    }
}
