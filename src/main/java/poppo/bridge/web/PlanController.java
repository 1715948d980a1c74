package poppo.bridge.web;

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
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import poppo.bridge.plan.PlanRunner;
import poppo.bridge.state.BridgeException;

/** A migration plan under way, and what an operator does with it. */
@OperatorOnly
@TakesYaml
@Controller("/v1/projects/{p}/migration/plan")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "plan")
final class PlanController {
    private static final String WHERE = "Where the plan is";
    private static final String CONFLICT = "plan-state: the plan, if there is one, isn't where this can be done";

    /** A call that moves the plan on, or stops it, for the API's description. */
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @RequestBody(
            required = false,
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.PlanReasonShape.class)))
    @ApiResponse(
            responseCode = "200",
            description = WHERE,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.PlanShape.class)))
    @ApiResponse(
            responseCode = "409",
            description = CONFLICT,
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    private @interface Steers {}

    private final Calls calls;

    PlanController(Calls calls) {
        this.calls = calls;
    }

    @Operation(
            operationId = "plan.run",
            summary = "Run a migration plan",
            description = "The body is the plan, as YAML or JSON. It begins at its first stage that isn't behind the"
                    + " present phase, and goes on by itself, also after a restart of the bridge.")
    @RequestBody(required = true, content = @Content(mediaType = "application/yaml", schema = @Schema(type = "string")))
    @ApiResponse(
            responseCode = "202",
            description = WHERE,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.PlanShape.class)))
    @ApiResponse(
            responseCode = "409",
            description = "plan-running, plan-passed or no-webhook",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Post
    CompletionStage<HttpResponse<?>> run(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.operator(
                request,
                p,
                body,
                handle -> Answer.json(202, handle.plans().start(text(body), MigrationController.WHO)));
    }

    @Operation(operationId = "plan.status", summary = "Say where the plan is that runs, or that ran last")
    @ApiResponse(
            responseCode = "200",
            description = WHERE,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.PlanShape.class)))
    @MayBeMissing
    @Get
    CompletionStage<HttpResponse<?>> status(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(
                request,
                p,
                handle -> Answer.ok(handle.plans()
                        .status()
                        .orElseThrow(() -> new Refusal(Problem.notFound("No plan was ever run on this project")))));
    }

    @Operation(operationId = "plan.pause", summary = "Stop the plan where it is, until it is resumed")
    @Steers
    @Post("/pause")
    CompletionStage<HttpResponse<?>> pause(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return steer(request, p, body, (plans, why) -> plans.pause(MigrationController.WHO, why));
    }

    @Operation(operationId = "plan.resume", summary = "Let the plan go on where the project stands")
    @Steers
    @Post("/resume")
    CompletionStage<HttpResponse<?>> resume(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return steer(request, p, body, (plans, why) -> plans.resume(MigrationController.WHO));
    }

    @Operation(operationId = "plan.abort", summary = "End the plan; the phase stays as it is")
    @Steers
    @Post("/abort")
    CompletionStage<HttpResponse<?>> abort(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return steer(request, p, body, (plans, why) -> plans.abort(MigrationController.WHO, why));
    }

    @Operation(operationId = "plan.approve", summary = "Approve the stage that waits for it")
    @RequestBody(
            required = false,
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.PlanReasonShape.class)))
    @ApiResponse(
            responseCode = "200",
            description = WHERE,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.PlanShape.class)))
    @ApiResponse(
            responseCode = "409",
            description = "plan-state or no-approval-needed",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Post("/approve")
    CompletionStage<HttpResponse<?>> approve(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return steer(request, p, body, (plans, why) -> plans.approve(MigrationController.WHO, why));
    }

    private CompletionStage<HttpResponse<?>> steer(
            HttpRequest<?> request, String p, byte @Nullable [] body, BiFunction<PlanRunner, String, ObjectNode> how) {
        return calls.operator(
                request,
                p,
                body,
                handle -> Answer.ok(how.apply(handle.plans(), MigrationController.why(Fields.ofOptional(body)))));
    }

    static String text(byte @Nullable [] body) {
        if (body == null) {
            throw new BridgeException.Invalid("body", "is missing; it must be a plan, as YAML or JSON");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BridgeException.Invalid("body", "is not UTF-8");
        }
    }
}
