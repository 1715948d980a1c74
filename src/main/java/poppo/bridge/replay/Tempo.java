package poppo.bridge.replay;

import java.util.concurrent.TimeUnit;
import poppo.bridge.state.BridgeException;

/**
 * How fast a fixture is replayed.
 *
 * @param factor so many times as fast as it was recorded; infinite for no waiting at all
 */
public record Tempo(double factor) {
    public static final Tempo FLAT_OUT = new Tempo(Double.POSITIVE_INFINITY);

    public Tempo {
        if (!(factor > 0)) {
            throw new BridgeException.Invalid("speed", "must be 'recorded', 'flat-out' or a number above 0");
        }
    }

    /** Reads {@code recorded}, {@code flat-out} or a factor. */
    public static Tempo of(String text) {
        return switch (text) {
            case "recorded" -> new Tempo(1);
            case "flat-out" -> FLAT_OUT;
            default -> new Tempo(number(text));
        };
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** Waits until it is time for a call that began so many microseconds after the recording. */
    void await(long startNanos, long begunMicros) throws InterruptedException {
        if (Double.isInfinite(factor)) {
            return;
        }
        long due = startNanos + (long) (begunMicros * 1000 / factor);
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
    }
}
