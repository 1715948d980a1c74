package poppo.bridge.file;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a file holds, in memory: the entries as written, and on top of them the soft changes (heartbeats) that still wait
 * for a rewrite. Thread-safe; every method is short, so that readers never wait for a disk.
 *
 * <p>An entry that a batch is deciding on is <em>sealed</em>: a soft change of it waits until the batch is settled, so a
 * heartbeat is never answered from content that is about to be replaced.
 */
final class Content {
    /** The sort keys of a collection's list; {@link #inFileOrder} says how that differs from the file's order. */
    private final Comparator<Entry> listOrder;

    private final AtomicLong versions;
    private final Consumer<Entry.@Nullable SignOfLife> signs;
    private final Map<String, Entry> byId = new HashMap<>();
    private final NavigableSet<Entry> listed;
    private int withoutRecord;
    private final Holdings holdings = new Holdings();
    /** The entries with soft changes, as they stand in the file: null where the file has none. */
    private final Map<String, @Nullable Entry> unsaved = new HashMap<>();

    private final Set<String> sealed = new HashSet<>();

    /**
     * @param versions gives new versions
     * @param signs told of every sign of life that is read from the file
     */
    Content(Comparator<Entry> listOrder, AtomicLong versions, Consumer<Entry.@Nullable SignOfLife> signs) {
        this.listOrder = listOrder;
        this.versions = versions;
        this.signs = signs;
        this.listed = new TreeSet<>(listOrder);
    }

    synchronized @Nullable Entry get(String id) {
        return byId.get(id);
    }

    /** As {@link #get}, and from now on soft changes of it wait for {@link #unseal}. */
    synchronized @Nullable Entry seal(String id) {
        sealed.add(id);
        return byId.get(id);
    }

    synchronized void unseal() {
        sealed.clear();
        notifyAll();
    }

