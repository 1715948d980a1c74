package poppo.bridge.web;

import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What any call of a controller may be answered with beside its own answers, for the API's description. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
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
@interface AnswersProblems {}
