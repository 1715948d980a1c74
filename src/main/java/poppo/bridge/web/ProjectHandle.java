package poppo.bridge.web;

import java.util.regex.Pattern;
import poppo.bridge.migration.Migration;
import poppo.bridge.plan.PlanRunner;
import poppo.bridge.replay.Recorder;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.Standing;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateManager;

/**
 * One project as the server serves it. The server closes none of this.
 *
 * @param name as it stands in paths
 * @param state takes the workers' calls: the shadow manager, or something around it
 * @param shadow says where the project stands and tells of status changes
 * @param idempotency the answers to calls that carried a key
 * @param recorder what the workers' calls are recorded with
 */
public record ProjectHandle(
        String name,
        StateManager state,
        ShadowStateManager shadow,
        Migration migration,
        PlanRunner plans,
        Stamp.Source stamps,
        Idempotency idempotency,
        Recorder recorder) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    public ProjectHandle {
        requireName(name);
    }

    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new BridgeException.Invalid(
                    "project",
                    "a name must have 1 to 64 letters, digits, '.', '_' or '-', and begin with neither sign");
        }
    }

    /** The same project, its workers' calls taken by {@code other}. */
    ProjectHandle withState(StateManager other) {
        return new ProjectHandle(name, other, shadow, migration, plans, stamps, idempotency, recorder);
    }

    /** Whether a write would be taken now, as far as that is known without trying. */
    boolean takesWrites() {
        Standing standing = shadow.standing();
        return standing.believed()
                || (!standing.filesBehind() && standing.phase().keepsFiles());
    }
}
