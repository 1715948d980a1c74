package poppo.bridge.shadow;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Served;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/** A store with something around every call: a guard that may refuse it, and an observer that is told of it. */
final class ObservedStateManager implements StateManager {
    /** Runs a call, or throws {@link BridgeException.Unavailable} instead. */
    interface Guard {
        Guard NONE = Supplier::get;

        <T> T run(Supplier<T> call);
    }

    private final StateManager store;
    private final Served served;
    private final Guard guard;
    private final StoreObserver observer;

    ObservedStateManager(StateManager store, Served served, Guard guard, StoreObserver observer) {
        this.store = store;
        this.served = served;
        this.guard = guard;
        this.observer = observer;
    }

    private <T> T call(String operation, Supplier<T> body) {
        long start = System.nanoTime();
        StoreObserver.Outcome outcome = StoreObserver.Outcome.FAILED;
        try {
            T result = guard.run(body);
            outcome = result instanceof Execution execution && !execution.isDone()
                    ? StoreObserver.Outcome.REFUSED
                    : StoreObserver.Outcome.DONE;
            return result;
        } catch (BridgeException.UnknownOutcome e) {
            outcome = StoreObserver.Outcome.UNKNOWN;
            throw e;
        } finally {
            observer.called(operation, served, outcome, System.nanoTime() - start);
        }
    }

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        return call(operation.name(), () -> store.execute(operation, stamp));
    }

    @Override
    public Versioned read(RecordKey key) {
        return call("read", () -> store.read(key));
    }

    @Override
    public List<Versioned> readAll(List<RecordKey> keys) {
        return call("read-all", () -> store.readAll(keys));
    }

    @Override
    public List<Boolean> replaceAll(List<Replacement> replacements) {
        return call("copy", () -> store.replaceAll(replacements));
    }

    @Override
    public List<Versioned> page(StateCollection collection, @Nullable String after, int limit) {
        return call("list", () -> store.page(collection, after, limit));
    }

    @Override
    public long count(StateCollection collection) {
        return call("list", () -> store.count(collection));
    }

    @Override
    public List<Long> processing() {
        return call("list", store::processing);
    }

    @Override
    public List<Long> heldBy(String processId) {
        return call("list", () -> store.heldBy(processId));
    }

    @Override
    public Optional<Instant> lastSeen(String processId, Instant now) {
        return call("last-seen", () -> store.lastSeen(processId, now));
    }

    @Override
    public List<Orphan> orphans(Instant now) {
        return call("orphans", () -> store.orphans(now));
    }

    @Override
    public void close() {
        store.close();
    }
}
