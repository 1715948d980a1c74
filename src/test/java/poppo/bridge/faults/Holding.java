package poppo.bridge.faults;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A time in which a process could rely on holding an issue: from the answer that gave it until it began to give it back,
 * or until its last acknowledged sign of life was too old to be sure of. A sign counts from its begin.
 */
record Holding(long issue, String process, long from, long until) {
    boolean overlaps(Holding other) {
        return Math.max(from, other.from) < Math.min(until, other.until);
    }

    boolean covers(long begin, long end) {
        return from <= begin && end <= until;
    }

    /** All holdings in a history. */
    static List<Holding> of(List<Event> events, long sureNanos) {
        Map<String, List<Event>> byProcess = new HashMap<>();
        for (Event event : events) {
            if (event instanceof Event.Alive sign) {
                byProcess
                        .computeIfAbsent(sign.process(), any -> new ArrayList<>())
                        .add(sign);
            } else if (event instanceof Event.LetGo letGo) {
                byProcess
                        .computeIfAbsent(letGo.process(), any -> new ArrayList<>())
                        .add(letGo);
            }
        }
        byProcess.values().forEach(each -> each.sort(Comparator.comparingLong(Event::begin)));
        return events.stream()
                .filter(Event.Taken.class::isInstance)
                .map(Event.Taken.class::cast)
                .map(taken -> of(taken, byProcess.getOrDefault(taken.process(), List.of()), sureNanos))
                .toList();
    }

    /** @param later what the process did, in order */
    private static Holding of(Event.Taken taken, List<Event> later, long sureNanos) {
        long until = taken.begin() + sureNanos;
        for (Event event : later) {
            if (event.begin() < taken.begin()) {
                continue;
            }
            if (event instanceof Event.Alive sign && sign.end() <= until) {
                until = Math.max(until, sign.begin() + sureNanos);
            } else if (event instanceof Event.LetGo letGo && letGo.issue() == taken.issue()) {
                until = Math.min(until, letGo.begin());
                break;
            }
        }
        return new Holding(taken.issue(), taken.process(), taken.end(), until);
    }
}
