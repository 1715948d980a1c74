package poppo.bridge.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        List<Holding> holdings = Holding.of(events, sureNanos);
        checkHolders(holdings, findings);
        for (Event event : events) {
            if (event instanceof Event.Holder holder) {
                checkHolder(holder, holdings, findings);
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

    private static void checkHolders(List<Holding> holdings, List<Finding> findings) {
        for (int i = 0; i < holdings.size(); i++) {
            for (int j = i + 1; j < holdings.size(); j++) {
                Holding one = holdings.get(i);
                Holding other = holdings.get(j);
                if (one.issue() == other.issue() && !one.process().equals(other.process()) && one.overlaps(other)) {
                    findings.add(new Finding(Finding.Kind.TWO_HOLDERS, one + " and " + other));
                }
            }
        }
    }

    private static void checkHolder(Event.Holder holder, List<Holding> holdings, List<Finding> findings) {
        holdings.stream()
                .filter(each -> each.issue() == holder.issue() && each.covers(holder.begin(), holder.end()))
                .filter(each -> !each.process().equals(holder.process()))
                .findFirst()
                .ifPresent(each -> findings.add(
                        new Finding(Finding.Kind.LOST, "the checkout in " + each + " is not in " + holder)));
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
