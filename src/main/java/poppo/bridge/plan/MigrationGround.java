package poppo.bridge.plan;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.migration.Bounds;
import poppo.bridge.migration.Gate;
import poppo.bridge.migration.GateFailed;
import poppo.bridge.migration.Job;
import poppo.bridge.migration.Migration;
import poppo.bridge.migration.Repair;
import poppo.bridge.plan.Sight.JobSight;
import poppo.bridge.plan.Sight.Outcome;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowStateManager;

/** A project of this bridge. */
final class MigrationGround implements Ground {
    private static final String WHO = "plan";

    private final Migration migration;
    private final ShadowStateManager state;

    MigrationGround(Migration migration, ShadowStateManager state) {
        this.migration = migration;
        this.state = state;
    }

    @Override
    public Rollout rollout() {
        return state.standing().rollout();
    }

    @Override
    public List<Gate> watch(Bounds bounds) {
        return migration.watch(bounds);
    }

    @Override
    public List<Gate> prove(Bounds bounds) {
        return migration.prove(bounds);
    }

    @Override
    public List<Gate> judge(Rollout to, Bounds bounds) {
        return migration.judge(to, bounds);
    }

    @Override
    public List<Gate> move(Rollout from, Rollout to, Bounds bounds, String why) {
        // Changes of phase hold the same lock: an operator's rollback of this moment is not undone by the plan.
        synchronized (migration) {
            if (!rollout().equals(from)) {
                return List.of();
            }
            try {
                migration.change(to, bounds, false, WHO, why);
                return List.of();
            } catch (GateFailed e) {
                return e.gates();
            }
        }
    }

    @Override
    public String start(Task task) {
        return switch (task) {
            case BACKFILL -> migration.backfill(WHO).id();
            case DIFF -> migration.diff(Repair.NONE, WHO).id();
        };
    }

    @Override
    public @Nullable JobSight job(String id) {
        return migration.job(id).map(MigrationGround::sight).orElse(null);
    }

    private static JobSight sight(Job job) {
        JsonNode result = job.result();
        return switch (job.state()) {
            case RUNNING -> new JobSight(Outcome.RUNNING, "");
            case DONE -> result == null ? new JobSight(Outcome.DONE, "") : done(job.id(), result);
            case FAILED -> new JobSight(Outcome.FAILED, String.valueOf(job.error()));
            case CANCELLED -> new JobSight(Outcome.FAILED, "it was cancelled");
        };
    }

    /** Only a diff has a verdict. */
    private static JobSight done(String id, JsonNode result) {
        String verdict = result.path("verdict").asText();
        String text = "diff " + id + " is " + verdict + ": "
                + result.path("differences").asLong() + " of "
                + result.path("compared").asLong() + " records differ";
        return switch (verdict) {
            case "" -> new JobSight(Outcome.DONE, "");
            case "consistent" -> new JobSight(Outcome.DONE, text);
            case "inconsistent" -> new JobSight(Outcome.INCONSISTENT, text);
            default -> new JobSight(Outcome.FAILED, text);
        };
    }

    @Override
    public void rollBack(String why) {
        migration.rollback(Phase.FILE, WHO, why);
    }
}
