package poppo.bridge.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import poppo.bridge.migration.Bounds;
import poppo.bridge.migration.Gate;
import poppo.bridge.plan.Sight.JobSight;
import poppo.bridge.plan.Sight.Outcome;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.state.BridgeException;

/** A project of which only the phase flag is real; it outlives the runners that work on it. */
final class FakeGround implements Ground {
    final List<String> done = new ArrayList<>();
    final Map<String, JobSight> jobs = new HashMap<>();
    List<Gate> watched = List.of();
    List<Gate> refusing = List.of();
    List<Gate> unproven = List.of();
    JobSight nextJob = new JobSight(Outcome.DONE, "");
    boolean unavailable;
    Bounds askedFor = Bounds.DEFAULT;
    private Rollout rollout = Rollout.of(Phase.FILE);

    static Gate failing(String name) {
        return new Gate(name, false, "1", "0");
    }

    void stand(Rollout at) {
        rollout = at;
    }

    /** The bridge is another one: it knows no job of the one before. */
    void forget() {
        jobs.clear();
    }

    @Override
    public Rollout rollout() {
        return rollout;
    }

    @Override
    public List<Gate> watch(Bounds bounds) {
        return watched;
    }

    @Override
    public List<Gate> prove(Bounds bounds) {
        askedFor = bounds;
        return unproven;
    }

    @Override
    public List<Gate> judge(Rollout to, Bounds bounds) {
        askedFor = bounds;
        return refusing;
    }

    @Override
    public List<Gate> move(Rollout from, Rollout to, Bounds bounds, String why) {
        requireAvailable();
        askedFor = bounds;
        if (!refusing.isEmpty() || !rollout.equals(from)) {
            return refusing;
        }
        rollout = to;
        done.add("move " + to);
        return List.of();
    }

    @Override
    public String start(Task task) {
        requireAvailable();
        String id = task.label() + "-" + (done.size() + 1);
        done.add(task.label());
        jobs.put(id, nextJob);
        return id;
    }

    @Override
    public JobSight job(String id) {
        return jobs.get(id);
    }

    @Override
    public void rollBack(String why) {
        requireAvailable();
        rollout = Rollout.of(Phase.FILE);
        done.add("roll back");
    }

    private void requireAvailable() {
        if (unavailable) {
            throw new BridgeException.Unavailable("Redis is away");
        }
    }
}
