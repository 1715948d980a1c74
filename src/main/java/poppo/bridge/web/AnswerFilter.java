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

/** Puts on every answer, whatever it is, where the project stands; and measures how long it took. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(Ordered.HIGHEST_PRECEDENCE)
final class AnswerFilter {
    private static final String BEGUN = "bridge.begun";

    private final AnswerHeaders headers;
    private final Metrics metrics;

    AnswerFilter(AnswerHeaders headers, Projects projects) {
        this.headers = headers;
        this.metrics = projects.metrics();
    }

    @RequestFilter
    void begin(HttpRequest<?> request) {
        request.setAttribute(BEGUN, System.nanoTime());
    }

    @ResponseFilter
    void end(HttpRequest<?> request, MutableHttpResponse<?> response) {
        headers.put(request.getPath(), response);
        measure(request, response.code());
    }

    private void measure(HttpRequest<?> request, int status) {
        long now = System.nanoTime();
        long begun = request.getAttribute(BEGUN, Long.class).orElse(now);
        String route = RouteAttributes.getRouteInfo(request)
                .filter(UriRouteInfo.class::isInstance)
                .map(info -> ((UriRouteInfo<?, ?>) info).getUriMatchTemplate().toPathString())
                .orElse("none");
        String method = request.getMethod().name();
        metrics.answered(method, route, status, now - begun);
    }
}
