package poppo.bridge.web;

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
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;
import poppo.bridge.migration.BackfillRequest;
import poppo.bridge.migration.Job;
import poppo.bridge.migration.Migration;
import poppo.bridge.migration.Repair;
import poppo.bridge.state.Limits;

/** Long work of an operator. */
@OperatorOnly
@Controller("/v1/projects/{p}/migration")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "migration")
final class JobsController {
    private final Calls calls;

    JobsController(Calls calls) {
        this.calls = calls;
    }

    @Operation(
            operationId = "jobs.backfill",
            summary = "Copy all files to Redis",
            description =
                    "In a later phase than file it brings both stores into agreement with whichever has authority."
                            + " Goes on behind an earlier one that did not come to its end. When a record would not survive,"
                            + " the job fails with the code not-lossless before anything is written.")
    @RequestBody(
            required = false,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.BackfillShape.class)))
    @ApiResponse(
            responseCode = "202",
            description = "Started; Location names the job",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.JobShape.class)))
    @ApiResponse(
            responseCode = "409",
            description = "job-running",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Post("/backfill")
    CompletionStage<HttpResponse<?>> backfill(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.operator(request, p, body, handle -> backfill(handle, Fields.ofOptional(body)));
    }

    @Operation(operationId = "jobs.diff", summary = "Compare every record of both stores")
    @RequestBody(
            required = false,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.DiffShape.class)))
    @ApiResponse(
            responseCode = "202",
            description = "Started; Location names the job, whose result names the report",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.JobShape.class)))
    @ApiResponse(
            responseCode = "409",
            description = "job-running, nothing-to-resume",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Post("/diffs")
    CompletionStage<HttpResponse<?>> diff(
            @PathVariable String p, @Parameter(hidden = true) @Body @Nullable byte[] body, HttpRequest<?> request) {
        return calls.operator(request, p, body, handle -> diff(handle, Fields.ofOptional(body)));
    }

    @Operation(operationId = "jobs.read", summary = "Read how far a job is")
    @ApiResponse(
            responseCode = "200",
            description = "The job",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.JobShape.class)))
    @MayBeMissing
    @Get("/jobs/{id}")
    CompletionStage<HttpResponse<?>> read(@PathVariable String p, @PathVariable String id, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> Answer.ok(find(handle, id).toJson()));
    }

    @Operation(operationId = "jobs.cancel", summary = "Cancel a job")
    @ApiResponse(
            responseCode = "200",
            description = "The job, which stops at its next chunk",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.JobShape.class)))
    @MayBeMissing
    @Delete("/jobs/{id}")
    CompletionStage<HttpResponse<?>> cancel(@PathVariable String p, @PathVariable String id, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> cancel(handle, id));
    }

    private static Answer backfill(ProjectHandle handle, Fields fields) {
        BackfillRequest asked = new BackfillRequest(fields.whole("rate"), fields.flag("dryRun"));
        return started(handle, handle.migration().backfill(asked, MigrationController.WHO));
    }

    private static Answer diff(ProjectHandle handle, Fields fields) {
        String repair = fields.optionalText("repair");
        Migration.DiffRequest wanted = new Migration.DiffRequest(
                repair == null ? Repair.NONE : Repair.of(repair), fields.flag("dryRun"), fields.flag("resume"));
        return started(handle, handle.migration().diff(wanted, MigrationController.WHO));
    }

    private static Answer started(ProjectHandle handle, Job job) {
        return Answer.json(202, job.toJson())
                .with("Location", "/v1/projects/" + handle.name() + "/migration/jobs/" + job.id());
    }

    private static Job find(ProjectHandle handle, String id) {
        return handle.migration()
                .job(Limits.id("id", id))
                .orElseThrow(() -> new Refusal(Problem.notFound("There is no job of this id, or no more")));
    }

    private static Answer cancel(ProjectHandle handle, String id) {
        Job job = find(handle, id);
        job.cancel();
        return Answer.ok(job.toJson());
    }
}
