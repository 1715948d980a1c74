package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Issue;
import poppo.bridge.state.LabelRequest;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.Served;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.Versioned;

/** Operations and copies: on which store first, what the other one gets, and what becomes of either's failure. */
final class WritePath {
    private final Project project;
    private final StateManager files;
    private final StateManager redis;
    private final Mismatches mismatches;
    private final Fallback fallback;
    /**
     * The processes last heard of in the files alone, so that Redis, which has authority over what else they hold, doesn't
     * take them for dead before their records are carried over.
     */
    private final Set<String> heardMeanwhile = ConcurrentHashMap.newKeySet();

    WritePath(Project project, StateManager files, StateManager redis, Mismatches mismatches, Fallback fallback) {
        this.project = project;
        this.files = files;
        this.redis = redis;
        this.mismatches = mismatches;
        this.fallback = fallback;
    }

    /** Executes an operation on {@code key}; the caller has the record's lock. */
    Execution execute(RecordKey key, Operation operation, Stamp stamp) {
        return switch (project.route(key).writes()) {
            case FILE -> files.execute(operation, stamp);
            case FILE_THEN_REDIS -> executeOnBoth(operation, stamp);
            case REDIS_MIRRORED -> executeMirrored(operation, stamp);
            case REDIS -> executeOnRedis(operation, stamp);
            case FILE_MARKED_DIRTY -> executeMeanwhile(operation, stamp, DirtyRecords.Cause.MISSED);
            case REFUSED -> throw fallback.refused();
        };
    }

    private Execution executeMeanwhile(Operation operation, Stamp stamp, DirtyRecords.Cause cause) {
        project.dirty.mark(operation.key(), cause);
        Execution onFiles = files.execute(operation, stamp);
        String process = onFiles.decision().effects().aliveProcess();
        if (process != null) {
            heardMeanwhile.add(process);
        }
        return onFiles;
    }

    private Execution executeOnBoth(Operation operation, Stamp stamp) {
        Execution onFiles = executeOnFilesFirst(operation, stamp);
        RecordKey key = onFiles.key();
        try {
            Execution onRedis = redis.execute(operation, stamp);
            Comparison.Result result = Comparison.executions(onFiles, onRedis);
            mismatches.record(operation.name(), result, result.agrees() ? "" : Comparison.cause(onFiles, onRedis));
            if (!result.agrees()) {
                project.dirty.mark(key, DirtyRecords.Cause.MISMATCH);
            } else {
                project.agreed.note(key, onFiles.after());
            }
        } catch (BridgeException e) {
            project.dirty.mark(key, missed(e));
        }
        return onFiles;
    }

    private Execution executeOnFilesFirst(Operation operation, Stamp stamp) {
        try {
            return files.execute(operation, stamp);
        } catch (BridgeException.UnknownOutcome e) {
            project.dirty.mark(operation.key(), DirtyRecords.Cause.UNKNOWN);
            throw e;
        }
    }

    private Execution executeMirrored(Operation operation, Stamp stamp) {
        if (!operation.isSoft()) {
            // Before Redis is asked, so that a full disk leaves nothing to be taken back.
            project.files.requireRoom();
        }
        Execution onRedis;
        try {
            onRedis = redis.execute(witnessed(operation, stamp), stamp);
        } catch (BridgeException e) {
            return fallback.to(e, () -> executeMeanwhile(operation, stamp, missed(e)));
        }
        String process = onRedis.decision().effects().aliveProcess();
        if (process != null) {
            heardMeanwhile.remove(process);
        }
        if (operation.isSoft()) {
            files.execute(operation, stamp);
        } else if (onRedis.decision() instanceof Decision.Changed changed) {
            mirror(onRedis, changed, stamp);
        }
        return onRedis;
    }

    /** Redis may not have heard of a process that was at work on a dirty record. */
    private Operation witnessed(Operation operation, Stamp stamp) {
        if (heardMeanwhile.isEmpty()) {
            return operation;
        }
        String holder = Issue.holder(project.files.read(operation.key()).image());
        if (holder == null
                || !heardMeanwhile.contains(holder)
                || project.files.lastSeen(holder, stamp.now()).isEmpty()) {
            return operation;
        }
        return new Operation.Witnessed(operation, holder);
    }

    private Execution executeOnRedis(Operation operation, Stamp stamp) {
        Execution onRedis = redis.execute(operation, stamp);
        if (onRedis.decision() instanceof Decision.Changed changed) {
            emit(changed.effects().label());
        }
        return onRedis;
    }

    private static DirtyRecords.Cause missed(BridgeException e) {
        return e instanceof BridgeException.UnknownOutcome ? DirtyRecords.Cause.UNKNOWN : DirtyRecords.Cause.MISSED;
    }

