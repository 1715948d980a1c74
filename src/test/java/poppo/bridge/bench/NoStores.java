package poppo.bridge.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.locks.LockSupport;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.MemoryRedis;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Served;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.Versioned;

/** Two stores that do nothing: whatever is asked of them, they have the answer ready. Both have equal records, not the same. */
final class NoStores {
    static final int ISSUE = 7;
    static final RecordKey KEY = RecordKey.issue(ISSUE);

    private NoStores() {}

    private static Versioned read(Served served) {
        return new Versioned(KEY, Issues.issue(ISSUE), "1", 1, served);
    }

    private static Execution execution(Served served) {
        ObjectNode after = Issues.issue(ISSUE);
        Decision decision = new Decision.Changed(after, after, Decision.Effects.NONE);
        return Execution.of(KEY, decision, Issues.issue(ISSUE), served);
    }

    static final class Files extends MemoryFiles {
        private final Versioned read = NoStores.read(Served.FILE);
        private final Execution execution = execution(Served.FILE);

        @Override
        public Versioned read(RecordKey key) {
            return read;
        }

        @Override
        public Execution execute(Operation operation, Stamp stamp) {
            return execution;
        }
    }

    /** The second store; it can be made slow, or fail. */
    static final class Redis extends MemoryRedis {
        private final Versioned read = NoStores.read(Served.REDIS);
        private final Execution execution = execution(Served.REDIS);
        private volatile long delay;
        private volatile boolean fails;

        void takes(long nanos) {
            delay = nanos;
        }

        void fails() {
            fails = true;
        }

        @Override
        public Versioned read(RecordKey key) {
            misbehave();
            return read;
        }

        @Override
        public Execution execute(Operation operation, Stamp stamp) {
            misbehave();
            return execution;
        }

        private void misbehave() {
            if (delay > 0) {
                LockSupport.parkNanos(delay);
            }
            if (fails) {
                throw new BridgeException.Unavailable("planned");
            }
        }
    }
}
