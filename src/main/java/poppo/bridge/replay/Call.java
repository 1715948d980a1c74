package poppo.bridge.replay;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/** One thing that was done to a project: a call of {@link poppo.bridge.state.StateManager}, or something beside it. */
public sealed interface Call {
    /** What it is called in a fixture: the operation's class, or that of the call, in kebab case. */
    default String name() {
        return RecordJson.name(getClass());
    }

    record Execute(Operation operation) implements Call {
        @Override
        public String name() {
            return RecordJson.name(operation.getClass());
        }
    }

    record Read(RecordKey key) implements Call {}

    record ReadAll(List<RecordKey> keys) implements Call {}

    record Page(StateCollection collection, @Nullable String after, int limit) implements Call {}

    record Count(StateCollection collection) implements Call {}

    record Processing() implements Call {}

    record HeldBy(String processId) implements Call {}

    record LastSeen(String processId, Instant now) implements Call {}

    record Orphans(Instant now) implements Call {}

    /**
     * Somebody else wrote a file of the state directory.
     *
     * @param file its name within the directory
     * @param text its whole new content; null when it was removed
     */
    record ForeignWrite(String file, @Nullable String text) implements Call {}

    /** The phase was changed. Only a replay that follows the recorded phases does that too. */
    record ChangePhase(String phase, int readPercent, int writePercent) implements Call {
        public ChangePhase {
            Phase.of(phase);
        }

        static ChangePhase of(Rollout rollout) {
            return new ChangePhase(rollout.phase().label(), rollout.readPercent(), rollout.writePercent());
        }

        Rollout rollout() {
            return new Rollout(Phase.of(phase), readPercent, writePercent);
        }
    }
}
