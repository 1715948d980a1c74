package poppo.bridge.shadow;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Holds bulk work back: to a rate that the operator set, and further while the workers feel it.
 *
 * <p>The rule: what an operation takes, locks included, is averaged over windows of {@value #WINDOW_MILLIS} ms. The lowest
 * average so far, plus 1 % for each window since, is what is usual. In a window whose average is more than twice the usual
 * and {@value #TOLERATED_MICROS} µs more, the workers feel us, and the rate is halved, to no less than
 * {@value #LEAST} records a second; after each other window it rises by {@value #STEP}, until it no longer holds anything
 * back. A window with fewer than {@value #FEW} operations says nothing, and counts as one in which nobody feels us.
 *
 * <p>One thread does the work; any thread reports operations.
 */
final class Throttle {
    static final long WINDOW_MILLIS = 100;
    static final long TOLERATED_MICROS = 500;
    static final long LEAST = 500;
    static final long STEP = 500;
    static final long FEW = 5;

    private static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(WINDOW_MILLIS);
    private static final double UNLIMITED = Double.MAX_VALUE;

    private final LongSupplier nanos;
    private final LongConsumer sleep;
    private final LongAdder operations = new LongAdder();
    private final LongAdder taken = new LongAdder();
    private volatile boolean atWork;
    private double ceiling = UNLIMITED;
    private double rate = UNLIMITED;
    private double usual = UNLIMITED;
    private long windowStart;
    private long doneInWindow;
    private boolean heldBack;
    /** When the records let through so far are due to be done. */
    private long due;

    /** @param sleep waits for so many nanoseconds */
    Throttle(LongSupplier nanos, LongConsumer sleep) {
        this.nanos = nanos;
        this.sleep = sleep;
    }

    static Throttle ofSystem() {
        return new Throttle(System::nanoTime, Throttle::sleep);
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
    }

    /** Whether anything is held back now; else nobody asks how long operations take. */
    boolean isAtWork() {
        return atWork;
    }

    /** Notes how long a worker's operation took. */
    void operationTook(long duration) {
        operations.increment();
        taken.add(duration);
    }

    /**
     * Until {@link #end}.
     *
     * @param most records a second; 0 for no limit
     */
    void begin(long most) {
        ceiling = most == 0 ? UNLIMITED : most;
        rate = ceiling;
        usual = UNLIMITED;
        operations.reset();
        taken.reset();
        windowStart = nanos.getAsLong();
        doneInWindow = 0;
        heldBack = false;
        due = windowStart;
        atWork = true;
    }

    void end() {
        atWork = false;
    }

    /**
     * Waits until so many further records may be worked on.
     *
     * @param stillWanted asked again and again meanwhile; may throw to stop
     */
    void await(int records, Runnable stillWanted) {
        for (long now = nanos.getAsLong(); due > now; now = nanos.getAsLong()) {
            stillWanted.run();
            heldBack = true;
            sleep.accept(Math.min(due - now, WINDOW));
            adapt(nanos.getAsLong());
        }
        long now = nanos.getAsLong();
        adapt(now);
        doneInWindow += records;
        due = Math.max(due, now) + (rate == UNLIMITED ? 0 : (long) (records / rate * 1e9));
    }

    private void adapt(long now) {
        long elapsed = now - windowStart;
        if (elapsed < WINDOW) {
            return;
        }
        long count = operations.sumThenReset();
        long sum = taken.sumThenReset();
        if (count >= FEW && isFelt((double) sum / count)) {
            double reached = rate == UNLIMITED ? doneInWindow / (elapsed / 1e9) : rate;
            rate = Math.max(LEAST, reached / 2);
        } else if (rate != UNLIMITED) {
            rate = heldBack ? rate + STEP : UNLIMITED;
        }
        rate = Math.min(rate, ceiling);
        heldBack = false;
        windowStart = now;
        doneInWindow = 0;
    }

    private boolean isFelt(double average) {
        double before = usual;
        usual = before == UNLIMITED ? average : Math.min(before * 1.01, average);
        return before != UNLIMITED && average > 2 * before && average > before + TOLERATED_MICROS * 1000;
    }

    /** Records a second now; infinite where nothing holds it back. */
    double rate() {
        return rate == UNLIMITED ? Double.POSITIVE_INFINITY : rate;
    }
}
