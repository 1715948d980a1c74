package poppo.bridge.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.journal.Fsync;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.machine.Disk;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.LocalStateManager;

/** Bridges, with the defaults that are not said otherwise. */
final class Bridges {
    private Bridges() {}

    /** On a directory and a server, brought into a phase; the journal is fsynced every second. */
    static ShadowStateManager open(Path directory, String redisUri, String project, Phase phase) throws IOException {
        ShadowStateManager state = open(
                FileStateManager.open(FileOptions.of(directory)),
                RedisStateManager.connect(RedisOptions.of(redisUri, project)),
                directory,
                ShadowOptions.defaults().keeperInterval(),
                ShadowOptions.defaults().shadowReadPercent());
        bring(state, phase);
        return state;
    }

    /** Over two stores, each read of the phases that compare being compared, and no threads of its own. */
    static ShadowStateManager over(LocalStateManager files, FencedStateManager redis, Path directory, Phase phase)
            throws IOException {
        ShadowStateManager state = open(files, redis, directory, Duration.ZERO, 100);
        bring(state, phase);
        return state;
    }

    private static ShadowStateManager open(
            LocalStateManager files, FencedStateManager redis, Path directory, Duration interval, int shadowReadPercent)
            throws IOException {
        Path bridge = Files.createDirectories(directory.resolve(".bridge"));
        Clock clock = Clock.systemUTC();
        ShadowOptions defaults = ShadowOptions.defaults();
        return ShadowStateManager.open(
                new ShadowStateManager.Parts(
                        files, redis, bridge, new AuditJournal(new Disk(), bridge, clock), StoreObserver.NONE, clock),
                new ShadowOptions(
                        shadowReadPercent,
                        JournalOptions.defaults().withFsync(Fsync.EVERYSEC),
                        interval,
                        interval,
                        defaults.maxDirty(),
                        defaults.maxConcurrentCalls(),
                        defaults.failuresToOpen(),
                        defaults.firstRetry(),
                        defaults.lastRetry()));
    }

    /** Up from phase {@code file}. */
    static void bring(ShadowStateManager state, Phase phase) {
        if (phase != Phase.FILE) {
            state.carryOver(compared -> {});
            state.change(Rollout.of(phase), "operator", "benchmark");
        }
    }
}
