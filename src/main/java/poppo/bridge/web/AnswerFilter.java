package poppo.bridge.web;

import io.micronaut.core.annotation.Order;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.web.router.RouteAttributes;
import io.micronaut.web.router.UriRouteInfo;
import java.util.Optional;
import poppo.bridge.shadow.Standing;

/** Puts on every answer, whatever it is, where the project stands; and measures how long it took. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(Ordered.HIGHEST_PRECEDENCE)
final class AnswerFilter {
    private static final String BEGUN = "bridge.begun";
    private static final String PREFIX = "/v1/projects/";

    private final Projects projects;

    AnswerFilter(Projects projects) {
        this.projects = projects;
    }

    @RequestFilter
    void begin(HttpRequest<?> request) {
        request.setAttribute(BEGUN, System.nanoTime());
    }

    @ResponseFilter
    void end(HttpRequest<?> request, MutableHttpResponse<?> response) {
        project(request.getPath()).ifPresent(handle -> {
            Standing standing = handle.shadow().standing();
            response.header("X-Bridge-Phase", standing.phase().label());
            response.header("X-Bridge-Epoch", Long.toString(standing.epoch()));
        });
        response.header("X-Content-Type-Options", "nosniff");
        response.header("Cache-Control", "no-store");
        measure(request, response.code());
    }

    /** The project a path is about; where there is but one, every path is about that. */
    private Optional<ProjectHandle> project(String path) {
        if (path.startsWith(PREFIX)) {
            int end = path.indexOf('/', PREFIX.length());
            String name = path.substring(PREFIX.length(), end < 0 ? path.length() : end);
            Optional<ProjectHandle> named = projects.find(name);
            if (named.isPresent()) {
                return named;
            }
        }
        return projects.all().size() == 1 ? projects.all().stream().findFirst() : Optional.empty();
    }

    private void measure(HttpRequest<?> request, int status) {
        long now = System.nanoTime();
        long begun = request.getAttribute(BEGUN, Long.class).orElse(now);
        String route = RouteAttributes.getRouteInfo(request)
                .filter(UriRouteInfo.class::isInstance)
                .map(info -> ((UriRouteInfo<?, ?>) info).getUriMatchTemplate().toPathString())
                .orElse("none");
        String method = request.getMethod().name();
        projects.metrics().answered(method, route, status, now - begun);
    }
}
