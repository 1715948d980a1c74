package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import poppo.bridge.state.CheckinContract;
import poppo.bridge.state.CheckoutContract;
import poppo.bridge.state.ConcurrencyContract;
import poppo.bridge.state.CopyContract;
import poppo.bridge.state.Fault;
import poppo.bridge.state.HeartbeatContract;
import poppo.bridge.state.LosslessContract;
import poppo.bridge.state.Operation;
import poppo.bridge.state.OrphanContract;
import poppo.bridge.state.ProcessContract;
import poppo.bridge.state.ProcessedContract;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.StateManagerContract;
import poppo.bridge.state.StoreUnderTest;
import poppo.bridge.state.TaskContract;
import poppo.bridge.state.TestClock;
import poppo.bridge.state.UpdateContract;

/** The whole contract in every phase; and, where the files have the state, also while Redis fails at every call. */
class ShadowContractTest {
    @TempDir(factory = Ram.class)
    Path directory;

    /** In memory where there is such a place: thousands of tests here make something durable that no test of them judges. */
    static final class Ram implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            Path ram = Path.of("/dev/shm");
            return Files.isWritable(ram)
                    ? Files.createTempDirectory(ram, "bridge")
                    : Files.createTempDirectory("bridge");
        }
    }

    /** What becomes of Redis before the contract begins. */
    enum Redis {
        WORKS,
        /** Every call fails, and is followed by the next one: each operation falls back by itself. */
        FAILS,
        /** Every call failed, so that it is not asked any more. */
        FAILED_OVER
    }

    abstract class InPhase extends StateManagerContract {
        private final Rollout rollout;
        private final Redis fate;

        InPhase(Rollout rollout, Redis fate) {
            this.rollout = rollout;
            this.fate = fate;
        }

        @Override
        public StateManager open(TestClock clock) {
            return openIn(rollout, fate, clock);
        }
    }

    private StateManager openIn(Rollout rollout, Redis fate, TestClock clock) {
        ShadowOptions options = Bridge.options(10_000, fate == Redis.FAILS ? 5_000 : 1);
        Bridge bridge = Bridge.openAt(directory, clock, options, rollout);
        if (fate != Redis.WORKS) {
            bridge.redis.faults().always(Fault.unavailable());
        }
        if (fate == Redis.FAILED_OVER) {
            bridge.run(new Operation.RemoveProcessedIssue(1));
            assertThat(bridge.standing().believed()).isFalse();
        }
        return bridge.state;
    }

    private static Rollout read(int percent) {
        return new Rollout(Phase.REDIS_READ, percent, 0);
    }

    private static Rollout write(int percent) {
        return new Rollout(Phase.REDIS_WRITE, 100, percent);
    }

    @Nested
    class File extends InPhase {
        File() {
            super(Rollout.of(Phase.FILE), Redis.WORKS);
        }
    }

    @Nested
    class DualWrite extends InPhase {
        DualWrite() {
            super(Rollout.of(Phase.DUAL_WRITE), Redis.WORKS);
        }
    }

    @Nested
    class RedisRead0 extends InPhase {
        RedisRead0() {
            super(read(0), Redis.WORKS);
        }
    }

    /**
     * All topics but paging, which asks that a listed record equals the read one, version and server included: here lists
     * come from the files and half of the records from Redis.
     */
    @Nested
    class RedisRead50 implements StoreUnderTest {
        @Override
        public StateManager open(TestClock clock) {
            return openIn(read(50), Redis.WORKS, clock);
        }

        @Nested
        class Checkouts extends CheckoutContract {}

        @Nested
        class Checkins extends CheckinContract {}

        @Nested
        class Updates extends UpdateContract {}

        @Nested
        class Heartbeats extends HeartbeatContract {}

        @Nested
        class Orphans extends OrphanContract {}

        @Nested
        class Processs extends ProcessContract {}

        @Nested
        class Processeds extends ProcessedContract {}

        @Nested
        class Tasks extends TaskContract {}

        @Nested
        class Copys extends CopyContract {}

        @Nested
        class Losslesss extends LosslessContract {}

        @Nested
        class Concurrencys extends ConcurrencyContract {}
    }

    @Nested
    class RedisRead100 extends InPhase {
        RedisRead100() {
            super(read(100), Redis.WORKS);
        }
    }

    @Nested
    class RedisWrite0 extends InPhase {
        RedisWrite0() {
            super(write(0), Redis.WORKS);
        }
    }

    @Nested
    class RedisWrite50 extends InPhase {
        RedisWrite50() {
            super(write(50), Redis.WORKS);
        }
    }

    @Nested
    class RedisWrite100 extends InPhase {
        RedisWrite100() {
            super(write(100), Redis.WORKS);
        }
    }

    @Nested
    class RedisOnly extends InPhase {
        RedisOnly() {
            super(Rollout.of(Phase.REDIS_ONLY), Redis.WORKS);
        }
    }

    @Nested
    class FileWithoutRedis extends InPhase {
        FileWithoutRedis() {
            super(Rollout.of(Phase.FILE), Redis.FAILS);
        }
    }

    @Nested
    class DualWriteWithoutRedis extends InPhase {
        DualWriteWithoutRedis() {
            super(Rollout.of(Phase.DUAL_WRITE), Redis.FAILS);
        }
    }

    @Nested
    class RedisRead50WithoutRedis extends InPhase {
        RedisRead50WithoutRedis() {
            super(read(50), Redis.FAILS);
        }
    }

    @Nested
    class RedisRead100WithoutRedis extends InPhase {
        RedisRead100WithoutRedis() {
            super(read(100), Redis.FAILS);
        }
    }

    @Nested
    class RedisWrite0WithoutRedis extends InPhase {
        RedisWrite0WithoutRedis() {
            super(write(0), Redis.FAILS);
        }
    }

    @Nested
    class RedisWrite50WithoutRedis extends InPhase {
        RedisWrite50WithoutRedis() {
            super(write(50), Redis.FAILS);
        }
    }

    @Nested
    class RedisWrite100WithoutRedis extends InPhase {
        RedisWrite100WithoutRedis() {
            super(write(100), Redis.FAILS);
        }
    }

    @Nested
    class RedisWrite100FailedOver extends InPhase {
        RedisWrite100FailedOver() {
            super(write(100), Redis.FAILED_OVER);
        }
    }
}
