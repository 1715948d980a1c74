package poppo.bridge.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.web.BridgeServer;
import poppo.bridge.web.Metrics;
import poppo.bridge.web.Projects;
import poppo.bridge.web.WebOptions;

/**
 * One run of {@code serve}: owns the directories that are free and stands by for the others, each project on its own.
 *
 * <p>Of a directory that another bridge owns it reads the owner's pid and nothing else, and it doesn't touch that project's
 * Redis. It listens before it takes anything over: a bridge that nobody can call must not be in the way of one that can be.
 */
final class Serving implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PORT_POLL = Duration.ofMillis(500);

    private final List<ProjectSettings> settings;
    private final WebOptions web;
    private final Session session;
    private final CountDownLatch end;
    private final Metrics metrics = new Metrics();
    private final Projects served = new Projects(metrics, List.of());
    private final OwnerWatch watch;
    private final Map<ProjectSettings, OwnerLock> claimed = new LinkedHashMap<>();
    private final Map<ProjectSettings, OwnerLock.Taken> waiting = new LinkedHashMap<>();
    private final List<OpenProject> open = new ArrayList<>();

    /** @param end what ends it, at any point */
    Serving(List<ProjectSettings> settings, WebOptions web, Session session, CountDownLatch end) {
        this.settings = settings;
        this.web = web;
        this.session = session;
        this.end = end;
        this.watch = new OwnerWatch(session.terminal());
    }

    /** Serves until the end. */
    void run() throws InterruptedException {
        watch.start();
        claim();
        try (BridgeServer server = listen()) {
            if (server == null) {
                return;
            }
            openClaimed();
            announceAddress(server);
            while (!waiting.isEmpty() && !end.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                takeOver(server);
            }
            end.await();
            session.tell("stopping: no new calls are taken, open ones are finished");
        }
    }

    private void claim() {
        requireDistinct();
        for (ProjectSettings each : settings) {
            OwnerLock.Attempt attempt = OwnerLock.attempt(each.stateDir(), session.pace());
            if (attempt instanceof OwnerLock.Owned owned) {
                watch.add(owned.lock());
                claimed.put(each, owned.lock());
                served.starting(each.name());
            } else {
                standBy(each, (OwnerLock.Taken) attempt);
            }
        }
    }

    /** Otherwise the bridge would wait for itself. */
    private void requireDistinct() {
        Map<Path, String> names = new HashMap<>();
        for (ProjectSettings each : settings) {
            String other = names.putIfAbsent(real(each.stateDir()), each.name());
            if (other != null) {
                throw new BridgeException.Invalid(
                        "bridge.projects",
                        "'" + other + "' and '" + each.name() + "' have the same state directory " + each.stateDir()
                                + "; give each its own");
            }
        }
    }

    private static Path real(Path directory) {
        try {
            return directory.toRealPath();
        } catch (IOException isSaidWhenItIsLocked) {
            return directory;
        }
    }

    private void standBy(ProjectSettings each, OwnerLock.Taken taken) {
        boolean isNews = !taken.equals(waiting.put(each, taken));
        served.standBy(each.name(), taken.pid());
        if (isNews) {
            session.tell("project " + each.name() + ": stands by for " + taken.owner() + " on " + each.stateDir()
                    + ", and takes over when that one is gone");
        }
    }

    /**
     * Listens, also while nothing is owned. The owner may run on this host with the same configuration: then its port is
     * waited for.
     *
     * @return null when the end came first
     */
    private @Nullable BridgeServer listen() throws InterruptedException {
        boolean isSaid = false;
        while (end.getCount() > 0) {
            BridgeServer server = tryToListen();
            if (server != null) {
                return server;
            }
            if (!isSaid) {
                session.tell("http://" + web.host() + ":" + web.port()
                        + " is taken, perhaps by that bridge; waits for it"
                        + " to be free, and takes nothing over before");
                isSaid = true;
            }
            awaitPort();
        }
        return null;
    }

    /** Null when another process has the port and nothing is owned, so that there is time. */
    private @Nullable BridgeServer tryToListen() {
        if (claimed.isEmpty() && isPortTaken()) {
            return null;
        }
        try {
            return BridgeServer.start(web, served);
        } catch (BridgeException.Unavailable e) {
            // Another standby may just have been faster.
            if (claimed.isEmpty() && isPortTaken()) {
                return null;
            }
            throw e;
        }
    }

    private void awaitPort() throws InterruptedException {
        while (isPortTaken() && !end.await(PORT_POLL.toMillis(), TimeUnit.MILLISECONDS)) {
            continue;
        }
    }

    private boolean isPortTaken() {
        if (web.port() == 0) {
            return false;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(web.host(), web.port()), (int) PORT_POLL.toMillis());
            return true;
        } catch (ConnectException nobodyListens) {
            return false;
        } catch (IOException noAnswer) {
            return true;
        }
    }

    private void openClaimed() {
        for (Iterator<Map.Entry<ProjectSettings, OwnerLock>> next =
                        claimed.entrySet().iterator();
                next.hasNext(); ) {
            Map.Entry<ProjectSettings, OwnerLock> each = next.next();
            next.remove();
            open(each.getKey(), each.getValue());
        }
    }

    private void open(ProjectSettings each, OwnerLock owner) {
        OpenProject project = OpenProject.open(each, metrics.observer(each.name()), owner);
        open.add(project);
        watch.add(project);
        served.open(project.handle());
        metrics.watch(each.name(), project.facts());
        session.tell("project " + project.name() + ": " + each.stateDir() + ", phase "
                + project.state().standing().rollout() + ", " + redis(project));
    }

    private static String redis(OpenProject project) {
        var embedded = project.embedded();
        return embedded == null
                ? "Redis as configured"
                : "embedded Redis at " + embedded.uri() + " (pid " + embedded.pid() + ")";
    }

    private void announceAddress(BridgeServer server) {
        session.tell("poppo-bridge " + (open.isEmpty() ? "stands by at" : "serves") + " http://" + web.host() + ":"
                + server.port() + "; Ctrl-C stops it");
    }

    /** Tries once to own what another bridge had. */
    private void takeOver(BridgeServer server) {
        for (Map.Entry<ProjectSettings, OwnerLock.Taken> last : List.copyOf(waiting.entrySet())) {
            ProjectSettings each = last.getKey();
            OwnerLock.Attempt attempt = OwnerLock.attempt(each.stateDir(), session.pace());
            if (attempt instanceof OwnerLock.Owned owned) {
                takeOver(each, owned.lock(), last.getValue().owner(), server);
            } else {
                standBy(each, (OwnerLock.Taken) attempt);
            }
        }
    }

    private void takeOver(ProjectSettings each, OwnerLock owner, String gone, BridgeServer server) {
        watch.add(owner);
        waiting.remove(each);
        served.starting(each.name());
        session.tell(
                "project " + each.name() + ": takes over " + each.stateDir() + " from " + gone + ", which is gone");
        boolean isFirst = open.isEmpty();
        // In the phase that the owner left it in: nobody waits here who could have asked for another one.
        open(each.withoutRollout(), owner);
        if (isFirst) {
            announceAddress(server);
        }
    }

    @Override
    public void close() {
        open.forEach(OpenProject::close);
        claimed.values().forEach(OwnerLock::close);
        watch.close();
    }
}
