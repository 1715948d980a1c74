package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;

/** What the bridge has seen by itself: where the stores disagreed, and what others did to the files. */
@OperatorOnly
@Controller("/v1/projects/{p}/migration")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "migration")
final class EvidenceController {
    private static final int LISTED = 1000;

    private final Calls calls;

    EvidenceController(Calls calls) {
        this.calls = calls;
    }

    @Operation(
            operationId = "mismatches.read",
            summary = "List by signature what dual writes and compared reads found to differ")
    @ApiResponse(
            responseCode = "200",
            description = "Counts in all and since the rollout last moved; each signature with its first examples",
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.MismatchesShape.class)))
    @Get("/mismatches")
    CompletionStage<HttpResponse<?>> mismatches(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> Answer.ok(handle.shadow().mismatches()));
    }

    @Operation(operationId = "foreignWrites.read", summary = "Say what others did to the files")
    @ApiResponse(
            responseCode = "200",
            description = "Counts by file since the start, and the writes of ours that are erased and not settled",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            schema = @Schema(implementation = Schemas.ForeignWritesShape.class)))
    @Get("/foreign-writes")
    CompletionStage<HttpResponse<?>> foreignWrites(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(
                request, p, handle -> Answer.ok(handle.shadow().foreignWrites().toJson(LISTED)));
    }

    @Operation(
            operationId = "foreignWrites.reapply",
            summary = "Write again what others erased of ours, where nobody has changed the record since")
    @RequestBody(
            required = false,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.ReapplyShape.class)))
    @ApiResponse(
            responseCode = "200",
            description = "What became of each record",
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.ReappliedShape.class)))
    @Post("/foreign-writes/reapply")
    CompletionStage<HttpResponse<?>> reapply(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.operator(request, p, body, handle -> reapply(handle, Fields.ofOptional(body)));
    }

    private static Answer reapply(ProjectHandle handle, Fields fields) {
        Set<RecordKey> keys = new LinkedHashSet<>();
        fields.texts("records").forEach(name -> keys.add(RecordKey.parse("records", name)));
        Map<RecordKey, ShadowStateManager.Reapplied> results = handle.shadow().reapply(keys);
        ObjectNode answer = Json.object();
        ArrayNode records = answer.putArray("records");
        results.forEach((key, result) ->
                records.add(Json.object().put("record", key.toString()).put("result", result.label())));
        handle.migration()
                .audit()
                .note("reapply", MigrationController.WHO, "what others erased is written again", records);
        return Answer.ok(answer);
    }
}
