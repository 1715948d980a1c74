package poppo.bridge.interleaving;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Execution;
import poppo.bridge.state.LabelRequest;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Orphan;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/**
 * The files as one life of the bridge sees them: each call is an await point before its effect and one after. As the real
 * ones do, every call takes in first what others wrote, and tells of it when it has done its own work.
 */
class SteppedFiles implements LocalStateManager {
    final MemoryFiles files;
    private final Life life;
    private final Weather weather;
    private final ForeignWriter foreign;
    private final Queue<ForeignWrite> noticed = new ArrayDeque<>();
    private Consumer<ForeignWrite> listener = write -> {};

    SteppedFiles(MemoryFiles files, Life life, Weather weather, ForeignWriter foreign) {
        this.files = files;
        this.life = life;
        this.weather = weather;
        this.foreign = foreign;
        files.onForeignWrite(noticed::add);
    }

    private <T> T call(String what, boolean writes, Supplier<T> effect) {
        life.at("files " + what);
        Trouble trouble = weather.files(writes);
        if (trouble == Trouble.REFUSED) {
            throw new BridgeException.Unavailable("the files are refused: " + what);
        }
        List<RecordKey> takenIn = takeIn();
        T result;
        try {
            result = trouble == Trouble.REQUEST_LOST ? null : effect.get();
        } finally {
            files.forgetCalls();
            tell(takenIn);
        }
        life.at("files " + what + " done" + (trouble == Trouble.NONE ? "" : ", " + trouble));
        if (trouble != Trouble.NONE) {
            throw new BridgeException.UnknownOutcome("nobody knows whether the files have it: " + what, null);
        }
        return result;
    }

    private List<RecordKey> takeIn() {
        files.poll();
        return foreign.takenIn(files.isAcceptingForeignWrites());
    }

    private void tell(List<RecordKey> takenIn) {
        if (!takenIn.isEmpty()) {
            life.at("files tell of a foreign write");
            for (ForeignWrite write = noticed.poll(); write != null; write = noticed.poll()) {
                listener.accept(write);
            }
            foreign.told(takenIn);
        }
    }

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        boolean writes = !operation.isSoft();
        return call(operation.name() + " " + operation.key(), writes, () -> files.execute(operation, stamp));
    }

    @Override
    public Versioned read(RecordKey key) {
        return call("read " + key, false, () -> files.read(key));
    }

    @Override
    public List<Versioned> readAll(List<RecordKey> keys) {
        return call("readAll " + keys.size(), false, () -> files.readAll(keys));
    }

    @Override
    public List<Boolean> replaceAll(List<Replacement> replacements) {
        return call("replaceAll " + Names.of(replacements), true, () -> files.replaceAll(replacements));
    }

    @Override
    public List<Versioned> page(StateCollection collection, @Nullable String after, int limit) {
        return call("page " + collection, false, () -> files.page(collection, after, limit));
    }

    @Override
    public List<Long> processing() {
        return call("processing", false, files::processing);
    }

    @Override
    public List<Long> heldBy(String processId) {
        return call("heldBy", false, () -> files.heldBy(processId));
    }

    @Override
    public Optional<Instant> lastSeen(String processId, Instant now) {
        return call("lastSeen", false, () -> files.lastSeen(processId, now));
    }

    @Override
    public List<Orphan> orphans(Instant now) {
        return call("orphans", false, () -> files.orphans(now));
    }

    @Override
    public void emit(List<LabelRequest> requests) {
        call("emit " + requests.size(), true, () -> {
            files.emit(requests);
            return true;
        });
    }

    /** In memory alone, so that nothing can go wrong. */
    @Override
    public void stage(RecordKey key, @Nullable JsonNode image, @Nullable Instant holderSeen, long order) {
        life.at("files stage " + key);
        files.stage(key, image, holderSeen, order);
        life.at("files stage " + key + " done");
    }

    @Override
    public void poll() {
        call("poll", false, () -> true);
    }

    @Override
    public void onForeignWrite(Consumer<ForeignWrite> told) {
        listener = told;
    }

    /** No await point: callers hold a monitor. */
    @Override
    public void acceptForeignWrites(boolean accept) {
        life.requireAlive();
        files.acceptForeignWrites(accept);
    }

    @Override
    public void grantGrace(Instant now) {
        life.at("files grantGrace");
        files.grantGrace(now);
        files.forgetCalls();
    }

    @Override
    public @Nullable String damage(StateCollection collection) {
        return files.damage(collection);
    }

    @Override
    public List<String> notices() {
        return files.notices();
    }

    @Override
    public String mark() {
        return files.mark();
    }

    @Override
    public String file(StateCollection collection) {
        return files.file(collection);
    }

    @Override
    public void flush() {
        call("flush", true, () -> {
            files.flush();
            return true;
        });
    }

    @Override
    public void close() {
        life.requireAlive();
    }
}
