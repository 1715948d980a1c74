package poppo.bridge.plan;

import java.util.Optional;
import poppo.bridge.plan.Progress.State;
import poppo.bridge.plan.Progress.Step;

/**
 * What is told when a plan has gone on.
 *
 * @param name of the event in the audit journal, the event stream and the webhook
 */
record PlanEvent(String name, String why) {
    /** The event that lies between two states of a plan; empty for what nobody needs to be told. */
    static Optional<PlanEvent> between(Plan plan, Progress before, Progress after) {
        if (before.state() != after.state()) {
            return Optional.of(new PlanEvent(name(after.state()), after.why()));
        }
        if (before.approvals().size() != after.approvals().size()) {
            Progress.Approval given = after.approvals().get(after.stage());
            return Optional.of(new PlanEvent("plan-approved", given == null ? "" : given.why()));
        }
        if (before.step() != after.step() || before.stage() != after.stage()) {
            return Optional.of(entered(plan, after));
        }
        boolean isNews = !after.why().isEmpty() && !before.why().equals(after.why());
        return isNews && after.step() != Step.HOLD
                ? Optional.of(new PlanEvent("plan-waits", after.why()))
                : Optional.empty();
    }

    private static String name(State state) {
        return switch (state) {
            case RUNNING -> "plan-resumed";
            case ROLLING_BACK -> "plan-breached";
            case PAUSED, ROLLED_BACK, ABORTED, DONE -> "plan-" + state.label();
        };
    }

    private static PlanEvent entered(Plan plan, Progress after) {
        Stage stage = plan.stages().get(after.stage());
        return switch (after.step()) {
            case MOVE -> new PlanEvent("plan-advances", "the next stage is '" + stage.name() + "'");
            case JOBS -> new PlanEvent("plan-stage", "stage '" + stage.name() + "' is entered");
            case HOLD ->
                new PlanEvent("plan-holds", "stage '" + stage.name() + "' is held for " + Spans.text(stage.hold()));
        };
    }
}
