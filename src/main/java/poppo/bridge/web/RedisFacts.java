package poppo.bridge.web;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.ServerFacts;

/**
 * What Redis said of itself when it was asked last: every {@value #SECONDS} s at most, however often that is wanted, and
 * by one thread at a time, so that a Redis that doesn't answer holds up one scrape and not many. Thread-safe.
 */
final class RedisFacts {
    static final long SECONDS = 5;

    private final Supplier<ServerFacts> redis;
    private final LongSupplier nanos;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable ServerFacts known;
    private boolean asked;
    private long askedAt;

    /** @param redis throws {@link BridgeException} when it can't be reached */
    RedisFacts(Supplier<ServerFacts> redis, LongSupplier nanos) {
        this.redis = redis;
        this.nanos = nanos;
    }

    /** Asks again where that is due and nobody else does. */
    void refresh() {
        if (!asking.tryLock()) {
            return;
        }
        try {
            if (!asked || nanos.getAsLong() - askedAt >= TimeUnit.SECONDS.toNanos(SECONDS)) {
                ask();
                asked = true;
                askedAt = nanos.getAsLong();
            }
        } finally {
            asking.unlock();
        }
    }

    private void ask() {
        try {
            known = redis.get();
        } catch (BridgeException e) {
            known = null;
        }
    }

    boolean isUp() {
        return known != null;
    }

    /** Not a number while Redis can't be reached. */
    double value(ToDoubleFunction<ServerFacts> of) {
        ServerFacts facts = known;
        return facts == null ? Double.NaN : of.applyAsDouble(facts);
    }
}
