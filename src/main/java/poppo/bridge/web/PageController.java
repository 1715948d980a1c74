package poppo.bridge.web;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Produces;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import poppo.bridge.web.PageFiles.PageFile;

/**
 * The operator's page: files that are the same for everybody. What they show they get from the operator API, with the
 * token that the page asks for. Answered on the event loop, from memory.
 */
@OpenToAll
@Controller("/")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "documentation")
final class PageController {
    /** Scripts and styles of this host only, none of them inline; no frame, no form that leaves the page. */
    static final String SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final PageFiles files = new PageFiles();

    @Operation(operationId = "page.read", summary = "The operator's page")
    @ApiResponse(
            responseCode = "200",
            description = "HTML",
            content = @Content(mediaType = MediaType.TEXT_HTML, schema = @Schema(type = "string")))
    @Get
    @Produces(MediaType.ALL)
    HttpResponse<?> page(HttpRequest<?> request) {
        return answer("index.html", request);
    }

    @Operation(operationId = "page.file", summary = "A file that belongs to the operator's page")
    @ApiResponse(
            responseCode = "200",
            description = "Scripts, styles, words",
            content = @Content(mediaType = MediaType.TEXT_PLAIN, schema = @Schema(type = "string")))
    @Get("/page/{file}")
    @Produces(MediaType.ALL)
    HttpResponse<?> file(@PathVariable String file, HttpRequest<?> request) {
        return answer(file, request);
    }

    private HttpResponse<?> answer(String name, HttpRequest<?> request) {
        PageFile file = files.find(name);
        if (file == null) {
            return Answer.problem(Problem.notFound("The page has no such file"), true)
                    .toResponse();
        }
        boolean isKnown =
                request.getHeaders().getAll("If-None-Match").stream().anyMatch(tags -> tags.contains(file.tag()));
        boolean takesGzip =
                request.getHeaders().getAll("Accept-Encoding").stream().anyMatch(codings -> codings.contains("gzip"));
        return (isKnown ? HttpResponse.notModified() : file.toResponse(takesGzip))
                // Asked for anew each time, and mostly answered 304: no old script meets a new bridge.
                .header("Cache-Control", "no-cache")
                .header("ETag", file.tag())
                .header("Vary", "Accept-Encoding")
                .header("Content-Security-Policy", SECURITY_POLICY)
                .header("Referrer-Policy", "no-referrer");
    }
}
