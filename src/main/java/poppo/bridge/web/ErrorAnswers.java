package poppo.bridge.web;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.netty.handler.codec.TooLongFrameException;
import jakarta.inject.Singleton;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says the errors that Micronaut finds itself, before or after a controller, in the words of spec/http-api.md. */
@Singleton
final class ErrorAnswers implements ErrorResponseProcessor<String> {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorAnswers.class);

    private final AnswerHeaders headers;

    ErrorAnswers(AnswerHeaders headers) {
        this.headers = headers;
    }

    @Override
    public MutableHttpResponse<String> processResponse(ErrorContext context, MutableHttpResponse<?> response) {
        Throwable cause = context.getRootCause().orElse(null);
        Problem problem = problem(context.getRequest(), response.code());
        if (problem.status() == 500) {
            LOG.error("A request could not be answered", cause);
        }
        headers.put(context.getRequest().getPath(), response);
        return response.status(problem.status(), null).body(problem.toText()).contentType(Problem.MEDIA_TYPE);
    }

    private static Problem problem(HttpRequest<?> request, int status) {
        return switch (status) {
            case 404 -> Problem.notFound("There is no such path");
            case 405 -> Problem.of(405, "method-not-allowed", "Not with this method", "See the header Allow");
            case 406 ->
                Problem.of(406, "not-acceptable", "Not in this form", "Nothing that Accept names is served here");
            case 413 -> RequestLine.failure(request) == null ? Problem.tooLarge() : tooLong();
            case 415 -> Problem.of(415, "unsupported-media-type", "The body is of the wrong type", "Send JSON");
            case 503 -> Problem.unavailable("The bridge can't answer at the moment; try again");
            default -> status < 500 ? malformed(request) : unforeseen();
        };
    }

    private static Problem malformed(HttpRequest<?> request) {
        Throwable cause = RequestLine.failure(request);
        if (cause instanceof RequestLine.Malformed line) {
            String[] parts = String.valueOf(line.getMessage()).split(": ", 2);
            return Problem.invalid(parts[0], parts[1]);
        }
        return cause instanceof TooLongFrameException
                ? tooLong()
                : Problem.invalid("request", "is no proper HTTP request");
    }

    private static Problem tooLong() {
        return Problem.of(413, "too-large", "The request is too large", "The request line or a header is too long");
    }

    private static Problem unforeseen() {
        return Problem.of(500, "internal-error", "An error of the bridge", "The bridge failed; its log says how");
    }
}
