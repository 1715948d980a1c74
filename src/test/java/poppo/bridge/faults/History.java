package poppo.bridge.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What all clients did and were told, in one process and so on one clock. Thread-safe. */
final class History {
    private final AtomicLong tickets = new AtomicLong();
    private List<Event> events = new ArrayList<>();

    /** A ticket above all given before. */
    long ticket() {
        return tickets.incrementAndGet();
    }

    synchronized void add(Event event) {
        events.add(event);
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    synchronized long acknowledged() {
        return events.stream()
                .filter(event -> event instanceof Event.Write write && write.outcome() == Outcome.DONE
                        || event instanceof Event.Taken)
                .count();
    }

    /**
     * Checks what happened since the last time, and forgets all of it but how each record stands. To be called while no
     * call is under way and after every record has been read.
     */
    synchronized List<Finding> checkAndSettle(Checker checker, Duration holdingsKept) {
        List<Finding> findings = checker.check(events);
        List<Event> kept = new ArrayList<>();
        Checker.byRecord(events).values().forEach(record -> record.settled().ifPresent(kept::add));
        long oldest = System.nanoTime() - holdingsKept.toNanos();
        for (Event event : events) {
            boolean ofHolders =
                    event instanceof Event.Taken || event instanceof Event.LetGo || event instanceof Event.Alive;
            if (ofHolders && event.begin() > oldest) {
                kept.add(event);
            }
        }
        events = kept;
        return findings;
    }
}
