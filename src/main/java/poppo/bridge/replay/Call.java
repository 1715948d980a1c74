package poppo.bridge.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.KebabCase;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.StateManager;

/** One thing that was done to a project: a call of {@link poppo.bridge.state.StateManager}, or something beside it. */
public sealed interface Call {
    /** What it is called in a fixture: the operation's class, or that of the call, in kebab case. */
    default String name() {
        return KebabCase.name(getClass());
    }

    /**
     * Makes the call.
     *
     * @param stamp of an operation
     * @return the answer, as {@link Answers} puts it; empty for what is not a call of a manager
     */
    default ObjectNode on(StateManager state, @Nullable Stamp stamp) {
        return Answers.none();
    }

    record Execute(Operation operation) implements Call {
        @Override
        public String name() {
            return KebabCase.name(operation.getClass());
        }

        @Override
        public ObjectNode on(StateManager state, @Nullable Stamp stamp) {
            return Answers.of(state.execute(operation, Objects.requireNonNull(stamp)));
        }
    }

    record Read(RecordKey key) implements Call {
        @Override
        public ObjectNode on(StateManager state, @Nullable Stamp stamp) {
            return Answers.of(state.read(key));
        }
    }

    record ReadAll(List<RecordKey> keys) implements Call {
        @Override
        public ObjectNode on(StateManager state, @Nullable Stamp stamp) {
            return Answers.ofAll(state.readAll(keys));
        }
    }

    record Page(StateCollection collection, @Nullable String after, int limit) implements Call {
        @Override
        public ObjectNode on(StateManager state, @Nullable Stamp stamp) {
            return Answers.ofAll(state.page(collection, after, limit));
        }
    }

    record Count(StateCollection collection) implements Call {
        @Override
        public ObjectNode on(StateManager state, @Nullable Stamp stamp) {
            return Answers.ofCount(state.count(collection));
        }
    }

    record Processing() implements Call {
        @Override
        public ObjectNode on(StateManager state, @Nullable Stamp stamp) {
            return Answers.ofNumbers(state.processing());
        }
    }

    record HeldBy(String processId) implements Call {
        @Override
        public ObjectNode on(StateManager state, @Nullable Stamp stamp) {
            return Answers.ofNumbers(state.heldBy(processId));
        }
    }

    record LastSeen(String processId, Instant now) implements Call {
        @Override
        public ObjectNode on(StateManager state, @Nullable Stamp stamp) {
            return Answers.ofSeen(state.lastSeen(processId, now));
        }
    }

    record Orphans(Instant now) implements Call {
        @Override
        public ObjectNode on(StateManager state, @Nullable Stamp stamp) {
            return Answers.ofOrphans(state.orphans(now));
        }
    }

    /**
     * Somebody else wrote a file of the state directory.
     *
     * @param file its name within the directory
     * @param text its whole new content; null when it was removed
     */
    record ForeignWrite(String file, @Nullable String text) implements Call {
        private static final Pattern NAME = Pattern.compile("[^./\\\\][^/\\\\]*");

        public ForeignWrite {
            if (!NAME.matcher(file).matches()) {
                throw new BridgeException.Invalid("file", "must be the name of a file in the state directory");
            }
        }
    }

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