    /** Copies what Redis has just committed; if that can't be kept, the commit is taken back. */
    private void mirror(Execution onRedis, Decision.Changed changed, Stamp stamp) {
        Instant seen = changed.effects().aliveProcess() == null ? null : stamp.now();
        LabelRequest label = changed.effects().label();
        mirror(onRedis.key(), onRedis.after(), seen, stamp.order(), label);
    }

    private void mirror(
            RecordKey key, @Nullable JsonNode after, @Nullable Instant seen, long order, @Nullable LabelRequest label) {
        try {
            project.files.copy(key, after, seen, order, label);
            project.agreed.note(key, after);
        } catch (BridgeException.UnknownOutcome e) {
            project.dirty.mark(key, DirtyRecords.Cause.UNKNOWN);
            throw e;
        } catch (BridgeException e) {
            takeBack(key, e);
            throw e;
        }
    }

    /** While the record is dirty the files are right about it, and they don't have the change either. */
    private void takeBack(RecordKey key, BridgeException cause) {
        if (project.standing().filesBehind()) {
            project.dirty.mark(key, DirtyRecords.Cause.UNKNOWN);
            throw new BridgeException.UnknownOutcome(
                    key + " is written in Redis but not in the files: " + cause.getMessage(), cause);
        }
        project.dirty.mark(key, DirtyRecords.Cause.MISSED);
        try {
            Versioned inFiles = project.files.read(key);
            overwrite(redis, key, inFiles.image(), null, inFiles.order());
        } catch (BridgeException e) {
            cause.addSuppressed(e);
        }
    }

    /** Writes an image over whatever the store has, under the record's lock; others get out of the way in a few tries. */
    private static void overwrite(
            StateManager store, RecordKey key, @Nullable JsonNode image, @Nullable Instant seen, long order) {
        for (int attempt = 0; attempt < 10; attempt++) {
            Versioned there = store.read(key);
            if (store.replaceAll(List.of(new Replacement(key, image, there.version(), seen, order)))
                    .get(0)) {
                return;
            }
        }
        throw new BridgeException.Unavailable(key + " is being changed by somebody else all the time; try again");
    }

    /** The operation has taken effect by now, so it must not end as one that has not. */
    private void emit(@Nullable LabelRequest label) {
        if (label != null) {
            try {
                project.files.emit(List.of(label));
            } catch (BridgeException.Unavailable e) {
                throw new BridgeException.UnknownOutcome(
                        "The status is changed, but its label request can't be handed on; ask again: " + e.getMessage(),
                        e);
            }
        }
    }

    /** Copies a record where it still stands as expected; false where it doesn't. */
    boolean replace(Replacement wanted) {
        RecordKey key = wanted.key();
        try (RecordLocks.Held held = project.locks.lock(key)) {
            Route route = project.route(key);
            Versioned there = readToReplace(key, route);
            if (!there.version().equals(wanted.expectedVersion())) {
                return false;
            }
            if (route.authority() == Authority.FILE || there.served() == Served.FILE) {
                replaceInFiles(wanted, DirtyRecords.Cause.MISSED);
            } else {
                replaceInRedis(wanted, route);
            }
            return true;
        }
    }

    /** Reads a record where {@link ReadPath#read} would. */
    private Versioned readToReplace(RecordKey key, Route route) {
        return switch (route.reads()) {
            case FILE, FILE_COMPARED -> files.read(key);
            case REDIS -> redis.read(key);
            case REFUSED -> throw fallback.refused();
            case REDIS_ELSE_FILE -> {
                try {
                    yield redis.read(key);
                } catch (BridgeException e) {
                    yield fallback.to(e, () -> files.read(key));
                }
            }
        };
    }

    private void replaceInFiles(Replacement wanted, DirtyRecords.Cause cause) {
        if (project.standing().phase().usesRedis()) {
            project.dirty.mark(wanted.key(), cause);
        }
        overwrite(files, wanted.key(), wanted.image(), wanted.holderSeen(), wanted.order());
    }

    private void replaceInRedis(Replacement wanted, Route route) {
        RecordKey key = wanted.key();
        try {
            overwrite(redis, key, wanted.image(), wanted.holderSeen(), wanted.order());
        } catch (BridgeException e) {
            fallback.to(e, () -> {
                replaceInFiles(wanted, missed(e));
                return true;
            });
            return;
        }
        if (route.writes() == Route.Writes.REDIS_MIRRORED) {
            mirror(key, wanted.image(), wanted.holderSeen(), wanted.order(), null);
        }
    }
}
