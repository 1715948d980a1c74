package poppo.bridge.web;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import poppo.bridge.state.BridgeException;

/**
 * The projects that a server serves, and what measures them. A project may be named before it is open: until then its
 * calls are answered 503. Thread-safe.
 */
public final class Projects {
    private final Metrics metrics;
    private final List<Consumer<ProjectHandle>> listeners = new ArrayList<>();

    /** Replaced as wholes, in the order the projects were named in. */
    private volatile Map<String, ProjectHandle> open = Map.of();

    private volatile Map<String, Absence> absent = Map.of();

    /** @param metrics the one whose {@linkplain Metrics#observer observers} the projects' stores were given */
    public Projects(Metrics metrics, List<ProjectHandle> handles) {
        this.metrics = metrics;
        handles.forEach(this::open);
    }

    /** Names a project that is about to be opened. */
    public void starting(String name) {
        leaveOut(name, new Absence(Absence.Reason.STARTING, 0));
    }

    /**
     * Names a project that another bridge owns.
     *
     * @param ownerPid 0 while that one has not named itself
     */
    public void standBy(String name, long ownerPid) {
        leaveOut(name, new Absence(Absence.Reason.STANDBY, ownerPid));
    }

    private synchronized void leaveOut(String name, Absence absence) {
        ProjectHandle.requireName(name);
        requireNew(name);
        if (!absent.containsKey(name)) {
            metrics.watch(name, () -> isStandby(name));
        }
        absent = with(absent, name, absence);
    }

    private boolean isStandby(String name) {
        Absence absence = absent.get(name);
        return absence != null && absence.reason() == Absence.Reason.STANDBY;
    }

    /** Serves a project from now on; its stores must be open. */
    public synchronized void open(ProjectHandle handle) {
        requireNew(handle.name());
        metrics.watch(handle);
        listeners.forEach(listener -> listener.accept(handle));
        // Last, so that no call finds it before all is there that the call needs.
        open = with(open, handle.name(), handle);
        Map<String, Absence> left = new LinkedHashMap<>(absent);
        left.remove(handle.name());
        absent = Collections.unmodifiableMap(left);
    }

    private void requireNew(String name) {
        if (open.containsKey(name)) {
            throw new BridgeException.Invalid("project", "there are two called '" + name + "'");
        }
    }

    private static <T> Map<String, T> with(Map<String, T> map, String name, T value) {
        Map<String, T> more = new LinkedHashMap<>(map);
        more.put(name, value);
        return Collections.unmodifiableMap(more);
    }

    /** Calls {@code listener} with each open project, and with each that opens later before its first call. */
    synchronized void onOpen(Consumer<ProjectHandle> listener) {
        open.values().forEach(listener);
        listeners.add(listener);
    }

    /** @throws Refusal when it is known but not open */
    Optional<ProjectHandle> find(String name) {
        // In this order: a project that opens in between is found the second time.
        Absence absence = absent.get(name);
        ProjectHandle handle = open.get(name);
        if (handle == null && absence != null) {
            throw new Refusal(absence.problem());
        }
        return Optional.ofNullable(handle);
    }

    /** Those that are open. */
    Collection<ProjectHandle> all() {
        return open.values();
    }

    /** Those that are not open, by name. */
    Map<String, Absence> absent() {
        return absent;
    }

    Metrics metrics() {
        return metrics;
    }
}
