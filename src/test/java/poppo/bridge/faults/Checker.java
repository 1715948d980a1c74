package poppo.bridge.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Judges a history by the promises of the design, from nothing but what clients sent and were told:
 *
 * <ul>
 *   <li>an acknowledged write is seen by whoever looks later, itself or one after it: else it is <em>lost</em> when the
 *       record's last read doesn't show it either, and the read <em>went back</em> when that does;
 *   <li>what a read showed, a read that began after it shows too, or something later;
 *   <li>no two processes hold an issue at one time while both may rely on it, and it isn't taken from one that may;
 *   <li>a process isn't called dead while its last sign of life is surely younger than the TTL;
 *   <li>nothing is shown that nobody wrote, that was answered as not done, or that happened after it had been settled.
 * </ul>
 */
final class Checker {
    private final long sureNanos;

    /**
     * @param sure for how long after a sign of life a process surely counts as alive: the TTL, less what a crash may
     *     lose of the soft heartbeats
     */
    Checker(Duration sure) {
        this.sureNanos = sure.toNanos();
    }

    List<Finding> check(List<Event> events) {
        List<Finding> findings = new ArrayList<>();
        byRecord(events).values().forEach(record -> findings.addAll(record.findings()));
        Map<Long, NavigableMap<Long, Holding>> holdings = new HashMap<>();
        Holding.of(events, sureNanos)
                .forEach(each -> holdings.computeIfAbsent(each.issue(), any -> new TreeMap<>())
                        .put(each.from(), each));
        checkHolders(holdings.values(), findings);
        for (Event event : events) {
            if (event instanceof Event.Holder holder) {
                checkHolder(holder, holdings.getOrDefault(holder.issue(), Collections.emptyNavigableMap()), findings);
            } else if (event instanceof Event.Orphaned orphaned) {
                checkOrphan(orphaned, events, findings);
            }
        }
        return findings;
    }

    static Map<String, RecordHistory> byRecord(List<Event> events) {
        Map<String, RecordHistory> records = new TreeMap<>();
        for (Event event : events) {
            if (event instanceof Event.Write write) {
                records.computeIfAbsent(write.record(), RecordHistory::new).add(write);
            } else if (event instanceof Event.Read read) {
                records.computeIfAbsent(read.record(), RecordHistory::new).add(read);
            } else if (event instanceof Event.ListRead list) {
                records.computeIfAbsent(list.record(), RecordHistory::new).add(list);
            }
        }
        return records;
    }

    /** Overlapping ones are neighbours in the order of their begin, or one of a pair of neighbours overlaps as well. */
    private static void checkHolders(Collection<NavigableMap<Long, Holding>> byIssue, List<Finding> findings) {
        for (NavigableMap<Long, Holding> holdings : byIssue) {
            Holding longest = null;
            for (Holding holding : holdings.values()) {
                if (longest != null && !longest.process().equals(holding.process()) && longest.overlaps(holding)) {
                    findings.add(new Finding(Finding.Kind.TWO_HOLDERS, longest + " and " + holding));
                }
                longest = longest == null || holding.until() > longest.until() ? holding : longest;
            }
        }
    }

    private static void checkHolder(Event.Holder holder, NavigableMap<Long, Holding> holdings, List<Finding> findings) {
        Map.Entry<Long, Holding> last = holdings.floorEntry(holder.begin());
        if (last != null
                && last.getValue().covers(holder.begin(), holder.end())
                && !last.getValue().process().equals(holder.process())) {
            findings.add(new Finding(Finding.Kind.LOST, "the checkout in " + last.getValue() + " is not in " + holder));
        }
    }

    private void checkOrphan(Event.Orphaned orphaned, List<Event> events, List<Finding> findings) {
        for (Event event : events) {
            boolean isSign = event instanceof Event.Alive alive
                            && alive.process().equals(orphaned.process())
                            && alive.end() <= orphaned.begin()
                    || event instanceof Event.Taken taken
                            && taken.process().equals(orphaned.process())
                            && taken.end() <= orphaned.begin();
            if (isSign && orphaned.end() - event.begin() < sureNanos) {
                findings.add(new Finding(Finding.Kind.FALSE_ORPHAN, orphaned + " in spite of " + event));
                return;
            }
        }
    }
}
