package poppo.bridge.shadow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.machine.Disk;
import poppo.bridge.redis.RedisExtension;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.state.CheckinContract;
import poppo.bridge.state.CheckoutContract;
import poppo.bridge.state.ConcurrencyContract;
import poppo.bridge.state.CopyContract;
import poppo.bridge.state.HeartbeatContract;
import poppo.bridge.state.LosslessContract;
import poppo.bridge.state.OrphanContract;
import poppo.bridge.state.PagingContract;
import poppo.bridge.state.ProcessContract;
import poppo.bridge.state.ProcessedContract;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.StoreUnderTest;
import poppo.bridge.state.TaskContract;
import poppo.bridge.state.TestClock;
import poppo.bridge.state.UpdateContract;

/**
 * The contract in the phases that differ, over the real stores: files on a disk and a real Redis. The two long topics,
 * which ask more of the stores than of the routing and which each store's own test has, run in one phase by day; the rest
 * of them, and the phase that has only one store, are for the night.
 */
class RealStoresContractTest {
    abstract static class InPhase implements StoreUnderTest {
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
            new StandingFile(new Disk(), bridge)
                    .save(new Standing(rollout, 1, false, !rollout.phase().keepsFiles(), true), null, 0);
            FileStateManager files = FileStateManager.open(
                    FileOptions.of(directory).withClock(clock).withoutSchedule());
            return ShadowStateManager.open(
                    new ShadowStateManager.Parts(
                            files,
                            server,
                            bridge,
                            new AuditJournal(new Disk(), bridge, clock),
                            StoreObserver.NONE,
                            clock),
                    Bridge.options());
        }

        @Nested
        class Checkout extends CheckoutContract {}

        @Nested
        class Checkin extends CheckinContract {}

        @Nested
        class Update extends UpdateContract {}

        @Nested
        class Heartbeat extends HeartbeatContract {}

        @Nested
        class Orphans extends OrphanContract {}

        @Nested
        class Processes extends ProcessContract {}

        @Nested
        class Processed extends ProcessedContract {}

        @Nested
        class Tasks extends TaskContract {}

        @Nested
        class Copy extends CopyContract {}

        @Nested
        class Concurrency extends ConcurrencyContract {}

        @Nested
        @Tag("nightly")
        class Lossless extends LosslessContract {}
    }

    @Nested
    @Tag("nightly")
    class File extends InPhase {
        File() {
            super(Rollout.of(Phase.FILE));
        }

        @Nested
        @Tag("nightly")
        class Paging extends PagingContract {}
    }

    @Nested
    class DualWrite extends InPhase {
        DualWrite() {
            super(Rollout.of(Phase.DUAL_WRITE));
        }

        @Nested
        @Tag("nightly")
        class Paging extends PagingContract {}
    }

    /** Without paging: a list comes from the files here, so it names other versions than a read from Redis. */
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

        @Nested
        @Tag("nightly")
        class Paging extends PagingContract {}

        /** Half of the records are mirrored from Redis to the files here, and half written to both. */
        @Nested
        class LosslessByDay extends LosslessContract {}
    }

    @Nested
    class RedisWrite100 extends InPhase {
        RedisWrite100() {
            super(Rollout.of(Phase.REDIS_WRITE));
        }

        @Nested
        @Tag("nightly")
        class Paging extends PagingContract {}
    }

    @Nested
    class RedisOnly extends InPhase {
        RedisOnly() {
            super(Rollout.of(Phase.REDIS_ONLY));
        }

        @Nested
        @Tag("nightly")
        class Paging extends PagingContract {}
    }
}
