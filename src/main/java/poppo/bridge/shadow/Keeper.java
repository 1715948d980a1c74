package poppo.bridge.shadow;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the upkeep again and again, on one daemon thread. */
final class Keeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    private final Runnable upkeep;
    private final Duration interval;
    private final ScheduledExecutorService thread;
    private String lastFailure = "";

    /** @param interval zero: never */
    Keeper(String name, Runnable upkeep, Duration interval) {
        this.upkeep = upkeep;
        this.interval = interval;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread daemon = new Thread(task, name);
            daemon.setDaemon(true);
            return daemon;
        });
    }

    void start() {
        if (!interval.isZero()) {
            thread.scheduleWithFixedDelay(this::turn, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** A failed turn is followed by the next one. */
    private void turn() {
        try {
            upkeep.run();
            lastFailure = "";
        } catch (RuntimeException e) {
            // Said once, not at every turn until it is mended.
            if (!lastFailure.equals(e.toString())) {
                LOG.warn("Upkeep failed and goes on with its next turn: {}", e.toString());
            }
            lastFailure = e.toString();
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            thread.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
