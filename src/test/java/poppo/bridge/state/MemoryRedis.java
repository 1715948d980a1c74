package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Redis for tests: every call but {@link #probe} and {@link #fence} is refused unless the server holds the epoch this
 * client was fenced with. The test plays the server's fate.
 */
public class MemoryRedis extends MemoryStateManager implements FencedStateManager {
    private @Nullable Long ownEpoch;
    private @Nullable MemoryContent saved;
    private volatile long acknowledged;

    /** Connected to an empty server that was never used. */
    public MemoryRedis() {
        this(new MemoryContent());
    }

    private MemoryRedis(MemoryContent server) {
        super(Served.REDIS, server);
    }

    /** A client of its own, with its own epoch and fault plan, on the same server: a second bridge. */
    public MemoryRedis anotherClient() {
        return new MemoryRedis(content);
    }

    @Override
    public Server probe() {
        return faulty(Call.of("probe", ""), () -> {
            dropLateWrites();
            synchronized (content) {
                return new Server(runId(), "7.0.15", content.epoch, content.revision);
            }
        });
    }

    @Override
    public ServerFacts facts() {
        return new ServerFacts(
                "7.0.0",
                probe().runId(),
                "master",
                0,
                0,
                0,
                "noeviction",
                true,
                "everysec",
                true,
                true,
                0,
                false,
                1,
                System.currentTimeMillis());
    }

    @Override
    public void fence(@Nullable Long seen, long epoch) {
        faulty(Call.of("fence", epoch), () -> {
            synchronized (content) {
                raise(seen, epoch);
                return epoch;
            }
        });
    }

    @Override
    public Execution execute(Operation operation, Stamp stamp) {
        Execution execution = super.execute(operation, stamp);
        acknowledged = Math.max(acknowledged, content.revision);
        return execution;
    }

    @Override
    public List<RecordKey> unlisted(Collection<StateCollection> collections) {
        return List.of();
    }

    @Override
    public String absentVersion() {
        return "0";
    }

    @Override
    public boolean hasMetadata(RecordKey key) {
        return false;
    }

    @Override
    public List<RecordKey> keys(StateCollection collection) {
        return page(collection, null, Integer.MAX_VALUE).stream()
                .map(Versioned::key)
                .toList();
    }

    @Override
    public @Nullable JsonNode roundTrip(RecordKey key, JsonNode image) {
        return image;
    }

    @Override
    public StateManager scratch() {
        MemoryRedis other = new MemoryRedis();
        other.fence(null, 1);
        return other;
    }

    @Override
    public Losses losses() {
        return new Losses(0, 0, 0);
    }

    @Override
    public long acknowledged() {
        return acknowledged;
    }

    private void raise(@Nullable Long seen, long epoch) {
        boolean lower = content.epoch != null && content.epoch > epoch;
        if (lower || !Objects.equals(content.epoch, seen)) {
            throw new BridgeException.Fenced("the server holds epoch " + content.epoch + ", not " + epoch);
        }
        content.epoch = epoch;
        ownEpoch = epoch;
        acknowledged = 0;
    }

    @Override
    void admit() {
        if (ownEpoch == null || !ownEpoch.equals(content.epoch)) {
            throw new BridgeException.Fenced("the server holds epoch " + content.epoch + ", this client " + ownEpoch);
        }
    }

    private String runId() {
        return "run-" + content.starts;
    }

    /** Restarts with all its data. */
    public void restart() {
        synchronized (content) {
            content.starts++;
        }
    }

    /** Restarts with nothing. */
    public void restartEmpty() {
        restart();
        flushAll();
    }

    /** Loses everything without a restart. */
    public void flushAll() {
        synchronized (content) {
            content.become(new MemoryContent());
        }
    }

    /** Takes the snapshot that {@link #restartFromSaved()} comes back with. */
    public void save() {
        synchronized (content) {
            saved = content.copy();
        }
    }

    /** Restarts with the data of the last {@link #save()}, as after a power cut. */
    public void restartFromSaved() {
        synchronized (content) {
            restart();
            content.become(saved == null ? new MemoryContent() : saved);
        }
    }

    /** Somebody else changed the epoch. */
    public void setEpoch(@Nullable Long epoch) {
        synchronized (content) {
            content.epoch = epoch;
        }
    }
}
