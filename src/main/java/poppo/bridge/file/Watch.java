package poppo.bridge.file;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/**
 * Has the operating system say when something in a directory changes, so that nobody has to wait for the next look. It
 * may miss changes (an overflow, a file system that doesn't tell), so it goes beside a timer and never replaces it.
 */
final class Watch implements AutoCloseable {
    /** Changes come in bursts: a temporary file, a lock, a rename. */
    private static final long BURST_MILLIS = 10;

    private final WatchService service;
    private final Runnable changed;

    private Watch(WatchService service, Runnable changed) {
        this.service = service;
        this.changed = changed;
    }

    /** Calls {@code changed} on a thread of its own, once after each burst. */
    static Watch start(Path directory, Runnable changed) throws IOException {
        WatchService service = directory.getFileSystem().newWatchService();
        try {
            directory.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
        } catch (IOException | RuntimeException e) {
            service.close();
            throw e;
        }
        Watch watch = new Watch(service, changed);
        Thread thread = new Thread(watch::run, "state-files-watch");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    private void run() {
        try {
            boolean valid = true;
            while (valid) {
                WatchKey key = service.take();
                Thread.sleep(BURST_MILLIS);
                key.pollEvents();
                // Before the look, so that a change during it makes another one.
                valid = key.reset();
                changed.run();
            }
        } catch (ClosedWatchServiceException e) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            System.getLogger(Watch.class.getName())
                    .log(System.Logger.Level.DEBUG, "the watch ends with an error: " + e.getMessage());
        }
    }
}
