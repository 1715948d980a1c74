package poppo.bridge.shadow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.redis.RedisExtension;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.StateManagerContract;
import poppo.bridge.state.TestClock;

/** The whole contract in the phases that differ, over the real stores: files on a disk and a real Redis. */
class RealStoresContractTest {
    abstract static class InPhase extends StateManagerContract {
        @RegisterExtension
        final RedisExtension redis = RedisExtension.any();

        @TempDir
        Path directory;

        private final Rollout rollout;

        InPhase(Rollout rollout) {
            this.rollout = rollout;
        }

        @Override
        public StateManager open(TestClock clock) throws IOException {
            RedisStateManager server = redis.manager();
            Path bridge = Files.createDirectory(directory.resolve(".bridge"));
            new StandingFile(bridge)
                    .save(new Standing(rollout, 1, false, !rollout.phase().keepsFiles(), true), null);
            FileStateManager files = FileStateManager.open(
                    FileOptions.of(directory).withClock(clock).withoutSchedule());
            return ShadowStateManager.open(
                    new ShadowStateManager.Parts(
                            files, server, bridge, new AuditJournal(bridge, clock), StoreObserver.NONE, clock),
                    Bridge.options());
        }
    }

    @Nested
    class File extends InPhase {
        File() {
            super(Rollout.of(Phase.FILE));
        }
    }

    @Nested
    class DualWrite extends InPhase {
        DualWrite() {
            super(Rollout.of(Phase.DUAL_WRITE));
        }
    }

    @Nested
    class RedisRead50 extends InPhase {
        RedisRead50() {
            super(new Rollout(Phase.REDIS_READ, 50, 0));
        }
    }

    @Nested
    class RedisWrite50 extends InPhase {
        RedisWrite50() {
            super(new Rollout(Phase.REDIS_WRITE, 100, 50));
        }
    }

    @Nested
    class RedisWrite100 extends InPhase {
        RedisWrite100() {
            super(Rollout.of(Phase.REDIS_WRITE));
        }
    }

    @Nested
    class RedisOnly extends InPhase {
        RedisOnly() {
            super(Rollout.of(Phase.REDIS_ONLY));
        }
    }
}
