package poppo.bridge.web;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.enums.SecuritySchemeType;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.security.SecurityScheme;
import io.swagger.v3.oas.annotations.tags.Tag;
import poppo.bridge.machine.Resource;

/** The OpenAPI document that the build makes from the controllers. */
@OpenAPIDefinition(
        info = @Info(title = "poppo-bridge", version = "1", description = """
                                Moves a project's state from files to Redis while everything keeps running.

                                **Headers.** Every answer about a project carries `X-Bridge-Phase` and `X-Bridge-Epoch`; \
                                data carries `X-Served-By` (`redis` or `file`) too.

                                **Idempotency.** A mutation may carry `Idempotency-Key` (1 to 256 characters): the same key \
                                with the same request within 24 hours is answered the same and executed once; with another \
                                request it is refused with `idempotency-key-reused`. That holds through restarts and kills \
                                of the bridge too. Where nobody can know any more whether a call took effect, it is answered \
                                `unknown-outcome` and not executed again. Answers that say nothing was done (400, 503 `unavailable`) are not kept, so the \
                                same key may be tried again. At most 10000 keys (64 MiB of answers) of a project are \
                                remembered; when they are that many, a new one is refused with `unavailable`.

                                **Errors** are `application/problem+json` with a `code`. A refused request has changed \
                                nothing; `unknown-outcome` says that the write may have happened.

                                **Limits.** Issue numbers 1 to 2^53-1, ids 1 to 256 characters without control characters, \
                                bodies 1 MiB and nested at most 64 deep. 64 worker calls run at one time and 1024 wait; \
                                operators have 8 and 64 of their own. One more is answered `unavailable`, with \
                                `Retry-After`. 256 event streams a project.
                                """),
        security = @SecurityRequirement(name = "token"))
@SecurityScheme(
        name = "token",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description =
                "Where the bridge has tokens. A worker's token opens the worker API, metrics and this document; an"
                        + " operator's opens everything. The health checks need none.")
@Controller("/swagger")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "documentation")
final class OpenApiController {
    private static final String DOCUMENT = "/META-INF/swagger/poppo-bridge.yml";

    private final String text = Resource.text(OpenApiController.class, DOCUMENT);

    @Operation(operationId = "openApi.read", summary = "Read this document")
    @ApiResponse(
            responseCode = "200",
            description = "OpenAPI",
            content = @Content(mediaType = "application/yaml", schema = @Schema(type = "string")))
    @Get("/poppo-bridge.yml")
    @Produces(MediaType.ALL)
    HttpResponse<?> read() {
        return Answer.text("application/yaml", text).toResponse();
    }
}
