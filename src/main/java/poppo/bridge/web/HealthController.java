package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import poppo.bridge.state.Json;

/** For whoever starts and stops the bridge. Answered on the event loop, from memory, and without a token. */
@Controller("/health")
@Consumes(MediaType.ALL)
@Tag(name = "health")
final class HealthController {
    private final Projects projects;

    HealthController(Projects projects) {
        this.projects = projects;
    }

    @Operation(operationId = "health.liveness", summary = "Whether the bridge runs")
    @ApiResponse(
            responseCode = "200",
            description = "It does",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.HealthShape.class)))
    @Get("/liveness")
    HttpResponse<?> liveness() {
        return answer(true, Json.object());
    }

    @Operation(operationId = "health.readiness", summary = "Whether the bridge takes writes")
    @ApiResponse(
            responseCode = "200",
            description = "Of at least one project",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.HealthShape.class)))
    @ApiResponse(
            responseCode = "503",
            description = "Of no project; where it isn't open, with the reason `starting` or `standby`, and then the"
                    + " owner's pid",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.HealthShape.class)))
    @Get("/readiness")
    HttpResponse<?> readiness() {
        boolean isReady = projects.all().stream().anyMatch(ProjectHandle::takesWrites);
        ObjectNode why = Json.object();
        if (!isReady) {
            projects.absent().values().stream().findFirst().ifPresent(absence -> absence.addTo(why));
        }
        return answer(isReady, why);
    }

    private static HttpResponse<?> answer(boolean isUp, ObjectNode why) {
        ObjectNode health = Json.object().put("status", isUp ? "UP" : "DOWN");
        health.setAll(why);
        return Answer.json(isUp ? 200 : 503, health).toResponse();
    }
}
