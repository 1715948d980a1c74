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
import io.micronaut.http.annotation.Put;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.concurrent.CompletionStage;
import poppo.bridge.migration.Bounds;
import poppo.bridge.migration.Finding;
import poppo.bridge.migration.Gate;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;

/** Where a project stands, and the moves of its phase flag. */
@OperatorOnly
@Controller("/v1/projects/{p}/migration")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "migration")
final class MigrationController {
    /** Tokens have roles, not names. */
    static final String WHO = "operator";

    private final Calls calls;

    MigrationController(Calls calls) {
        this.calls = calls;
    }

    @Operation(operationId = "migration.status", summary = "Say where the project stands")
    @ApiResponse(
            responseCode = "200",
            description = "The migration",
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.MigrationShape.class)))
    @Get
    CompletionStage<HttpResponse<?>> status(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> Answer.ok(handle.migration().status()));
    }

    @Operation(operationId = "migration.change", summary = "Move the phase flag, guarded by gates")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            schema = @Schema(implementation = Schemas.PhaseChangeShape.class)))
    @ApiResponse(
            responseCode = "200",
            description = "What was done, or with dryRun how the gates judge",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            schema = @Schema(implementation = Schemas.PhaseChangedShape.class)))
    @ApiResponse(
            responseCode = "409",
            description = "gate-failed, with each gate, what was measured and its bound",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Put("/phase")
    CompletionStage<HttpResponse<?>> change(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.operator(request, p, body, handle -> change(handle, Fields.of(body)));
    }

    @Operation(operationId = "migration.rollback", summary = "Go back to a lower phase, losing nothing")
    @RequestBody(
            required = false,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.RollbackShape.class)))
    @ApiResponse(
            responseCode = "200",
            description = "Counts, and the pause it cost",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            schema = @Schema(implementation = Schemas.PhaseChangedShape.class)))
    @Post("/rollback")
    CompletionStage<HttpResponse<?>> rollback(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.operator(request, p, body, handle -> rollback(handle, Fields.ofOptional(body)));
    }

    @Operation(operationId = "migration.verify", summary = "Examine Redis and the state directory")
    @ApiResponse(
            responseCode = "200",
            description = "What was found",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.FindingsShape.class)))
    @Post("/verify")
    CompletionStage<HttpResponse<?>> verify(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> verify(handle));
    }

    private static Answer change(ProjectHandle handle, Fields fields) {
        Rollout target = new Rollout(
                Phase.of(fields.text("phase")),
                fields.percent("readPercent", 100),
                fields.percent("writePercent", 100));
        boolean force = fields.flag("force");
        String why = why(fields);
        if (fields.flag("dryRun")) {
            return judge(handle, target);
        }
        return Answer.ok(handle.migration()
                .change(target, Bounds.DEFAULT, force, WHO, why)
                .toJson());
    }

    private static Answer judge(ProjectHandle handle, Rollout target) {
        Rollout from = handle.shadow().standing().rollout();
        List<Gate> gates = handle.migration().judge(target, Bounds.DEFAULT);
        ObjectNode answer = Json.object();
        answer.put("from", from.phase().label());
        answer.put("to", target.phase().label());
        answer.set("readPercent", Json.number(target.readPercent()));
        answer.set("writePercent", Json.number(target.writePercent()));
        answer.put("dryRun", true);
        answer.put("passed", gates.stream().allMatch(Gate::passed));
        ArrayNode judged = Json.array();
        gates.forEach(gate -> judged.add(gate.toJson()));
        answer.set("gates", judged);
        return Answer.ok(answer);
    }

    /** Why an operator does it, for the journal. */
    static String why(Fields fields) {
        String reason = fields.optionalLabel("reason");
        return reason == null ? "no reason given" : reason;
    }

    private static Answer rollback(ProjectHandle handle, Fields fields) {
        String to = fields.optionalText("to");
        Phase phase = to == null ? Phase.FILE : lower(to);
        return Answer.ok(handle.migration().rollback(phase, WHO, why(fields)));
    }

    private static Phase lower(String label) {
        try {
            return Phase.of(label);
        } catch (BridgeException.Invalid e) {
            throw new BridgeException.Invalid("to", "'" + label + "' is no phase");
        }
    }

    private static Answer verify(ProjectHandle handle) {
        List<Finding> findings = handle.migration().doctor();
        ArrayNode found = Json.array();
        findings.forEach(finding -> found.add(finding.toJson()));
        ObjectNode answer = Json.object();
        answer.put("passed", findings.stream().noneMatch(finding -> finding.level() == Finding.Level.ERROR));
        answer.set("findings", found);
        return Answer.ok(answer);
    }
}
