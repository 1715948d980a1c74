package poppo.bridge.state;

import java.time.Clock;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What an operation takes from outside itself: the time and the identities it hands out. Made once per operation and
 * used by every store that executes it, so that two stores can be compared field by field.
 *
 * @param now milliseconds are what counts, as in the files
 * @param order grows with every stamp of one bridge (microseconds since 1970, never the same twice); records of an
 *     insertion-ordered collection are listed by it, whichever store executed first
 * @param nonce short random text that makes request ids unique
 */
public record Stamp(Instant now, long order, String nonce) {
    /** The time as {@code Date.prototype.toISOString} prints it. */
    public String time() {
        return time(now);
    }

    public static String time(Instant instant) {
        return IsoTime.print(instant);
    }

    /** Makes stamps from a clock. Thread-safe. */
    public static final class Source {
        private final Clock clock;
        private final AtomicLong lastOrder = new AtomicLong();
        private final SplittableRandom seeds;

        public Source(Clock clock) {
            this(clock, new SplittableRandom());
        }

        /** With its own source of nonces, for runs that must repeat. */
        public Source(Clock clock, SplittableRandom seeds) {
            this.clock = clock;
            this.seeds = seeds;
        }

        public Stamp next() {
            Instant now = Instant.ofEpochMilli(clock.millis());
            long order = lastOrder.updateAndGet(last -> Math.max(last + 1, now.toEpochMilli() * 1000));
            return new Stamp(now, order, nonce());
        }

        private synchronized String nonce() {
            return Long.toString(seeds.nextLong(36L * 36 * 36 * 36 * 36 * 36 * 36 * 36 * 36), 36);
        }
    }
}
