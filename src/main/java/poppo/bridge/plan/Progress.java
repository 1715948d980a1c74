package poppo.bridge.plan;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a plan is: what has to survive a crash. Replaced as a whole, never changed.
 *
 * @param text the plan as it was given
 * @param stage the one under way; their number once done
 * @param since when {@code step} began
 * @param job the number of the stage's next job
 * @param jobId the job under way; a bridge that was restarted doesn't know it any more
 * @param lastTry when a phase change, a job or a diff was last tried in this step
 * @param agreed when both sides were last seen to agree while holding
 * @param failing the gates that fail while holding, and since when
 * @param why what is waited for, or why it is in {@code state}
 * @param approvals those given so far, by stage
 */
record Progress(
        String text,
        State state,
        int stage,
        Step step,
        Instant since,
        int job,
        @Nullable String jobId,
        @Nullable Instant lastTry,
        @Nullable Instant agreed,
        Map<String, Instant> failing,
        String why,
        Map<Integer, Approval> approvals,
        Instant started,
        @Nullable Instant ended) {

    Progress {
        failing = Map.copyOf(failing);
        approvals = Map.copyOf(approvals);
    }

    /** Where a plan as a whole is. Stored by its label. */
    enum State {
        RUNNING("running", true),
        PAUSED("paused", true),
        /** A breach was found and the way back begun; nothing stops that. */
        ROLLING_BACK("rolling-back", true),
        ROLLED_BACK("rolled-back", false),
        ABORTED("aborted", false),
        DONE("done", false);

        private final String label;
        private final boolean active;

        State(String label, boolean active) {
            this.label = label;
            this.active = active;
        }

        String label() {
            return label;
        }

        /** Whether it may still do something; until then no other plan runs. */
        boolean isActive() {
            return active;
        }
    }

    /** Where it is in a stage. Stored by its label. */
    enum Step {
        MOVE("move"),
        JOBS("jobs"),
        HOLD("hold");

        private final String label;

        Step(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /** Who approved a stage, and why. */
    record Approval(String who, String why, Instant time) {}

    static Progress start(String text, int stage, Instant now) {
        return new Progress(
                text, State.RUNNING, stage, Step.MOVE, now, 0, null, null, null, Map.of(), "", Map.of(), now, null);
    }

    /** At the beginning of a step; what is known of tries and jobs is over. */
    Progress at(int nextStage, Step nextStep, Instant now) {
        return new Progress(
                text, state, nextStage, nextStep, now, 0, null, null, null, failing, "", approvals, started, ended);
    }

    /** Running again where it was. A hold goes on, by the clock on the wall; patience begins anew. */
    Progress resumed(Instant now) {
        Instant begun = step == Step.HOLD ? since : now;
        return new Progress(
                text, State.RUNNING, stage, step, begun, job, null, null, null, Map.of(), "", approvals, started, null);
    }

    Progress in(State next, String reason, Instant now) {
        return copy(next, job, jobId, lastTry, agreed, failing, reason, next.isActive() ? null : now);
    }

    Progress because(String reason) {
        return copy(state, job, jobId, lastTry, agreed, failing, reason, ended);
    }

    Progress failing(Map<String, Instant> now) {
        return copy(state, job, jobId, lastTry, agreed, now, why, ended);
    }

    Progress tried(Instant now) {
        return copy(state, job, jobId, now, agreed, failing, why, ended);
    }

    Progress agreed(Instant now) {
        return copy(state, job, jobId, lastTry, now, failing, why, ended);
    }

    Progress withJob(@Nullable String id) {
        return copy(state, job, id, lastTry, agreed, failing, why, ended);
    }

    Progress withNextJob() {
        return copy(state, job + 1, null, null, agreed, failing, "", ended);
    }

    private Progress copy(
            State nextState,
            int nextJob,
            @Nullable String nextId,
            @Nullable Instant tried,
            @Nullable Instant seenToAgree,
            Map<String, Instant> nowFailing,
            String reason,
            @Nullable Instant end) {
        return new Progress(
                text,
                nextState,
                stage,
                step,
                since,
                nextJob,
                nextId,
                tried,
                seenToAgree,
                nowFailing,
                reason,
                approvals,
                started,
                end);
    }

    /** Approved; the patience of the step begins anew. */
    Progress approved(Approval approval) {
        Map<Integer, Approval> all = new TreeMap<>(approvals);
        all.put(stage, approval);
        return new Progress(
                text,
                state,
                stage,
                step,
                approval.time(),
                job,
                jobId,
                lastTry,
                agreed,
                failing,
                "",
                all,
                started,
                ended);
    }

    boolean isLateBy(Duration length, Instant now) {
        return !since.plus(length).isAfter(now);
    }

    /** The stage whose phase is in force: the one under way, or while it is still to be entered the one before. */
    int settled() {
        return step == Step.MOVE ? Math.max(0, stage - 1) : stage;
    }

    /** The gates that fail now, those that failed already since they began to. */
    Map<String, Instant> failingNow(List<String> gates, Instant now) {
        Map<String, Instant> all = new TreeMap<>();
        gates.forEach(name -> all.put(name, failing.getOrDefault(name, now)));
        return all;
    }
}
