package poppo.bridge.state;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Hands every call on to another manager; a subclass overrides what it adds to. */
public abstract class ForwardingStateManager implements StateManager {
    private final StateManager to;

    protected ForwardingStateManager(StateManager to) {
        this.to = to;
    }

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        return to.execute(operation, stamp);
    }

    @Override
    public Versioned read(RecordKey key) {
        return to.read(key);
    }

    @Override
    public List<Versioned> readAll(List<RecordKey> keys) {
        return to.readAll(keys);
    }

    @Override
    public List<Boolean> replaceAll(List<Replacement> replacements) {
        return to.replaceAll(replacements);
    }

    @Override
    public List<Versioned> page(StateCollection collection, @Nullable String after, int limit) {
        return to.page(collection, after, limit);
    }

    @Override
    public long count(StateCollection collection) {
        return to.count(collection);
    }

    @Override
    public List<Long> processing() {
        return to.processing();
    }

    @Override
    public List<Long> heldBy(String processId) {
        return to.heldBy(processId);
    }

    @Override
    public Optional<Instant> lastSeen(String processId, Instant now) {
        return to.lastSeen(processId, now);
    }

    @Override
    public List<Orphan> orphans(Instant now) {
        return to.orphans(now);
    }

    @Override
    public void close() {
        to.close();
    }
}
