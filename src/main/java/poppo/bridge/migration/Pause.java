package poppo.bridge.migration;

import java.time.Duration;
import java.util.concurrent.CancellationException;

/** How a diff lets time pass between two looks at what differs; a test decides itself what happens meanwhile. */
@FunctionalInterface
interface Pause {
    Pause SLEEP = time -> {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException();
        }
    };

    void rest(Duration time);
}
