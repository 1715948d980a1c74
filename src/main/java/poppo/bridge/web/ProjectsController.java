package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import poppo.bridge.state.Json;

/** Which projects there are. Answered on the event loop, from memory. */
@Controller("/v1/projects")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "projects")
final class ProjectsController {
    private final Projects projects;

    ProjectsController(Projects projects) {
        this.projects = projects;
    }

    @Operation(operationId = "projects.list", summary = "List the projects")
    @ApiResponse(
            responseCode = "200",
            description = "Those that are open, then those that aren't, with the reason",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            array = @ArraySchema(schema = @Schema(implementation = Schemas.ProjectShape.class))))
    @Get
    HttpResponse<?> list() {
        ArrayNode list = Json.array();
        projects.all().forEach(handle -> list.add(Json.object().put("name", handle.name())));
        projects.absent().forEach((name, absence) -> {
            ObjectNode project = Json.object().put("name", name);
            absence.addTo(project);
            list.add(project);
        });
        return Answer.ok(list).toResponse();
    }
}
