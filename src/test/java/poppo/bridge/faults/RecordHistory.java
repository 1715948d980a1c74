package poppo.bridge.faults;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** What happened to one record, and whether each read of it is what the promises allow. */
final class RecordHistory {
    private static final int TOLD = 4;

    private final String record;
    private final List<Event.Write> writes = new ArrayList<>();
    private final Map<Long, Event.Write> byTicket = new HashMap<>();
    private final NavigableSet<Long> acknowledged = new TreeSet<>();
    private final List<Event.Read> reads = new ArrayList<>();
    private final List<Event.ListRead> lists = new ArrayList<>();

    RecordHistory(String record) {
        this.record = record;
    }

    void add(Event.Write write) {
        writes.add(write);
        byTicket.put(write.ticket(), write);
        if (write.outcome() == Outcome.DONE) {
            acknowledged.add(write.ticket());
        }
    }

    void add(Event.Read read) {
        reads.add(read);
    }

    void add(Event.ListRead list) {
        lists.add(list);
        long last =
                list.tickets().isEmpty() ? 0 : list.tickets().get(list.tickets().size() - 1);
        reads.add(new Event.Read(record, Seen.ticket(last), list.begin(), list.end()));
    }

    /** What is broken, each kind at most once: one lost write makes every later read wrong. */
    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        reads.sort(Comparator.comparingLong(Event.Read::begin));
        Event.Read last =
                reads.stream().max(Comparator.comparingLong(Event.Read::end)).orElse(null);
        TreeMap<Long, Long> floors = floors();
        for (Event.Read read : reads) {
            Optional<Finding> finding = judge(read, last, floors);
            finding.filter(each -> findings.stream().noneMatch(known -> known.kind() == each.kind()))
                    .ifPresent(findings::add);
        }
        lists.stream().flatMap(list -> judge(list).stream()).findFirst().ifPresent(findings::add);
        return findings;
    }

    /** By time: the highest ticket that somebody had been told of by then. */
    private TreeMap<Long, Long> floors() {
        TreeMap<Long, Long> told = new TreeMap<>();
        writes.stream()
                .filter(write -> write.outcome() == Outcome.DONE)
                .forEach(write -> told.merge(write.end(), write.ticket(), Math::max));
        reads.forEach(read -> told.merge(read.end(), ticketOf(read), Math::max));
        long highest = 0;
        for (var entry : told.entrySet()) {
            highest = Math.max(highest, entry.getValue());
            entry.setValue(highest);
        }
        return told;
    }

    private Optional<Finding> judge(Event.Read read, Event.Read last, TreeMap<Long, Long> floors) {
        long ticket = ticketOf(read);
        var floor = floors.lowerEntry(read.begin());
        if (floor != null && ticket < floor.getValue()) {
            boolean forGood = ticketOf(last) < floor.getValue() && acknowledged.contains(floor.getValue());
            Finding.Kind kind = forGood ? Finding.Kind.LOST : Finding.Kind.WENT_BACK;
            return Optional.of(new Finding(
                    kind,
                    record + " shows " + read.seen() + " at " + millis(read.begin()) + ", told was ticket "
                            + floor.getValue() + " at " + millis(floor.getKey()) + "; " + story(floor.getValue())));
        }
        Event.Write shown = byTicket.get(ticket);
        boolean known = ticket == 0
                || shown != null
                        && shown.begin() <= read.end()
                        && shown.outcome().mayHaveHappened();
        return known
                ? Optional.empty()
                : Optional.of(new Finding(
                        Finding.Kind.INVENTED,
                        record + " shows " + read.seen() + " at " + millis(read.begin())
                                + ", which nobody wrote or whose write was not done; " + story(ticket)));
    }

    /** A read that shows no ticket shows the last write that can have made it so. */
    private long ticketOf(Event.Read read) {
        if (read.seen().kind() == Seen.Kind.TICKET) {
            return read.seen().ticket();
        }
        boolean absent = read.seen().kind() == Seen.Kind.ABSENT;
        return writes.stream()
                .filter(write -> write.removes() == absent && write.begin() <= read.end())
                .filter(write -> write.outcome().mayHaveHappened())
                .mapToLong(Event.Write::ticket)
                .max()
                .orElse(absent ? 0 : -1);
    }

    private Optional<Finding> judge(Event.ListRead list) {
        List<Long> tickets = list.tickets();
        for (int i = 1; i < tickets.size(); i++) {
            long before = tickets.get(i - 1);
            long after = tickets.get(i);
            if (after <= before) {
                return Optional.of(new Finding(
                        Finding.Kind.INVENTED, record + " has ticket " + after + " behind " + before + ": " + tickets));
            }
            Long missing = acknowledged.higher(before);
            if (missing != null && missing < after) {
                return Optional.of(new Finding(
                        Finding.Kind.LOST,
                        record + " lacks " + byTicket.get(missing) + " between " + before + " and " + after));
            }
        }
        return Optional.empty();
    }

    /** The writes nearest to a ticket. */
    private String story(long ticket) {
        return writes.stream()
                .sorted(Comparator.comparingLong(write -> Math.abs(write.ticket() - ticket)))
                .limit(TOLD)
                .sorted(Comparator.comparingLong(Event.Write::begin))
                .map(write -> "write " + write.ticket() + (write.removes() ? " (removes) " : " ") + write.outcome()
                        + " " + millis(write.begin()) + ".." + millis(write.end()))
                .toList()
                .toString();
    }

    static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }

    /**
     * The one write that says how the record is now that nothing is under way. An unknown one that took effect after
     * that would be a late write, so it is forgotten; and what was found broken is told once, so it stands as it is.
     */
    Optional<Event.Write> settled() {
        long now = reads.stream()
                .max(Comparator.comparingLong(Event.Read::end))
                .map(this::ticketOf)
                .orElseGet(() -> writes.stream()
                        .filter(write -> write.outcome() == Outcome.DONE)
                        .mapToLong(Event.Write::ticket)
                        .max()
                        .orElse(0));
        Event.Write shown = byTicket.get(now);
        boolean removed = shown != null && shown.removes();
        return now <= 0 ? Optional.empty() : Optional.of(new Event.Write(record, now, removed, 0, 0, Outcome.DONE));
    }
}
