package poppo.bridge.web;

import io.micronaut.http.MutableHttpHeaders;
import io.micronaut.http.MutableHttpResponse;
import jakarta.inject.Singleton;
import java.util.Optional;
import poppo.bridge.shadow.Standing;

/** The headers of every answer: where the project stands, and what keeps a browser from being too clever. */
@Singleton
final class AnswerHeaders {
    private static final String PREFIX = "/v1/projects/";

    private final Projects projects;

    AnswerHeaders(Projects projects) {
        this.projects = projects;
    }

    void put(String path, MutableHttpResponse<?> response) {
        MutableHttpHeaders headers = response.getHeaders();
        project(path).ifPresent(handle -> {
            Standing standing = handle.shadow().standing();
            headers.set("X-Bridge-Phase", standing.phase().label());
            headers.set("X-Bridge-Epoch", Long.toString(standing.epoch()));
        });
        headers.set("X-Content-Type-Options", "nosniff");
        if (!headers.contains("Cache-Control")) {
            headers.set("Cache-Control", "no-store");
        }
    }

    /** The project a path is about; where there is but one, every path is about that. */
    private Optional<ProjectHandle> project(String path) {
        if (path.startsWith(PREFIX)) {
            int end = path.indexOf('/', PREFIX.length());
            String name = path.substring(PREFIX.length(), end < 0 ? path.length() : end);
            Optional<ProjectHandle> named = projects.all().stream()
                    .filter(handle -> handle.name().equals(name))
                    .findFirst();
            if (named.isPresent()) {
                return named;
            }
        }
        boolean isOnly = projects.all().size() == 1 && projects.absent().isEmpty();
        return isOnly ? projects.all().stream().findFirst() : Optional.empty();
    }
}
