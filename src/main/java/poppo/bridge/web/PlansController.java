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
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;
import poppo.bridge.plan.ShippedPlans;
import poppo.bridge.state.Json;

/** Migration plans that may be run, and what one would do; beginning one is {@link PlanController}'s. */
@OperatorOnly
@TakesYaml
@Controller("/v1/projects/{p}/migration/plans")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "plan")
final class PlansController {
    private final Calls calls;

    PlansController(Calls calls) {
        this.calls = calls;
    }

    @Operation(
            operationId = "plans.list",
            summary = "List the plans shipped with the bridge, and the one run here last")
    @ApiResponse(
            responseCode = "200",
            description = "The plans as they are written",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            array = @ArraySchema(schema = @Schema(implementation = Schemas.KnownPlanShape.class))))
    @Get
    CompletionStage<HttpResponse<?>> list(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> Answer.ok(known(handle)));
    }

    private static ArrayNode known(ProjectHandle handle) {
        ArrayNode plans = Json.array();
        for (String name : ShippedPlans.NAMES) {
            plans.add(plan(name, "shipped", ShippedPlans.text(name).orElseThrow()));
        }
        handle.plans()
                .status()
                .ifPresent(last -> plans.add(plan(
                        last.path("name").asText(),
                        "last-run",
                        handle.plans().text().orElseThrow())));
        return plans;
    }

    private static ObjectNode plan(String name, String origin, String text) {
        return Json.object().put("name", name).put("origin", origin).put("text", text);
    }

    @Operation(
            operationId = "plans.check",
            summary = "Say what a plan would do here",
            description = "Its faults, or its stages and how the gates judge its first step up. Nothing is begun, and"
                    + " nothing is written.")
    @RequestBody(required = true, content = @Content(mediaType = "application/yaml", schema = @Schema(type = "string")))
    @ApiResponse(
            responseCode = "200",
            description = "What was found",
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.PlanCheckShape.class)))
    @Post("/check")
    CompletionStage<HttpResponse<?>> check(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.operator(
                request, p, body, handle -> Answer.ok(handle.plans().check(PlanController.text(body))));
    }
}
