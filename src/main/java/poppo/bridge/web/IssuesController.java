package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Limits;
import poppo.bridge.state.Operation.Checkin;
import poppo.bridge.state.Operation.Checkout;
import poppo.bridge.state.Operation.Heartbeat;
import poppo.bridge.state.Operation.RegisterProcess;
import poppo.bridge.state.Operation.ResetIssue;
import poppo.bridge.state.Operation.UpdateStatus;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Versioned;

/** The issues, and who holds them. */
@Controller("/v1/projects/{p}/issues")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "issues")
final class IssuesController {
    private final Calls calls;

    IssuesController(Calls calls) {
        this.calls = calls;
    }

    @Operation(
            operationId = "issues.checkout",
            summary = "Take an issue for a process",
            description =
                    "The status becomes processing, and the process counts as heard of. Refused while another process holds the issue and lives; for the holder itself only the sign of life changes.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.CheckoutShape.class)))
    @ApiResponse(
            responseCode = "200",
            description = "The issue, held by the process",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.IssueShape.class)))
    @ApiResponse(
            responseCode = "409",
            description = "already-checked-out: a live process holds it",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Post("/{n}/checkout")
    CompletionStage<HttpResponse<?>> checkout(
            @PathVariable String p,
            @PathVariable String n,
            @Parameter(hidden = true) @Body @Nullable byte[] body,
            HttpRequest<?> request) {
        return calls.worker(request, p, body, handle -> checkout(handle, Limits.issueNumber(n), Fields.of(body)));
    }

    @Operation(operationId = "issues.checkin", summary = "End the holding of an issue")
    @RequestBody(
            required = true,
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.CheckinShape.class)))
    @AnswersIssue
    @ApiResponse(
            responseCode = "404",
            description = "unknown-issue",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @ApiResponse(
            responseCode = "409",
            description = "not-holder",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Post("/{n}/checkin")
    CompletionStage<HttpResponse<?>> checkin(
            @PathVariable String p,
            @PathVariable String n,
            @Parameter(hidden = true) @Body @Nullable byte[] body,
            HttpRequest<?> request) {
        return calls.worker(request, p, body, handle -> checkin(handle, Limits.issueNumber(n), Fields.of(body)));
    }

    @Operation(operationId = "issues.update", summary = "Merge fields into an issue")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            schema = @Schema(implementation = Schemas.StatusUpdateShape.class)))
    @AnswersIssue
    @ApiResponse(
            responseCode = "409",
            description = "already-checked-out: a live process holds it",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Patch("/{n}")
    CompletionStage<HttpResponse<?>> update(
            @PathVariable String p,
            @PathVariable String n,
            @Parameter(hidden = true) @Body @Nullable byte[] body,
            HttpRequest<?> request) {
        return calls.worker(
                request,
                p,
                body,
                handle -> Answer.of(handle.state()
                        .execute(
                                new UpdateStatus(
                                        Limits.issueNumber(n), Fields.of(body).json()),
                                handle.stamps().next())));
    }

    @Operation(operationId = "issues.read", summary = "Read an issue")
    @AnswersIssue
    @ApiResponse(
            responseCode = "404",
            description = "unknown-issue",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Get("/{n}")
    CompletionStage<HttpResponse<?>> read(@PathVariable String p, @PathVariable String n, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> read(handle, Limits.issueNumber(n)));
    }

    @Operation(operationId = "issues.reset", summary = "Remove an issue, whoever holds it")
    @ApiResponse(responseCode = "204", description = "Removed, or not there")
    @Delete("/{n}")
    CompletionStage<HttpResponse<?>> reset(@PathVariable String p, @PathVariable String n, HttpRequest<?> request) {
        return calls.worker(
                request,
                p,
                handle -> Answer.of(handle.state()
                        .execute(
                                new ResetIssue(Limits.issueNumber(n)),
                                handle.stamps().next())));
    }

    @Operation(operationId = "issues.heartbeat", summary = "Say that the holder of an issue lives")
    @RequestBody(
            required = false,
            content =
                    @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.HeartbeatShape.class)))
    @ApiResponse(
            responseCode = "200",
            description = "alive: false when the issue is not in processing",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.AliveShape.class)))
    @Post("/{n}/heartbeat")
    CompletionStage<HttpResponse<?>> heartbeat(
            @PathVariable String p,
            @PathVariable String n,
            @Parameter(hidden = true) @Body @Nullable byte[] body,
            HttpRequest<?> request) {
        return calls.worker(
                request, p, body, handle -> heartbeat(handle, Limits.issueNumber(n), Fields.ofOptional(body)));
    }

    @Operation(operationId = "issues.list", summary = "Page through the issues")
    @ApiResponse(
            responseCode = "200",
            description = "By number",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.IssuesShape.class)))
    @Parameter(
            name = "status",
            in = ParameterIn.QUERY,
            description = "Only issues in this status",
            schema = @Schema(implementation = String.class))
    @Parameter(
            name = "after",
            in = ParameterIn.QUERY,
            description = "The number to go on after",
            schema = @Schema(implementation = Long.class))
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            description = "At most so many, 1 to 1000",
            schema = @Schema(implementation = Long.class, defaultValue = "100"))
    @Get
    CompletionStage<HttpResponse<?>> list(@PathVariable String p, HttpRequest<?> request) {
        return calls.worker(request, p, handle -> IssuePage.read(handle, new Query(request)));
    }

    private static Answer checkout(ProjectHandle handle, long issue, Fields fields) {
        String process = fields.text(Issue.PROCESS_ID);
        Long pid = fields.optionalPid(Issue.PID);
        Checkout checkout = new Checkout(
                issue, process, pid, fields.optionalText(Issue.TASK_TYPE), fields.optionalObject(Issue.METADATA));
        ObjectNode registration = ProcessesController.registration(pid, fields);
        Execution execution = handle.state().execute(checkout, handle.stamps().next());
        if (execution.isDone() && registration != null) {
            register(handle, issue, new RegisterProcess(process, registration));
        }
        return Answer.of(execution);
    }

    private static void register(ProjectHandle handle, long issue, RegisterProcess register) {
        try {
            handle.state().execute(register, handle.stamps().next());
        } catch (BridgeException e) {
            throw new HalfDone(
                    "Issue " + issue + " is checked out by process '" + register.id()
                            + "', but the process could not be" + " registered: " + e.getMessage()
                            + "; send the same request again",
                    e);
        }
    }

    private static Answer checkin(ProjectHandle handle, long issue, Fields fields) {
        String status = fields.optionalText(Issue.STATUS);
        Checkin checkin = new Checkin(
                issue,
                fields.text(Issue.PROCESS_ID),
                status == null ? Issue.COMPLETED : status,
                fields.any(Issue.RESULT));
        return Answer.of(handle.state().execute(checkin, handle.stamps().next()));
    }

    private static Answer heartbeat(ProjectHandle handle, long issue, Fields fields) {
        Heartbeat heartbeat = new Heartbeat(issue, fields.optionalText(Issue.PROCESS_ID));
        return Answer.of(handle.state().execute(heartbeat, handle.stamps().next()));
    }

    private static Answer read(ProjectHandle handle, long issue) {
        Versioned record = handle.state().read(RecordKey.issue(issue));
        if (record.image() != null) {
            return Answer.ok(record.image(), record.served());
        }
        Problem unknown =
                Problem.of(404, "unknown-issue", "The issue is not known", "issue " + issue + " is not known");
        return Answer.problem(unknown, false).servedBy(record.served());
    }
}
