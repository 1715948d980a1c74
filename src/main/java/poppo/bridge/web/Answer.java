package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Json;
import poppo.bridge.state.Served;

/**
 * What a call is answered, ready to be sent.
 *
 * @param body null for none
 * @param isFinal whether the same request again must be answered the same; false where nothing was done and another try
 *     may succeed
 */
record Answer(int status, @Nullable String body, String mediaType, Map<String, String> headers, boolean isFinal) {
    static final String JSON = "application/json";
    private static final String SERVED_BY = "X-Served-By";
    private static final String RETRY_AFTER = "Retry-After";

    static Answer json(int status, JsonNode body) {
        return new Answer(status, Json.compact(body), JSON, Map.of(), true);
    }

    static Answer ok(JsonNode body) {
        return json(200, body);
    }

    static Answer ok(JsonNode body, Served served) {
        return ok(body).servedBy(served);
    }

    static Answer text(String mediaType, String body) {
        return new Answer(200, body, mediaType, Map.of(), true);
    }

    static Answer noContent(Served served) {
        return new Answer(204, null, JSON, Map.of(), true).servedBy(served);
    }

    /** The decision's own answer: a body where it has one, a problem where it is a refusal. */
    static Answer of(Execution execution) {
        Decision decision = execution.decision();
        if (decision instanceof Decision.Changed changed) {
            return done(changed.answer(), execution.served());
        }
        if (decision instanceof Decision.Unchanged unchanged) {
            return done(unchanged.answer(), execution.served());
        }
        Decision.Refused refused = (Decision.Refused) decision;
        Decision.Code code = refused.code();
        Problem problem = new Problem(
                code.status(), code.label(), "The operation is refused", refused.detail(), refused.members());
        return problem(problem, true).servedBy(execution.served());
    }

    private static Answer done(JsonNode body, Served served) {
        return body.isNull() ? noContent(served) : ok(body, served);
    }

    static Answer problem(Problem problem, boolean isFinal) {
        Answer answer = new Answer(problem.status(), problem.toText(), Problem.MEDIA_TYPE, Map.of(), isFinal);
        if (problem.status() == 401) {
            return answer.with("WWW-Authenticate", "Bearer");
        }
        return problem.status() == 503 ? answer.with(RETRY_AFTER, "1") : answer;
    }

    Answer retryAfter(long seconds) {
        return with(RETRY_AFTER, Long.toString(seconds));
    }

    Answer servedBy(Served served) {
        return with(SERVED_BY, served.label());
    }

    Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, body, mediaType, more, isFinal);
    }

    /** About how much memory it takes to remember. */
    long weight() {
        return 512 + (body == null ? 0 : 2L * body.length());
    }

    MutableHttpResponse<String> toResponse() {
        MutableHttpResponse<String> response = HttpResponse.status(status, null);
        headers.forEach(response::header);
        return body == null ? response : response.body(body).contentType(mediaType);
    }
}
