package poppo.bridge.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.migration.Bounds;
import poppo.bridge.migration.Gate;
import poppo.bridge.plan.Sight.JobSight;
import poppo.bridge.shadow.Rollout;

/** What a plan is carried out on. Errors are {@link poppo.bridge.state.BridgeException}s, and then nothing was done. */
interface Ground {
    Rollout rollout();

    /** Judges the present phase by what is known already. */
    List<Gate> watch(Bounds bounds);

    /** Judges what was found in the present phase, as a step up from it would be judged. */
    List<Gate> prove(Bounds bounds);

    /** Judges the first step from here towards {@code to}; may compare both stores for it. */
    List<Gate> judge(Rollout to, Bounds bounds);

    /**
     * Moves from {@code from} to {@code to}, if the project still stands there and the gates pass.
     *
     * @return the gates that were judged when one of them failed; else empty
     */
    List<Gate> move(Rollout from, Rollout to, Bounds bounds, String why);

    /** Starts a job and returns its id. */
    String start(Task task);

    /** A job of this run of the bridge; null for any other. */
    @Nullable
    JobSight job(String id);

    /** Goes back to the files. */
    void rollBack(String why);
}
