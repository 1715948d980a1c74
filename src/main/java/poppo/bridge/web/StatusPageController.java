package poppo.bridge.web;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;
import poppo.bridge.state.Json;

/** One page for a browser: where every project stands, and where to read on. */
@Controller("/")
@Consumes(MediaType.ALL)
@ApiResponse(
        responseCode = "4XX",
        description = Problem.REFUSED,
        content =
                @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Schemas.ProblemShape.class)))
@ApiResponse(
        responseCode = "5XX",
        description = Problem.FAILED,
        content =
                @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Schemas.ProblemShape.class)))
@Tag(name = "documentation")
final class StatusPageController {
    private static final String HEAD = """
            <!doctype html><html lang="en"><meta charset="utf-8"><title>poppo-bridge</title>
            <style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;\
            padding:0 1rem}pre{overflow-x:auto}</style>
            <h1>poppo-bridge</h1>
            <p><a href="/swagger/poppo-bridge.yml">OpenAPI</a> · <a href="/prometheus">metrics</a> ·
            <a href="/health/readiness">readiness</a></p>
            """;

    private final Calls calls;
    private final Projects projects;

    StatusPageController(Calls calls, Projects projects) {
        this.calls = calls;
        this.projects = projects;
    }

    @Operation(operationId = "statusPage.read", summary = "The operator's page")
    @ApiResponse(
            responseCode = "200",
            description = "A page that needs nothing else",
            content = @Content(mediaType = MediaType.TEXT_HTML, schema = @Schema(type = "string")))
    @Get
    @Produces(MediaType.ALL)
    CompletionStage<HttpResponse<?>> read() {
        return calls.plain(() -> Answer.text("text/html;charset=utf-8", page())
                .with(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"));
    }

    private String page() {
        StringBuilder page = new StringBuilder(HEAD);
        for (ProjectHandle handle : projects.all()) {
            page.append("<h2>").append(escape(handle.name())).append("</h2>\n<pre>");
            page.append(escape(Json.pretty(handle.migration().status()))).append("</pre>\n");
        }
        projects.absent()
                .forEach((name, absence) -> page.append("<h2>")
                        .append(escape(name))
                        .append("</h2>\n<p>")
                        .append(escape(absence.describe()))
                        .append("</p>\n"));
        return page.append("</html>\n").toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
