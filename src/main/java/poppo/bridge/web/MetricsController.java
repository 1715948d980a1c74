package poppo.bridge.web;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;

/** The metrics, for Prometheus. */
@Controller("/prometheus")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "metrics")
final class MetricsController {
    private static final String TEXT = "text/plain;version=0.0.4;charset=utf-8";

    private final Calls calls;
    private final Projects projects;

    MetricsController(Calls calls, Projects projects) {
        this.calls = calls;
        this.projects = projects;
    }

    @Operation(
            operationId = "metrics.read",
            summary = "Read all metrics",
            description = "Where there are tokens, any of them will do.")
    @ApiResponse(
            responseCode = "200",
            description = "Prometheus's text format",
            content = @Content(mediaType = MediaType.TEXT_PLAIN, schema = @Schema(type = "string")))
    @Get
    @Produces(MediaType.ALL)
    CompletionStage<HttpResponse<?>> read() {
        return calls.plain(() -> Answer.text(TEXT, projects.metrics().scrape()));
    }
}
