package poppo.bridge.file;

import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import poppo.bridge.machine.Disk;

/**
 * What the files of one open state directory share.
 *
 * @param directory the state directory, as the system names it
 * @param background may be late, and is shut down when the directory is closed
 * @param versions the versions given to records so far
 * @param opened when, in microseconds since 1970
 */
record Site(
        Path directory,
        Disk disk,
        Ticker ticker,
        AsideNames names,
        Notices notices,
        Heartbeats heartbeats,
        LabelOutbox outbox,
        Executor background,
        Discards discards,
        AtomicLong versions,
        long opened) {

    LegacyLock lockOf(StateFile file) {
        return new LegacyLock(directory.resolve(file.lock()), file.lock(), pidFile(), disk, ticker, names, notices);
    }

    /** Has work begun elsewhere if that can be; whoever needs it done must be able to do it too. */
    void meanwhile(Runnable work) {
        try {
            background.execute(work);
        } catch (RejectedExecutionException closed) {
            return;
        }
    }

    /** Where the bridge keeps what is its own. */
    Path bridge() {
        return directory.resolve(".bridge");
    }

    /** Holds our pid; the locks are further names of it. */
    Path pidFile() {
        return bridge().resolve("pid." + ProcessHandle.current().pid());
    }

    Path damaged() {
        return bridge().resolve("damaged");
    }

    Path foreign() {
        return bridge().resolve("foreign");
    }
}
