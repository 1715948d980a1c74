package poppo.bridge.state;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state of one project, wherever it is kept. The file store, the Redis store and the shadow manager over both
 * implement it, and all three pass the same contract tests.
 *
 * <p>Guarantees: an {@link Execution} returned for an operation that is not {@linkplain Operation#isSoft() soft} is
 * durable as far as the store is; operations on one record take effect one after the other; a refused operation and a
 * thrown {@link BridgeException.Unavailable} have changed nothing, except that {@link BridgeException.UnknownOutcome}
 * says it may have. All methods may be called from any thread and block until answered; time-outs are the store's.
 * Images handed out are shared: don't change them.
 */
public interface StateManager extends AutoCloseable {
    /** How long a heartbeat keeps a process alive unless configured otherwise. */
    Duration HEARTBEAT_TTL = Duration.ofSeconds(1800);

    /** Executes one operation at the time and with the identities of {@code stamp}. */
    Execution execute(Operation operation, Stamp stamp);

    /** Reads one record; of a record that isn't there the image is null. */
    Versioned read(RecordKey key);

    /** Reads many records, in the order asked for, each as {@link #read} would. */
    List<Versioned> readAll(List<RecordKey> keys);

    /**
     * Copies records into this store, each only where {@link Replacement#expectedVersion()} still stands.
     *
     * @return for each whether it was written; false means a newer version was met and left alone
     */
    List<Boolean> replaceAll(List<Replacement> replacements);

    /**
     * Lists a collection: by number where it is {@linkplain StateCollection#isNumbered() numbered}, with the exception
     * of processed issues, which like running tasks stand in the order they came in.
     *
     * @param after the id to go on after, or null to begin; in insertion order an id no longer there begins again
     * @param limit at most so many
     */
    List<Versioned> page(StateCollection collection, @Nullable String after, int limit);

    /**
     * Hands on a collection {@linkplain #page page} by page; what changes meanwhile may be seen or not.
     *
     * @param size how many records a page has at most
     */
    default void forEachPage(StateCollection collection, int size, Consumer<List<Versioned>> pages) {
        String after = null;
        List<Versioned> page;
        do {
            page = page(collection, after, size);
            pages.accept(page);
            after = page.isEmpty() ? after : page.get(page.size() - 1).key().id();
        } while (page.size() == size);
    }

    /** How many records a collection has, about: it may be changing. */
    default long count(StateCollection collection) {
        LongAdder count = new LongAdder();
        forEachPage(collection, 1000, page -> count.add(page.size()));
        return count.sum();
    }

    /** The numbers of all issues in status {@code processing}, ascending. */
    List<Long> processing();

    /** The numbers of the issues that a process holds, ascending. */
    List<Long> heldBy(String processId);

    /** When a process was last heard of, if its heartbeat has not expired by {@code now}. */
    Optional<Instant> lastSeen(String processId, Instant now);

    /** As {@link #lastSeen} for each of them; those that it is empty for are not in the map. */
    default Map<String, Instant> lastSeenAll(Collection<String> processIds, Instant now) {
        Map<String, Instant> seen = new HashMap<>();
        processIds.forEach(process -> lastSeen(process, now).ifPresent(at -> seen.put(process, at)));
        return seen;
    }

    /** The processing issues whose holder's heartbeat has expired by {@code now}, by number. */
    List<Orphan> orphans(Instant now);

    @Override
    void close();

    /** Renews the heartbeat of a process, and that of every issue it holds. */
    default void heartbeat(String processId, Stamp stamp) {
        execute(new Operation.RenewProcess(processId), stamp);
        for (long issue : heldBy(processId)) {
            execute(new Operation.Heartbeat(issue, processId), stamp);
        }
    }

    /**
     * Removes the running tasks that started before {@code limit}.
     *
     * @return the ids of those removed
     */
    default List<String> removeRunningTasks(Instant limit, Stamp stamp) {
        List<String> removed = new ArrayList<>();
        for (Versioned task : page(StateCollection.RUNNING_TASKS, null, Integer.MAX_VALUE)) {
            if (task.image() == null || !Operation.RemoveRunningTask.isOlder(task.image(), limit)) {
                continue;
            }
            String id = task.key().id();
            Execution execution = execute(new Operation.RemoveRunningTask(id, limit), stamp);
            if (execution.decision() instanceof Decision.Changed) {
                removed.add(id);
            }
        }
        return removed;
    }
}
