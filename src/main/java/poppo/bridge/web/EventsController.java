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
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;

/** Status changes as they happen. */
@Controller("/v1/projects/{p}/events")
@Consumes(MediaType.ALL)
@AnswersProblems
@Tag(name = "events")
final class EventsController {
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final String RETRY = "retry: 2000\n";

    private final Calls calls;
    private final Events events;

    EventsController(Calls calls, Events events) {
        this.calls = calls;
        this.events = events;
    }

    @Operation(
            operationId = "events.follow",
            summary = "Follow the status changes",
            description = "Server-sent events of the type `status`, whose data is {issue, status, processId, time}; the"
                    + " status is null when the issue was removed. With Last-Event-ID it goes on after that event, as far"
                    + " as the latest 10000 reach, also at the bridge that runs after this one on the same directory;"
                    + " where that is too old, or the bridge before was killed, an event `reset` comes first: read the"
                    + " state anew. Ids rise and never repeat. A comment comes every 15 s. A reader that falls 10000 events behind is"
                    + " disconnected.")
    @ApiResponse(
            responseCode = "200",
            description = "The stream",
            content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM, schema = @Schema(type = "string")))
    @Parameter(
            name = LAST_EVENT_ID,
            in = ParameterIn.HEADER,
            description = "The id of the event seen last",
            schema = @Schema(implementation = Long.class))
    @Get(headRoute = false)
    @Produces(MediaType.TEXT_EVENT_STREAM)
    HttpResponse<?> follow(@PathVariable String p, HttpRequest<?> request) {
        try {
            return stream(events.log(calls.project(p)), lastSeen(request), request);
        } catch (Refusal | BridgeException e) {
            return Failures.answer(e).toResponse();
        }
    }

    private static @Nullable Long lastSeen(HttpRequest<?> request) {
        String text = request.getHeaders().get(LAST_EVENT_ID);
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new BridgeException.Invalid(LAST_EVENT_ID, "must be the id of an event");
        }
    }

    private static HttpResponse<?> stream(EventLog log, @Nullable Long seen, HttpRequest<?> request) {
        Channel channel =
                ((NettyHttpRequest<?>) request).getChannelHandlerContext().channel();
        long last = log.last();
        long after = seen != null && log.reachesBack(seen) ? seen : last;
        boolean isReset = seen != null && after != seen;
        EventStream stream = new EventStream(log, after, opening(isReset, after), channel::close);
        if (!log.add(stream)) {
            throw new Refusal(Problem.unavailable("As many event streams are open as may; close one or try again"));
        }
        channel.closeFuture().addListener(closed -> stream.cancel());
        return HttpResponse.ok(stream).contentType(MediaType.TEXT_EVENT_STREAM_TYPE);
    }

    /** Begins with the place, so that a reader who has seen no event yet can resume too. */
    private static String opening(boolean isReset, long after) {
        String place = "id: " + after + "\n";
        return isReset
                ? RETRY + place + "event: reset\ndata: {\"reason\":\"what came after Last-Event-ID is not kept\"}\n\n"
                : RETRY + place + ": connected\n\n";
    }
}
