package poppo.bridge.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import poppo.bridge.migration.Gate;
import poppo.bridge.plan.Progress.State;
import poppo.bridge.plan.Progress.Step;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;

/** Where a plan is, as the operator API tells it. */
final class PlanStatus {
    private PlanStatus() {}

    /** @param gates how the settled stage's bounds are judged now */
    static ObjectNode of(Plan plan, Progress progress, List<Gate> gates) {
        ObjectNode json = Json.object();
        json.put("name", plan.name());
        json.put("state", progress.state().label());
        json.set("stage", Json.number(progress.stage()));
        json.put("step", progress.step().label());
        json.put("waitsFor", waitsFor(plan, progress));
        json.put("why", progress.why());
        json.put("started", Stamp.time(progress.started()));
        json.put("since", Stamp.time(progress.since()));
        if (progress.step() == Step.HOLD && progress.state().isActive()) {
            json.put(
                    "until",
                    Stamp.time(progress.since()
                            .plus(plan.stages().get(progress.stage()).hold())));
        }
        if (progress.jobId() != null) {
            json.put("job", progress.jobId());
        }
        if (progress.ended() != null) {
            json.put("ended", Stamp.time(progress.ended()));
        }
        json.set(
                "stages",
                stages(plan, progress.state() == State.DONE ? plan.stages().size() : progress.stage()));
        ArrayNode judged = Json.array();
        gates.forEach(gate -> judged.add(gate.toJson()));
        json.set("gates", judged);
        json.set("approvals", PlanFile.approvals(progress));
        return json;
    }

    private static String waitsFor(Plan plan, Progress progress) {
        if (progress.state() != State.RUNNING) {
            return progress.state() == State.PAUSED ? "operator" : "nothing";
        }
        return switch (progress.step()) {
            case MOVE -> isUnapproved(plan, progress) ? "approval" : "gates";
            case JOBS -> "job";
            case HOLD -> "hold";
        };
    }

    static boolean isUnapproved(Plan plan, Progress progress) {
        return progress.step() == Step.MOVE
                && plan.stages().get(progress.stage()).needsApproval()
                && !progress.approvals().containsKey(progress.stage());
    }

    /** @param present number of the stage under way; theirs when all are passed */
    static ArrayNode stages(Plan plan, int present) {
        ArrayNode stages = Json.array();
        for (int i = 0; i < plan.stages().size(); i++) {
            Stage stage = plan.stages().get(i);
            Rollout target = stage.target();
            ObjectNode json = Json.object();
            json.put("name", stage.name());
            json.put("phase", target.phase().label());
            json.set("readPercent", Json.number(target.readPercent()));
            json.set("writePercent", Json.number(target.writePercent()));
            json.set("holdSeconds", Json.number(stage.hold().toSeconds()));
            json.put("approval", stage.needsApproval());
            json.put("onBreach", stage.onBreach().label());
            json.set("asks", Bound.named(stage.bounds()));
            json.put("state", i < present ? "passed" : i == present ? "present" : "ahead");
            stages.add(json);
        }
        return stages;
    }
}
