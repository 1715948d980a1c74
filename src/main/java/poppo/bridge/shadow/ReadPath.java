package poppo.bridge.shadow;

import java.util.function.Function;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/** Reads: from which store, and what has to be waited for so that none goes back behind what was read or answered before. */
final class ReadPath {
    private final Project project;
    private final StateManager files;
    private final StateManager redis;
    private final ShadowReads shadowReads;
    private final Fallback fallback;

    ReadPath(Project project, StateManager files, StateManager redis, ShadowReads shadowReads, Fallback fallback) {
        this.project = project;
        this.files = files;
        this.redis = redis;
        this.shadowReads = shadowReads;
        this.fallback = fallback;
    }

    /** See {@link StateManager#read}. */
    Versioned read(RecordKey key) {
        Route route = project.route(key);
        return switch (route.reads()) {
            case FILE -> route == Route.FILES_MEANWHILE ? readMeanwhile(key) : files.read(key);
            case FILE_COMPARED -> shadowReads.compared(files.read(key));
            case REDIS_ELSE_FILE -> {
                Versioned read = readRedisElseFile(key);
                yield route.writes() == Route.Writes.FILE_THEN_REDIS ? shadowReads.compared(read) : read;
            }
            case REDIS -> readOnlyCopy(key);
            case REFUSED -> throw fallback.refused();
        };
    }

    /**
     * While an operation is under way, what one store shows may not be in the other yet. Where the files have authority,
     * they may have what Redis lacks, and a list may have told of it; where Redis has, it may show what is not kept yet and
     * may be taken back. So such a read waits its turn.
     */
    private Versioned readRedisElseFile(RecordKey key) {
        if (project.locks.isBusy(key)) {
            return readInTurn(key);
        }
        Glimpse glimpse = new Glimpse();
        try {
            Versioned read = redis.read(key);
            return project.locks.isBusy(key) || !glimpse.holds() ? readInTurn(key) : read;
        } catch (BridgeException e) {
            return fallback.to(e, () -> readFilesInTurn(key));
        }
    }

    /**
     * What a look at Redis rests on: that since it began nobody stopped believing Redis, which may have lost its state since,
     * and no record became dirty, of which it may have shown what then was taken back or disagreed with the files.
     */
    private final class Glimpse {
        private final Standing standing = project.standing();
        private final long marks = project.dirty.marks();

        boolean holds() {
            return project.standing() == standing && project.dirty.marks() == marks;
        }
    }

    private Versioned readInTurn(RecordKey key) {
        try (RecordLocks.Held held = project.locks.lock(key)) {
            while (true) {
                Glimpse glimpse = new Glimpse();
                if (project.route(key).authority() == Authority.FILE) {
                    return files.read(key);
                }
                try {
                    Versioned read = redis.read(key);
                    if (glimpse.holds()) {
                        return read;
                    }
                } catch (BridgeException e) {
                    return fallback.to(e, () -> files.read(key));
                }
            }
        }
    }

    private Versioned readOnlyCopy(RecordKey key) {
        Glimpse glimpse = new Glimpse();
        Versioned read = redis.read(key);
        return glimpse.holds() ? read : read(key);
    }

    /** A write that began while Redis was believed may be in Redis, where it was seen, and not in the files yet. */
    private Versioned readMeanwhile(RecordKey key) {
        return project.locks.isBusy(key) ? readFilesInTurn(key) : files.read(key);
    }

    private Versioned readFilesInTurn(RecordKey key) {
        try (RecordLocks.Held held = project.locks.lock(key)) {
            return files.read(key);
        }
    }

    /** Asks for a list. Lists come from Redis only when every single record would. */
    <T> T list(Function<StateManager, T> query) {
        // Before it waits for others: what they become dirty with meanwhile is not in Redis.
        Glimpse glimpse = new Glimpse();
        Standing standing = glimpse.standing;
        if (!standing.believed() && standing.down() == Route.REFUSED) {
            throw fallback.refused();
        }
        if (!standing.filesBehind()
                && (!standing.believed() || !standing.rollout().readsAllFromRedis() || !project.dirty.isEmpty())) {
            return query.apply(files);
        }
        if (!standing.filesBehind()) {
            // Of what is under way a list from the files may have told already.
            project.locks.awaitOthers();
        }
        try {
            T found = query.apply(redis);
            if (standing.authority() == Authority.REDIS && !standing.filesBehind()) {
                // It may show what is not kept yet, and may be taken back.
                project.locks.awaitOthers();
            }
            return glimpse.holds() ? found : list(query);
        } catch (BridgeException.Unavailable e) {
            return fallback.to(e, () -> query.apply(files));
        }
    }
}
