package poppo.bridge.web;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The event logs of all projects, fed by their shadow managers, and the one thread that serves their readers. */
@Singleton
final class Events {
    private static final Duration BEAT = Duration.ofSeconds(15);

    private final ScheduledExecutorService pump = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "bridge-events");
        daemon.setDaemon(true);
        return daemon;
    });
    private final Map<String, EventLog> logs = new ConcurrentHashMap<>();
    private final Map<String, EventsFile> files = new ConcurrentHashMap<>();

    Events(Projects projects, WebOptions options) {
        long micros = System.currentTimeMillis() * 1000;
        projects.onOpen(handle -> {
            EventLog log =
                    EventLog.after(handle.events().take(micros), EventLog.CAPACITY, options.eventStreams(), pump);
            files.put(handle.name(), handle.events());
            logs.put(handle.name(), log);
            projects.metrics().watch(handle.name(), log);
            handle.shadow().onStatusChange(log::append);
            handle.migration().audit().onNote(entry -> log.append("migration", entry));
        });
        pump.scheduleAtFixedRate(this::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void beat() {
        logs.forEach((name, log) -> {
            fileOf(name).reserve(log.last());
            log.beat();
        });
    }

    private EventsFile fileOf(String name) {
        return Objects.requireNonNull(files.get(name));
    }

    EventLog log(ProjectHandle handle) {
        EventLog log = logs.get(handle.name());
        if (log == null) {
            throw new IllegalStateException("no event log of project " + handle.name());
        }
        return log;
    }

    /** Writes down what a later bridge goes on with; after the last call has come to its end. */
    void keep() {
        logs.forEach((name, log) -> {
            EventsFile file = fileOf(name);
            file.keep(log.keep(file::lose));
        });
    }

    /** Ends all streams. Whether the last chunk still reaches a reader, or only the closed connection, is a race. */
    void stop() {
        pump.execute(() -> logs.values().forEach(EventLog::end));
        pump.shutdown();
        try {
            pump.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
