package poppo.bridge.file;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Time that goes by only while somebody waits; what happens meanwhile can be told. Thread-safe. */
final class FakeTicker implements Ticker {
    private final AtomicLong now = new AtomicLong(1);
    private volatile Runnable meanwhile = () -> {};

    void meanwhile(Runnable action) {
        meanwhile = action;
    }

    void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Override
    public long nanoTime() {
        return now.get();
    }

    @Override
    public void sleep(long nanos) {
        if (nanos > 0) {
            now.addAndGet(nanos);
            meanwhile.run();
        }
    }
}