    /** Runs a soft change of one entry, between and never during hard changes of it. */
    synchronized <T> T soft(String id, Supplier<T> change) {
        boolean interrupted = false;
        while (sealed.contains(id)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return change.get();
    }

    /** Changes an entry in memory only; to be called within {@link #soft}. */
    synchronized void putSoft(Entry entry) {
        if (!unsaved.containsKey(entry.id())) {
            unsaved.put(entry.id(), byId.get(entry.id()));
        }
        put(entry);
    }

    synchronized boolean hasUnsaved() {
        return !unsaved.isEmpty();
    }

    synchronized List<Entry> page(@Nullable Entry after, int limit) {
        List<Entry> page = new ArrayList<>();
        for (Entry entry : after == null ? listed : listed.tailSet(after, false)) {
            if (page.size() == limit) {
                break;
            }
            if (entry.isRecord()) {
                page.add(entry);
            }
        }
        return page;
    }

    synchronized long count() {
        return (long) byId.size() - withoutRecord;
    }

    synchronized List<Long> processing() {
        return holdings.numbers();
    }

    synchronized List<Long> heldBy(String processId) {
        return holdings.heldBy(processId);
    }

    synchronized Map<Long, Entry.SignOfLife> holdings() {
        return holdings.all();
    }

    /** All entries as a rewrite with {@code changes} would list them. */
    synchronized Snapshot with(Map<String, @Nullable Entry> changes) {
        List<Entry> merged = new ArrayList<>(listed.size() + changes.size());
        NavigableSet<Entry> added = new TreeSet<>(listOrder);
        changes.values().stream().filter(entry -> entry != null).forEach(added::add);
        for (Entry entry : listed) {
            if (changes.containsKey(entry.id())) {
                continue;
            }
            while (!added.isEmpty() && listOrder.compare(added.first(), entry) < 0) {
                merged.add(added.pollFirst());
            }
            merged.add(entry);
        }
        merged.addAll(added);
        Map<String, @Nullable Entry> soft = new HashMap<>();
        unsaved.keySet().forEach(id -> soft.put(id, byId.get(id)));
        soft.keySet().removeAll(changes.keySet());
        return new Snapshot(inFileOrder(merged), soft);
    }

    /** JavaScript's order of keys: array indexes ascending, then the others as they came in. */
    private List<Entry> inFileOrder(List<Entry> entries) {
        if (listOrder == Entry.BY_ORDER && !holdsNamedIndexes(entries)) {
            return entries;
        }
        List<Entry> indexes = new ArrayList<>(entries.size());
        List<Entry> others = new ArrayList<>();
        entries.forEach(entry -> (entry.isArrayIndex() ? indexes : others).add(entry));
        if (listOrder != Entry.BY_NUMBER) {
            indexes.sort(Entry.BY_NUMBER);
        }
        if (listOrder != Entry.BY_ORDER) {
            others.sort(Entry.BY_ORDER);
        }
        indexes.addAll(others);
        return indexes;
    }

    /** An array's elements have no names (their value begins where they do) and keep their order. */
    private static boolean holdsNamedIndexes(List<Entry> entries) {
        return !entries.isEmpty() && entries.get(0).valueAt() > 0;
    }

    /** Takes over what was written. */
    synchronized void written(Map<String, @Nullable Entry> changes, Map<String, @Nullable Entry> soft) {
        changes.forEach((id, entry) -> {
            unsaved.remove(id);
            if (entry == null) {
                remove(id);
            } else {
                put(entry);
            }
        });
        soft.forEach((id, entry) -> {
            if (Objects.equals(byId.get(id), entry)) {
                unsaved.remove(id);
            } else {
                // It changed again while it was written, perhaps back to nothing.
                unsaved.put(id, entry);
            }
        });
    }

    /**
     * Takes the first content. Its places come after all that an earlier bridge can have stamped, which Redis may still have,
     * and before what is stamped from now on.
     *
     * @param now as {@link poppo.bridge.state.Stamp#order} has it
     */
    synchronized void load(Collection<Entry> entries, long now) {
        long order = now - entries.size();
        for (Entry entry : entries) {
            put(entry.with(entry.isRecord() ? versions.incrementAndGet() : 0, order++, false));
            signs.accept(entry.life());
        }
    }

    /** What {@code entries}, read from the file, changes against what we know to have been there. */
    synchronized Difference compare(Map<String, Entry> entries) {
        Set<String> changed = new LinkedHashSet<>();
        List<Erasure> erased = new ArrayList<>();
        entries.forEach((id, entry) -> {
            Entry known = saved(id);
            if (known == null || !known.hasLineOf(entry)) {
                changed.add(id);
                noteErased(known, entry, erased);
            }
        });
        for (String id : byId.keySet()) {
            Entry known = saved(id);
            if (known != null && !entries.containsKey(id)) {
                changed.add(id);
                noteErased(known, null, erased);
            }
        }
        return new Difference(changed, erased);
    }

    private static void noteErased(@Nullable Entry known, @Nullable Entry theirs, List<Erasure> erased) {
        if (known != null && known.ours()) {
            erased.add(new Erasure(known, theirs));
        }
    }

    private @Nullable Entry saved(String id) {
        return unsaved.containsKey(id) ? unsaved.get(id) : byId.get(id);
    }

    /**
     * Takes over what somebody else wrote. Versions of equal content stay, and so do their places as far as the file
     * still has them in that order.
     *
     * @param carryOver what becomes of a soft change (second) when its entry was changed (first)
     */
    synchronized void takeOver(Map<String, Entry> entries, Difference difference, BinaryOperator<Entry> carryOver) {
        Map<String, Entry> soft = new HashMap<>();
        for (String id : difference.changed()) {
            Entry beaten = unsaved.containsKey(id) ? byId.get(id) : null;
            if (beaten != null && entries.containsKey(id)) {
                soft.put(id, beaten);
            }
            if (unsaved.containsKey(id) || !entries.containsKey(id)) {
                unsaved.remove(id);
                remove(id);
            }
        }
        place(entries.values());
        soft.forEach((id, beaten) -> {
            Entry fresh = byId.get(id);
            if (fresh != null) {
                Entry carried = carryOver.apply(fresh, beaten);
                if (!carried.equals(fresh)) {
                    putSoft(carried);
                }
            }
        });
    }

    private void place(Collection<Entry> entries) {
        long lastIndex = -1;
        long lastOther = -1;
        long position = 0;
        for (Entry entry : entries) {
            long last = entry.isArrayIndex() ? lastIndex : lastOther;
            long order = place(entry, last, position++);
            if (entry.isArrayIndex()) {
                lastIndex = order;
            } else {
                lastOther = order;
            }
        }
    }

    private long place(Entry entry, long last, long position) {
        Entry known = byId.get(entry.id());
        long order = known != null && known.order() > last ? known.order() : Math.max(last + 1, position);
        Entry saved = saved(entry.id());
        if (known == null || saved == null || !saved.hasLineOf(entry)) {
            put(entry.with(entry.isRecord() ? versions.incrementAndGet() : 0, order, false));
            signs.accept(entry.life());
        } else if (order != known.order()) {
            put(known.with(known.version(), order, known.ours()));
        }
        return order;
    }

    private void put(Entry entry) {
        Entry before = byId.put(entry.id(), entry);
        if (before != null) {
            unlist(before);
        }
        listed.add(entry);
        withoutRecord += entry.isRecord() ? 0 : 1;
        hold(entry.number(), entry.life());
    }

    private void remove(String id) {
        Entry before = byId.remove(id);
        if (before != null) {
            unlist(before);
            hold(before.number(), null);
        }
    }

    private void unlist(Entry entry) {
        listed.remove(entry);
        withoutRecord -= entry.isRecord() ? 0 : 1;
    }

    /** Only of issues, which are listed by number, does a sign of life mean a holding. */
    private void hold(long number, Entry.@Nullable SignOfLife life) {
        if (listOrder == Entry.BY_NUMBER) {
            holdings.set(number, life);
        }
    }

    /** Forgets an entry without a record, as softly as it came. */
    synchronized boolean removeSoft(Entry entry) {
        if (!entry.equals(byId.get(entry.id()))) {
            return false;
        }
        if (unsaved.containsKey(entry.id()) && unsaved.get(entry.id()) == null) {
            unsaved.remove(entry.id());
        } else {
            unsaved.putIfAbsent(entry.id(), entry);
        }
        remove(entry.id());
        return true;
    }

    /** Entries that hold no record. */
    synchronized List<Entry> withoutRecord() {
        return byId.values().stream().filter(entry -> !entry.isRecord()).toList();
    }

    /**
     * A state of the content to be written.
     *
     * @param entries in the order of the file
     * @param soft the soft changes among them, null for a removal
     */
    record Snapshot(List<Entry> entries, Map<String, @Nullable Entry> soft) {}

    /** The ids whose content is another one, and those of them that had held ours. */
    record Difference(Set<String> changed, List<Erasure> ours) {}

    /** What we had written, and what stands in its place. */
    record Erasure(Entry ours, @Nullable Entry theirs) {}
}
