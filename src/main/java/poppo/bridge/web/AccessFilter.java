package poppo.bridge.web;

import io.micronaut.core.annotation.Order;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.web.router.RouteAttributes;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;

/** Refuses a request before anything of it is executed: who may not call, and bodies that aren't JSON. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class AccessFilter {
    private static final String HEALTH = "/health/";

    private final Access access;

    AccessFilter(Access access) {
        this.access = access;
    }

    @RequestFilter
    @Nullable
    HttpResponse<?> check(HttpRequest<?> request) {
        Problem problem = access.refuse(caller(request));
        if (problem == null) {
            problem = refuseBody(request);
        }
        return problem == null ? null : Answer.problem(problem, false).toResponse();
    }

    private static Access.Caller caller(HttpRequest<?> request) {
        HttpHeaders headers = request.getHeaders();
        boolean needsOperator = isMarked(request, OperatorOnly.class);
        return new Access.Caller(
                RequestLine.target(request),
                headers.getAll(HttpHeaders.HOST),
                headers.getAll(HttpHeaders.ORIGIN),
                headers.getAll(HttpHeaders.AUTHORIZATION),
                needsOperator,
                request.getPath().startsWith(HEALTH) || isMarked(request, OpenToAll.class));
    }

    private static boolean isMarked(HttpRequest<?> request, Class<? extends Annotation> mark) {
        return RouteAttributes.getRouteInfo(request)
                .filter(route -> route.getDeclaringType().isAnnotationPresent(mark))
                .isPresent();
    }

    private static @Nullable Problem refuseBody(HttpRequest<?> request) {
        HttpHeaders headers = request.getHeaders();
        boolean hasBody = headers.contains(HttpHeaders.TRANSFER_ENCODING)
                || !headers.findFirst(HttpHeaders.CONTENT_LENGTH).orElse("0").equals("0");
        if (!hasBody) {
            return null;
        }
        List<String> types = headers.getAll(HttpHeaders.CONTENT_TYPE);
        boolean takesYaml = isMarked(request, TakesYaml.class);
        if (!types.stream().allMatch(type -> isJson(type) || (takesYaml && isYaml(type)))) {
            return unsupported(
                    "Content-Type",
                    "A body must be application/json " + (takesYaml ? "or application/yaml " : "") + "in UTF-8");
        }
        String encoding = headers.findFirst(HttpHeaders.CONTENT_ENCODING).orElse("identity");
        return encoding.equalsIgnoreCase("identity")
                ? null
                : unsupported("Content-Encoding", "A body must not be compressed");
    }

    private static boolean isYaml(String contentType) {
        return contentType.toLowerCase(Locale.ROOT).replace(" ", "").matches("application/yaml(;charset=utf-8)?");
    }

    /**
     * The type of a form is taken for JSON too: curl and Python's urllib give it when they aren't told the type. A form on
     * a page elsewhere doesn't get here, since its browser names the page as the Origin.
     */
    private static boolean isJson(String contentType) {
        try {
            MediaType type = MediaType.of(contentType);
            boolean utf8 = type.getParameters()
                    .get("charset")
                    .map("utf-8"::equalsIgnoreCase)
                    .orElse(true);
            boolean json = type.getName().equalsIgnoreCase(MediaType.APPLICATION_FORM_URLENCODED)
                    || type.getSubtype().equalsIgnoreCase("json")
                    || type.getSubtype().toLowerCase(Locale.ROOT).endsWith("+json");
            return utf8 && json && type.getType().equalsIgnoreCase("application");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Problem unsupported(String header, String detail) {
        return Problem.of(415, "unsupported-media-type", "The body is of the wrong type", detail)
                .with("field", Json.text(header));
    }
}
