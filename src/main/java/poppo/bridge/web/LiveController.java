package poppo.bridge.web;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.channel.Channel;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletionStage;
import poppo.bridge.state.BridgeException;

/** What the operator's page shows, as it changes. */
@OperatorOnly
@Controller("/v1/projects/{p}/migration")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "migration")
final class LiveController {
    private final Calls calls;
    private final Live live;

    LiveController(Calls calls, Live live) {
        this.calls = calls;
        this.live = live;
    }

    @Operation(
            operationId = "live.follow",
            summary = "Follow where the project stands",
            description =
                    "Server-sent events: `state`, the whole, comes first; then each second `patch`, what changed, as"
                            + " a JSON merge patch (RFC 7396). Both hold no null. A reader that falls 30 s behind is"
                            + " disconnected; it comes back to a new `state`.")
    @ApiResponse(
            responseCode = "200",
            description = "The stream",
            content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM, schema = @Schema(type = "string")))
    @Get(uri = "/live", headRoute = false)
    @Produces(MediaType.TEXT_EVENT_STREAM)
    HttpResponse<?> follow(@PathVariable String p, HttpRequest<?> request) {
        try {
            Channel channel =
                    ((NettyHttpRequest<?>) request).getChannelHandlerContext().channel();
            EventStream stream = live.of(calls.project(p)).open(channel::close);
            if (stream == null) {
                throw new Refusal(Problem.unavailable("As many pages are open as may; close one or try again"));
            }
            channel.closeFuture().addListener(closed -> stream.cancel());
            return HttpResponse.ok(stream).contentType(MediaType.TEXT_EVENT_STREAM_TYPE);
        } catch (Refusal | BridgeException e) {
            return Failures.answer(e).toResponse();
        }
    }

    @Operation(
            operationId = "history.read",
            summary = "Read the last hour in numbers",
            description =
                    "Kept in memory since the bridge's start. `columns` has an array of equal length for each: `time`"
                            + " (seconds since 1970, the end of a point), calls to each store and what half and 99 % of them"
                            + " stayed below in µs, mismatches and fallbacks within the point, and at its end the journal's"
                            + " size, the mirror's lag and the dirty records.")
    @ApiResponse(
            responseCode = "200",
            description = "Points, oldest first",
            content = @Content(mediaType = Answer.JSON, schema = @Schema(implementation = Schemas.HistoryShape.class)))
    @Get("/history")
    CompletionStage<HttpResponse<?>> history(@PathVariable String p, HttpRequest<?> request) {
        return calls.operator(
                request, p, handle -> Answer.ok(live.of(handle).history().toJson()));
    }
}
