package poppo.bridge.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;

/**
 * An error as {@code application/problem+json} (RFC 9457).
 *
 * @param code the short name of spec/http-api.md
 * @param title says the same of every problem with this code
 * @param detail what is wrong this time, and what to do; never a path or a stack trace
 * @param members what else the caller is told
 */
record Problem(int status, String code, String title, String detail, ObjectNode members) {
    static final String MEDIA_TYPE = "application/problem+json";

    /** For the documentation of every call. */
    static final String REFUSED = "A problem; nothing was changed";

    /** Likewise. */
    static final String FAILED = "A problem; nothing was changed, unless its code is unknown-outcome or internal-error";

    static Problem of(int status, String code, String title, String detail) {
        return new Problem(status, code, title, detail, Json.object());
    }

    /** @param field where the request is wrong: a member of the body, a parameter, a header */
    static Problem invalid(@Nullable String field, String why) {
        Problem problem = of(400, "invalid-request", "The request is wrong", field == null ? why : field + ": " + why);
        return field == null ? problem : problem.with("field", Json.text(field));
    }

    static Problem notFound(String detail) {
        return of(404, "not-found", "There is nothing here", detail);
    }

    static Problem forbidden(String detail) {
        return of(403, "forbidden", "Not allowed", detail);
    }

    static Problem unauthorized(String detail) {
        return of(401, "unauthorized", "A token is needed", detail);
    }

    static Problem unavailable(String detail) {
        return of(503, "unavailable", "Not possible at the moment", detail);
    }

    static Problem tooLarge() {
        return of(413, "too-large", "The body is too large", "A body has at most " + WebOptions.MAX_BODY + " bytes");
    }

    Problem with(String member, JsonNode value) {
        ObjectNode more = Json.copy(members);
        more.set(member, value);
        return new Problem(status, code, title, detail, more);
    }

    String toText() {
        ObjectNode json = Json.object();
        json.put("type", "urn:poppo-bridge:problem:" + code);
        json.put("title", title);
        json.set("status", Json.number(status));
        json.put("detail", detail);
        json.put("code", code);
        json.setAll(members);
        return Json.compact(json);
    }
}
