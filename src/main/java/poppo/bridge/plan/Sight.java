package poppo.bridge.plan;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.migration.Gate;
import poppo.bridge.shadow.Rollout;

/**
 * What the engine sees when it decides.
 *
 * @param rollout where the project stands
 * @param gates how the settled stage's bounds are judged by what is known already
 * @param proof at the end of the last stage, which no phase change follows that would judge it: all that its bounds ask
 *     for; else empty
 * @param job the one that the progress names; null when there is none or the bridge doesn't know it any more
 */
record Sight(
        Instant now,
        Rollout rollout,
        List<Gate> gates,
        List<Gate> proof,
        @Nullable JobSight job) {
    Sight {
        gates = List.copyOf(gates);
        proof = List.copyOf(proof);
    }

    /** How a job came out. */
    enum Outcome {
        RUNNING,
        DONE,
        /** A diff that found something. */
        INCONSISTENT,
        /** It didn't come to its end, or can't be trusted; another try may. */
        FAILED
    }

    /** @param text what it found, or why it failed */
    record JobSight(Outcome outcome, String text) {}
}
