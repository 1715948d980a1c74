package poppo.bridge.cli;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Ends the bridge at once when a directory is no longer its own, because the lock file was removed or replaced: from then
 * on another bridge may own it. It ends as a crash would, without writing anything more; what was acknowledged is durable.
 */
final class OwnerWatch implements AutoCloseable {
    private final Terminal terminal;
    private final List<OwnerLock> locks = new CopyOnWriteArrayList<>();
    private final List<OpenProject> projects = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "bridge-owner");
        daemon.setDaemon(true);
        return daemon;
    });

    OwnerWatch(Terminal terminal) {
        this.terminal = terminal;
    }

    void start() {
        long every = OwnerLock.LOOK_EVERY.toMillis();
        thread.scheduleAtFixedRate(this::look, every, every, TimeUnit.MILLISECONDS);
    }

    void add(OwnerLock lock) {
        locks.add(lock);
    }

    /** Its embedded Redis is ended with the bridge. */
    void add(OpenProject project) {
        projects.add(project);
    }

    private void look() {
        for (OwnerLock lock : locks) {
            if (!lock.isInForce()) {
                end(lock);
            }
        }
    }

    private void end(OwnerLock lost) {
        projects.forEach(OwnerWatch::endRedis);
        terminal.error(
                lost.file() + " was removed or replaced while this bridge owned the directory, so that another one"
                        + " may own it now; this one ended at once, and what it has acknowledged is kept; find out who did it, and"
                        + " start it again");
        // Not exit: closing in order writes into the directory.
        Runtime.getRuntime().halt(ExitCode.OUT_OF_REACH);
    }

    private static void endRedis(OpenProject project) {
        var embedded = project.embedded();
        if (embedded != null) {
            ProcessHandle.of(embedded.pid()).ifPresent(ProcessHandle::destroy);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
