package poppo.bridge.web;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import poppo.bridge.state.BridgeException;

/** The projects that a server serves, and what measures them. Unchanging, and made before the server starts. */
public final class Projects {
    private final Metrics metrics;
    private final Map<String, ProjectHandle> byName;

    /** @param metrics the one whose {@linkplain Metrics#observer observers} the projects' stores were given */
    public Projects(Metrics metrics, List<ProjectHandle> handles) {
        this.metrics = metrics;
        Map<String, ProjectHandle> named = new LinkedHashMap<>();
        for (ProjectHandle handle : handles) {
            if (named.putIfAbsent(handle.name(), handle) != null) {
                throw new BridgeException.Invalid("project", "there are two called '" + handle.name() + "'");
            }
        }
        this.byName = Collections.unmodifiableMap(named);
        named.values().forEach(metrics::watch);
    }

    Optional<ProjectHandle> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Collection<ProjectHandle> all() {
        return byName.values();
    }

    Metrics metrics() {
        return metrics;
    }
}
