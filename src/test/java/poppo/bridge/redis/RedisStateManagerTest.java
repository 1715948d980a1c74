package poppo.bridge.redis;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.StateManagerContract;
import poppo.bridge.state.TestClock;

/** Redis keeps what the port promises, in the oldest version supported and in a newer one. */
class RedisStateManagerTest {
    @Nested
    class OnPath extends StateManagerContract {
        @RegisterExtension
        final RedisExtension redis = RedisExtension.of(RedisExtension.Kind.ANY);

        @Override
        public StateManager open(TestClock clock) {
            return redis.manager();
        }
    }

    @Nested
    class Embedded extends StateManagerContract {
        @RegisterExtension
        final RedisExtension redis = RedisExtension.of(RedisExtension.Kind.EMBEDDED);

        @Override
        public StateManager open(TestClock clock) {
            return redis.manager();
        }
    }
}
