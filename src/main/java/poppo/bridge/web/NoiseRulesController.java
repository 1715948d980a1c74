package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
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
import poppo.bridge.migration.NoiseRules;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;

/** What operators take for no difference, for a time. */
@OperatorOnly
@Controller("/v1/projects/{p}/migration/noise-rules")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "migration")
final class NoiseRulesController {
    private final Calls calls;

    NoiseRulesController(Calls calls) {
        this.calls = calls;
    }

    @Operation(
            operationId = "noise-rules.list",
            summary = "List the operators' noise rules, also those that have expired")
    @ApiResponse(
            responseCode = "200",
            description = "All of them",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            array = @ArraySchema(schema = @Schema(implementation = Schemas.NoiseRuleShape.class))))
    @Get
    CompletionStage<HttpResponse<?>> list(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> {
            ArrayNode rules = Json.array();
            handle.migration().noiseRules().all().forEach(rule -> rules.add(rule.toJson()));
            return Answer.ok(rules);
        });
    }

    @Operation(
            operationId = "noise-rules.add",
            summary = "Take a field's differences for noise, for a time",
            description = "Diffs count what a rule covers. While one is live, the step to redis-only is refused.")
    @RequestBody(
            required = true,
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.NoiseRuleShape.class)))
    @ApiResponse(
            responseCode = "201",
            description = "The rule",
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.NoiseRuleShape.class)))
    @ApiResponse(
            responseCode = "409",
            description = "noise-rule-exists, too-many-noise-rules",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Post
    CompletionStage<HttpResponse<?>> add(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.operator(
                request,
                p,
                body,
                handle -> Answer.json(
                        201, rules(handle).add(Fields.of(body).json()).toJson()));
    }

    @Operation(operationId = "noise-rules.remove", summary = "Remove a noise rule")
    @ApiResponse(responseCode = "204", description = "Removed")
    @MayBeMissing
    @Delete("/{name}")
    CompletionStage<HttpResponse<?>> remove(@PathVariable String p, @PathVariable String name, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> remove(handle, Limits.id("name", name)));
    }

    private static Answer remove(ProjectHandle handle, String name) {
        if (!rules(handle).remove(name)) {
            throw new Refusal(Problem.notFound("There is no noise rule of this name"));
        }
        return Answer.noContent();
    }

    private static NoiseRules rules(ProjectHandle handle) {
        return handle.migration().noiseRules();
    }
}
