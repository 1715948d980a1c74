package poppo.bridge.web;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the operator's pages show, of all projects, and the one thread that gathers it and serves their readers. */
@Singleton
final class Live {
    private static final Logger LOG = LoggerFactory.getLogger(Live.class);

    /** Changes kept for a slow reader: as many seconds. One that falls behind further comes back to a new state. */
    private static final int KEPT = 30;

    private final Clock clock = Clock.systemUTC();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "bridge-live");
        daemon.setDaemon(true);
        return daemon;
    });
    private final Map<String, LiveState> states = new ConcurrentHashMap<>();

    Live(Projects projects, WebOptions options) {
        long micros = clock.millis() * 1000;
        projects.onOpen(handle -> {
            EventLog log = new EventLog(KEPT, micros, options.eventStreams(), thread);
            states.put(handle.name(), new LiveState(handle, projects.metrics().pulse(handle.name()), log));
        });
        thread.scheduleAtFixedRate(() -> states.values().forEach(this::turn), 1, 1, TimeUnit.SECONDS);
    }

    /** One that fails is tried again in a second; the others go on. */
    private void turn(LiveState state) {
        try {
            state.turn(clock.instant());
        } catch (RuntimeException e) {
            LOG.warn("A page's feed misses a second: {}", e.toString());
        }
    }

    LiveState of(ProjectHandle handle) {
        LiveState state = states.get(handle.name());
        if (state == null) {
            throw new IllegalStateException("no live state of project " + handle.name());
        }
        return state;
    }

    /** Ends all streams. */
    void stop() {
        thread.execute(() -> states.values().forEach(state -> state.log().end()));
        thread.shutdown();
        try {
            thread.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
