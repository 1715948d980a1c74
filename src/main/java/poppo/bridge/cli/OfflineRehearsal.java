package poppo.bridge.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.migration.BackfillRequest;
import poppo.bridge.migration.Job;
import poppo.bridge.migration.Migration;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.LocalStateManager;

/** A backfill's dry run straight on the two stores: no project is opened, so that not even that leaves a trace. */
final class OfflineRehearsal implements JobApi {
    private final Path stateDir;
    private final LocalStateManager files;
    private final RedisStateManager redis;
    private @Nullable Job job;

    private OfflineRehearsal(Path stateDir, LocalStateManager files, RedisStateManager redis) {
        this.stateDir = stateDir;
        this.files = files;
        this.redis = redis;
    }

    /** @throws CommandFailure without a Redis: an embedded one would have to be started, and write */
    static OfflineRehearsal open(ProjectSettings settings) {
        String uri = settings.redisUri();
        if (uri == null) {
            throw CommandFailure.usage(
                    "--dry-run --offline needs --redis-uri: starting the embedded Redis would write");
        }
        Logs.quiet();
        LocalStateManager files =
                FileStateManager.stream(FileOptions.of(settings.stateDir()).withHeartbeatTtl(settings.heartbeatTtl()));
        RedisStateManager redis = RedisStateManager.connect(
                RedisOptions.of(uri, settings.name()).withCommandTimeout(settings.commandTimeout()));
        return new OfflineRehearsal(settings.stateDir(), files, redis);
    }

    @Override
    public Answer backfill(BackfillRequest request) {
        Job started = Migration.rehearse(files, redis);
        job = started;
        return Answer.of(started.toJson());
    }

    private Job started() {
        Job started = job;
        if (started == null) {
            throw new BridgeException.Invalid("job", "none is started");
        }
        return started;
    }

    @Override
    public Answer job(String id) {
        return Answer.of(started().toJson());
    }

    @Override
    public void cancel(String id) {
        started().cancel();
    }

    @Override
    public String place() {
        return stateDir + " (offline)";
    }

    @Override
    public void close() {
        redis.close();
        files.close();
    }
}
