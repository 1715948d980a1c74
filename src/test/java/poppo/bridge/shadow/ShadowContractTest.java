package poppo.bridge.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.state.Fault;
import poppo.bridge.state.Operation;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.StateManagerContract;
import poppo.bridge.state.TestClock;

/** The whole contract in every phase; and, where the files have the state, also while Redis fails at every call. */
class ShadowContractTest {
    @TempDir
    Path directory;

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
            ShadowOptions options = Bridge.options(10_000, fate == Redis.FAILS ? 1_000_000 : 1);
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

    @Nested
    class RedisRead50 extends InPhase {
        RedisRead50() {
            super(read(50), Redis.WORKS);
        }
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
