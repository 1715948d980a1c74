package poppo.bridge.shadow;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;

/**
 * Guards the calls to Redis: Resilience4j's bulkhead and circuit breaker, with one state more. The library opens it; only
 * {@link Recovery} closes it again, by way of {@link State#RECONCILING}.
 *
 * <p>A failure is whatever the store throws as {@link BridgeException.Unavailable}; a refused operation is none. A lost
 * epoch opens it at once: there is nothing to wait for. Thread-safe.
 */
final class Breaker implements ObservedStateManager.Guard {
    /** The states of spec/http-api.md. */
    enum State {
        CLOSED("closed"),
        OPEN("open"),
        HALF_OPEN("half-open"),
        RECONCILING("reconciling");

        private final String label;

        State(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /** A state, and why: the reason is null while closed. */
    record Condition(State state, @Nullable String reason) {
        static final Condition CLOSED = new Condition(State.CLOSED, null);
    }

    /** It never half-opens by itself: that is the recovery's to do. */
    private static final Duration NEVER = Duration.ofDays(3650);

    /** How long a call took: a slow one is no failure, since each has a time-out. */
    private static final long NOT_JUDGED = 0;

    private final CircuitBreaker circuit;
    private final Bulkhead bulkhead;
    private final Consumer<String> onOpen;
    private final Map<State, LongAdder> entered = new EnumMap<>(State.class);
    private volatile Condition condition = Condition.CLOSED;

    /** @param onOpen told the reason, once each time it opens, on the thread whose call opened it */
    Breaker(ShadowOptions options, Consumer<String> onOpen) {
        this.onOpen = onOpen;
        for (State state : State.values()) {
            entered.put(state, new LongAdder());
        }
        this.circuit = CircuitBreaker.of(
                "redis",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(options.failuresToOpen())
                        .minimumNumberOfCalls(Math.max(1, options.failuresToOpen() / 2))
                        .failureRateThreshold(50)
                        .waitDurationInOpenState(NEVER)
                        .recordException(BridgeException.Unavailable.class::isInstance)
                        .build());
        this.bulkhead = Bulkhead.of(
                "redis",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(options.maxConcurrentCalls())
                        .maxWaitDuration(Duration.ZERO)
                        .build());
    }

    @Override
    public <T> T run(Supplier<T> call) {
        if (!bulkhead.tryAcquirePermission()) {
            throw new BridgeException.Unavailable("Redis has as many calls in flight as are allowed; try again");
        }
        try {
            return guarded(call);
        } finally {
            bulkhead.onComplete();
        }
    }

    private <T> T guarded(Supplier<T> call) {
        if (!circuit.tryAcquirePermission()) {
            announceIfOpen("too many of the last calls failed");
            throw new BridgeException.Unavailable("Redis is not asked: its breaker is open");
        }
        try {
            T result = call.get();
            circuit.onSuccess(NOT_JUDGED, TimeUnit.NANOSECONDS);
            announceIfOpen("too many of the last calls failed");
            return result;
        } catch (RuntimeException e) {
            circuit.onError(NOT_JUDGED, TimeUnit.NANOSECONDS, e);
            if (e instanceof BridgeException.Fenced) {
                open(String.valueOf(e.getMessage()));
            } else {
                announceIfOpen(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    /** Opens it, whatever the calls say. */
    void open(String reason) {
        circuit.transitionToOpenState();
        announce(reason);
    }

    /** The library may have opened it at any call, also at one that went well and made their number enough to judge. */
    private void announceIfOpen(String reason) {
        if (circuit.getState() == CircuitBreaker.State.OPEN && condition.state() == State.CLOSED && foundOpen(reason)) {
            onOpen.accept(reason);
        }
    }

    private synchronized boolean foundOpen(String reason) {
        return circuit.getState() == CircuitBreaker.State.OPEN
                && condition.state() == State.CLOSED
                && becomeOpen(reason);
    }

    private void announce(String reason) {
        if (becomeOpen(reason)) {
            onOpen.accept(reason);
        }
    }

    /** Whether this call is the one that found it closed. */
    private synchronized boolean becomeOpen(String reason) {
        State before = condition.state();
        if (before != State.OPEN) {
            enter(new Condition(State.OPEN, reason));
        }
        return before == State.CLOSED;
    }

    /** Notes how far the recovery is. */
    synchronized void recovering(State state, String reason) {
        enter(new Condition(state, reason));
    }

    /** Redis is believed again. */
    synchronized void close() {
        circuit.reset();
        enter(Condition.CLOSED);
    }

    private void enter(Condition next) {
        if (condition.state() != next.state()) {
            Objects.requireNonNull(entered.get(next.state())).increment();
        }
        condition = next;
    }

    /** How often it came into each state, by the state's label; it began closed. */
    Map<String, Long> transitions() {
        Map<String, Long> counts = new LinkedHashMap<>();
        entered.forEach((state, count) -> counts.put(state.label(), count.sum()));
        return counts;
    }

    Condition condition() {
        return condition;
    }
}
