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
 */
record Answer(int status, @Nullable String body, String mediaType, Map<String, String> headers, Standing standing) {
    /** What an answer is worth to who asks again. */
    enum Standing {
        /** The same request again must be answered the same. */
        FINAL,
        /** Nothing was done, and another try may succeed. */
        NOTHING_DONE,
        /** Something may have been done, and another look may tell. */
        UNKNOWN
    }

    static final String JSON = "application/json";
    private static final String SERVED_BY = "X-Served-By";
    private static final String RETRY_AFTER = "Retry-After";

    static Answer json(int status, JsonNode body) {
        return new Answer(status, Json.compact(body), JSON, Map.of(), Standing.FINAL);
    }

    static Answer ok(JsonNode body) {
        return json(200, body);
    }

    static Answer ok(JsonNode body, Served served) {
        return ok(body).servedBy(served);
    }

    static Answer text(String mediaType, String body) {
        return new Answer(200, body, mediaType, Map.of(), Standing.FINAL);
    }

    static Answer noContent() {
        return new Answer(204, null, JSON, Map.of(), Standing.FINAL);
    }

    static Answer noContent(Served served) {
        return noContent().servedBy(served);
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

    /** @param isFinal whether it is the answer for good; else nothing was done */
    static Answer problem(Problem problem, boolean isFinal) {
        return problem(problem, isFinal ? Standing.FINAL : Standing.NOTHING_DONE);
    }

    /** That something may have been done. */
    static Answer unknown(Problem problem) {
        return problem(problem, Standing.UNKNOWN);
    }

    private static Answer problem(Problem problem, Standing standing) {
        Answer answer = new Answer(problem.status(), problem.toText(), Problem.MEDIA_TYPE, Map.of(), standing);
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
        return new Answer(status, body, mediaType, more, standing);
    }

    MutableHttpResponse<String> toResponse() {
        MutableHttpResponse<String> response = HttpResponse.status(status, null);
        headers.forEach(response::header);
        return body == null ? response : response.body(body).contentType(mediaType);
    }
}
