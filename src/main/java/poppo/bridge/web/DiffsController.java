package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Produces;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import poppo.bridge.migration.DiffReport;
import poppo.bridge.migration.HtmlReport;
import poppo.bridge.migration.ReportFormat;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;

/** Consistency diff reports. */
@OperatorOnly
@Controller("/v1/projects/{p}/migration/diffs")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "migration")
final class DiffsController {
    private static final String MARKDOWN = "text/markdown";

    /** The first is what a caller gets who accepts anything. */
    private static final Map<String, ReportFormat> FORMS = forms();

    private final Calls calls;

    DiffsController(Calls calls) {
        this.calls = calls;
    }

    @Operation(operationId = "diffs.list", summary = "List the diff reports that are kept, newest first")
    @ApiResponse(
            responseCode = "200",
            description = "A line for each",
            content =
                    @Content(
                            mediaType = Answer.JSON,
                            array = @ArraySchema(schema = @Schema(implementation = Schemas.DiffSummaryShape.class))))
    @Get
    CompletionStage<HttpResponse<?>> list(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> {
            ArrayNode reports = Json.array();
            handle.migration().reports().forEach(report -> reports.add(report.summary()));
            return Answer.ok(reports);
        });
    }

    @Operation(operationId = "diffs.schema", summary = "Read the JSON Schema of a diff report")
    @ApiResponse(
            responseCode = "200",
            description = "JSON Schema, draft 2020-12",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(type = "object")))
    @Get("/schema")
    CompletionStage<HttpResponse<?>> schema(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> Answer.text(Answer.JSON, DiffReport.schema()));
    }

    @Operation(operationId = "diffs.read", summary = "Read a diff report")
    @ApiResponse(
            responseCode = "200",
            description = "The report in the form that Accept asks for",
            content = {
                @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.DiffReportShape.class)),
                @Content(mediaType = MediaType.TEXT_HTML, schema = @Schema(type = "string")),
                @Content(mediaType = MARKDOWN, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.TEXT_PLAIN, schema = @Schema(type = "string")),
                @Content(
                        mediaType = MediaType.APPLICATION_XML,
                        schema = @Schema(type = "string", description = "JUnit"))
            })
    @MayBeMissing
    @ApiResponse(
            responseCode = "406",
            description = "not-acceptable",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Schemas.ProblemShape.class)))
    @Produces({
        MediaType.APPLICATION_JSON,
        MediaType.TEXT_HTML,
        MARKDOWN,
        MediaType.TEXT_PLAIN,
        MediaType.APPLICATION_XML
    })
    @Get("/{id}")
    CompletionStage<HttpResponse<?>> read(@PathVariable String p, @PathVariable String id, HttpRequest<?> request) {
        return calls.operator(request, p, handle -> read(handle, Limits.id("id", id), request));
    }

    private static Map<String, ReportFormat> forms() {
        Map<String, ReportFormat> forms = new LinkedHashMap<>();
        forms.put(MediaType.APPLICATION_JSON, ReportFormat.JSON);
        forms.put(MediaType.TEXT_HTML, ReportFormat.HTML);
        forms.put(MARKDOWN, ReportFormat.MARKDOWN);
        forms.put(MediaType.TEXT_PLAIN, ReportFormat.TEXT);
        forms.put(MediaType.APPLICATION_XML, ReportFormat.JUNIT);
        return forms;
    }

    private static Answer read(ProjectHandle handle, String id, HttpRequest<?> request) {
        DiffReport report = handle.migration()
                .report(id)
                .orElseThrow(() -> new Refusal(Problem.notFound("There is no report of this id, or no more")));
        String form = form(request);
        ReportFormat format = FORMS.getOrDefault(form, ReportFormat.JSON);
        return Answer.text(format == ReportFormat.JSON ? form : form + ";charset=utf-8", format.render(report))
                .with("Content-Security-Policy", HtmlReport.contentSecurityPolicy());
    }

    /** The first form served here that the caller accepts, in the caller's order. */
    private static String form(HttpRequest<?> request) {
        for (MediaType accepted : MediaType.orderedOf(request.getHeaders().getAll(HttpHeaders.ACCEPT))) {
            for (String form : FORMS.keySet()) {
                if (accepted.matches(new MediaType(form))) {
                    return form;
                }
            }
        }
        return MediaType.APPLICATION_JSON;
    }
}
