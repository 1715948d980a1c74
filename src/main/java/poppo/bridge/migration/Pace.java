package poppo.bridge.migration;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * How fast a job goes: over the last {@link #WINDOW} while it runs, so that what is left is told by how it goes now, and over
 * all of it in the end. The first report begins the count: what lies before it was an earlier run's work. Thread-safe.
 */
final class Pace {
    static final Duration WINDOW = Duration.ofSeconds(10);

    /** Between two notes lies at least so much, whatever the size of the chunks. */
    private static final long GRAIN = Duration.ofMillis(100).toNanos();

    private record Note(long nanos, long done) {}

    private final Deque<Note> notes = new ArrayDeque<>();
    private Note first;
    private Note last;

    Pace(long start) {
        first = new Note(start, 0);
        last = first;
    }

    synchronized void reached(long done, long now) {
        Note note = new Note(now, done);
        if (notes.isEmpty() || done == first.done) {
            notes.clear();
            notes.add(note);
            first = note;
        } else if (now - notes.getLast().nanos >= GRAIN) {
            notes.add(note);
        }
        last = note;
        while (notes.size() > 2 && now - second().nanos >= WINDOW.toNanos()) {
            notes.removeFirst();
        }
    }

    private Note second() {
        Iterator<Note> each = notes.iterator();
        each.next();
        return each.next();
    }

    /** Records a second lately; 0 while nothing is known. */
    synchronized double lately(long now) {
        Note since = notes.isEmpty() ? first : notes.getFirst();
        return rate(since, now);
    }

    /** Records a second from the first report to {@code end}. */
    synchronized double overall(long end) {
        return rate(first, end);
    }

    private double rate(Note since, long until) {
        return until > since.nanos ? (last.done - since.done) * 1e9 / (until - since.nanos) : 0;
    }
}
