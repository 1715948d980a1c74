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
        Map<String, NavigableMap<Long, Long>> signs = signs(events);
        for (Event event : events) {
            if (event instanceof Event.Holder holder) {
                checkHolder(holder, holdings.getOrDefault(holder.issue(), Collections.emptyNavigableMap()), findings);
            } else if (event instanceof Event.Orphaned orphaned) {
                checkOrphan(
                        orphaned, signs.getOrDefault(orphaned.process(), Collections.emptyNavigableMap()), findings);
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

    /** By process: when an acknowledged sign of life ended, and when the latest of those that ended by then began. */
    private static Map<String, NavigableMap<Long, Long>> signs(List<Event> events) {
        Map<String, NavigableMap<Long, Long>> signs = new HashMap<>();
        for (Event event : events) {
            if (event instanceof Event.Alive alive) {
                note(signs, alive.process(), alive.begin(), alive.end());
            } else if (event instanceof Event.Taken taken) {
                note(signs, taken.process(), taken.begin(), taken.end());
            }
        }
        for (NavigableMap<Long, Long> ofProcess : signs.values()) {
            long latest = Long.MIN_VALUE;
            for (Map.Entry<Long, Long> sign : ofProcess.entrySet()) {
                latest = Math.max(latest, sign.getValue());
                sign.setValue(latest);
            }
        }
        return signs;
    }

    private static void note(Map<String, NavigableMap<Long, Long>> signs, String process, long begin, long end) {
        signs.computeIfAbsent(process, any -> new TreeMap<>()).merge(end, begin, Math::max);
    }

    private void checkOrphan(Event.Orphaned orphaned, NavigableMap<Long, Long> signs, List<Finding> findings) {
        Map.Entry<Long, Long> last = signs.floorEntry(orphaned.begin());
        if (last != null && orphaned.end() - last.getValue() < sureNanos) {
            findings.add(new Finding(
                    Finding.Kind.FALSE_ORPHAN,
                    orphaned + " in spite of a sign of life at " + RecordHistory.millis(last.getValue())));
        }
    }
}
