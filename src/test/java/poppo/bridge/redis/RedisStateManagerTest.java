package poppo.bridge.redis;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.FencingContract;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.StateManagerContract;
import poppo.bridge.state.TestClock;

/** Redis keeps what the port promises, in the oldest version supported and in a newer one. */
class RedisStateManagerTest {
    @Nested
    class InANewerVersion extends OnRedis {
        InANewerVersion() {
            super(RedisExtension.any());
        }
    }

    @Nested
    class InTheOldestVersion extends OnRedis {
        InTheOldestVersion() {
            super(RedisExtension.of(RedisExtension.Kind.EMBEDDED));
        }
    }

    abstract static class OnRedis extends StateManagerContract {
        @RegisterExtension
        final RedisExtension redis;

        OnRedis(RedisExtension redis) {
            this.redis = redis;
        }

        @Override
        public StateManager open(TestClock clock) {
            return redis.manager();
        }

        @Nested
        class Fencing extends FencingContract {
            @Override
            protected FencedStateManager anotherBridge(StateManager first) {
                return redis.manager(redis.options());
            }
        }
    }
}
