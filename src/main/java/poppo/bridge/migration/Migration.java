package poppo.bridge.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.shadow.Change;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rehearsal;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.ShadowStatus;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.Json;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.StateCollection;

/**
 * The operator's side of one project. Thread-safe; long work runs as a {@link Job}, one at a time.
 *
 * <p>Errors: {@link GateFailed} and other {@link BridgeException.Conflict}s when something doesn't fit, {@link
 * BridgeException.Invalid} for what can't be meant, {@link BridgeException.Unavailable} when a store is out of reach. In
 * all of these nothing has changed.
 */
public final class Migration implements AutoCloseable {
    private final ShadowStateManager state;
    private final AuditJournal audit;
    private final Clock clock;
    private final Supplier<List<Finding>> doctor;
    private final Evidence evidence;
    private final Gates gates;
    private final Jobs jobs = new Jobs();
    private final Reports reports;
    private final NoiseRules noiseRules;
    private final AtomicLong inlineDiffs = new AtomicLong();
    private volatile @Nullable DiffReport lastDiff;
    private volatile @Nullable Duration lastPause;

    /**
     * @param doctor examines Redis and the state directory, each time anew
     * @param evidence has been told of the stores' calls
     * @param bridgeDirectory {@code .bridge} in the state directory
     */
    public Migration(
            ShadowStateManager state,
            AuditJournal audit,
            Supplier<List<Finding>> doctor,
            Evidence evidence,
            Clock clock,
            Disk disk,
            Path bridgeDirectory) {
        this.state = state;
        this.audit = audit;
        this.clock = clock;
        this.doctor = doctor;
        this.evidence = evidence;
        this.reports = new Reports(disk, bridgeDirectory);
        this.noiseRules = new NoiseRules(disk, bridgeDirectory, clock);
        this.gates = new Gates(state, evidence, clock, doctor, this::freshDiff, this::cleanRounds, noiseRules);
    }

    /** The migration resource of spec/http-api.md. */
    public ObjectNode status() {
        ObjectNode json = state.status().toJson();
        Job running = jobs.running();
        if (running != null) {
            json.set("job", running.toJson());
        }
        DiffReport diff = lastDiff;
        if (diff != null) {
            ObjectNode last = Json.object();
            last.put("id", diff.id());
            last.put("verdict", diff.verdict());
            last.set("compared", Json.number(diff.compared()));
            last.set("differences", Json.number(diff.differing()));
            json.set("lastDiff", last);
        }
        json.set("rollback", costOfRollback());
        return json;
    }

    /** What going back to the files would cost now: what is to be written, and how long operations wait. */
    private ObjectNode costOfRollback() {
        ShadowStatus now = state.status();
        boolean filesBehind = now.standing().filesBehind();
        ObjectNode cost = Json.object();
        cost.put("possible", !filesBehind || now.standing().believed());
        if (!filesBehind) {
            cost.set("records", Json.number(now.mirrorLagRecords()));
        }
        Duration pause = lastPause;
        if (pause != null) {
            cost.set("expectedPauseMillis", Json.number(pause.toMillis()));
        }
        cost.put("cost", costInWords(filesBehind, now.mirrorLagRecords()) + (pause == null ? "" : pauseInWords(pause)));
        return cost;
    }

    private static String costInWords(boolean filesBehind, int behind) {
        if (filesBehind) {
            return "all records are copied from Redis to the files first, while work goes on";
        }
        return behind == 0
                ? "nothing is copied: the files have every acknowledged write"
                : behind + " records are written from the journal to the files first";
    }

    private static String pauseInWords(Duration pause) {
        return "; operations wait for about " + Math.max(1, pause.toMillis()) + " ms (what the last change took)";
    }

    /** Judges the first step towards {@code target}, writing nothing; empty on the way back, which is always open. */
    public List<Gate> judge(Rollout target, Bounds bounds) {
        Rollout from = state.standing().rollout();
        return from.stepsTo(target).stream()
                .filter(from::isBelow)
                .findFirst()
                .map(step -> gates.judge(step, bounds))
                .orElse(List.of());
    }

    /** Judges whether the project may stay where it stands, by what is known already: no diff is made for it. */
    public List<Gate> watch(Bounds bounds) {
        return gates.watch(bounds);
    }

    /** Judges what was found since the rollout last moved, by the diffs there are: none is made for it. */
    public List<Gate> prove(Bounds bounds) {
        return gates.prove(bounds, lastDiff);
    }

    /**
     * Moves the phase flag step by step, judging each step up by its gates; on the first that fails, the phase is the
     * former one again.
     *
     * @param bounds what the gates ask for
     * @param force moves although gates fail; the audit journal says so
     * @param who the role that wants it
     * @return what was done, and how each step was judged
     * @throws GateFailed with what was measured
     */
    public synchronized Transition change(Rollout target, Bounds bounds, boolean force, String who, String why) {
        Rollout from = state.standing().rollout();
        if (!from.isBelow(target)) {
            return new Transition(changed(state.change(target, who, why)), List.of());
        }
        List<Change> done = new ArrayList<>();
        List<Gate> passed = new ArrayList<>();
        for (Rollout step : from.stepsTo(target)) {
            List<Gate> judged = gates.judge(step, bounds);
            passed.addAll(judged);
            if (judged.stream().anyMatch(gate -> !gate.passed())) {
                GateFailed failed = new GateFailed(step, judged);
                if (!force) {
                    goBack(from, who);
                    throw failed;
                }
                audit.note("gates-overridden", who, why, Json.text(String.valueOf(failed.getMessage())));
            }
            done.add(changed(state.change(step, who, why)));
        }
        return new Transition(sum(from, target, done), passed);
    }

    private void goBack(Rollout from, String who) {
        if (!state.standing().rollout().equals(from)) {
            state.change(from, who, "a later step failed its gates");
        }
    }

    private Change changed(Change change) {
        evidence.beginStage();
        lastPause = change.pause();
        lastDiff = null;
        return change;
    }

    private Change sum(Rollout from, Rollout target, List<Change> steps) {
        return new Change(
                from,
                target,
                state.standing().epoch(),
                steps.stream().mapToLong(Change::compared).sum(),
                steps.stream().mapToLong(Change::copied).sum(),
                steps.stream().map(Change::pause).reduce(Duration.ZERO, Duration::plus));
    }

    /**
     * Goes back to a lower phase, losing nothing.
     *
     * @return what it did: counts, and the pause it cost
     */
    public synchronized ObjectNode rollback(Phase to, String who, String why) {
        Rollout from = state.standing().rollout();
        if (to.compareTo(from.phase()) > 0) {
            throw new BridgeException.Invalid(
                    "to",
                    "'" + to + "' is not below the present phase '" + from.phase()
                            + "'; use the phase change to go up");
        }
        Rollout target = to == from.phase() ? from : Rollout.of(to);
        return changed(state.change(target, who, why)).toJson();
    }

    /** As {@link #backfill(BackfillRequest, String)}, with nothing asked of it. */
    public Job backfill(String who) {
        return backfill(BackfillRequest.PLAIN, who);
    }

    /**
     * Starts copying all files to Redis; in a later phase, bringing both into agreement with whichever has authority. It
     * goes on behind an earlier one that did not come to its end.
     */
    public Job backfill(BackfillRequest request, String who) {
        long total = total();
        return jobs.start(Jobs.BACKFILL, total, job -> {
            if (request.dryRun()) {
                return result(state.rehearse(job::progress)).put("dryRun", true);
            }
            ObjectNode result = result(state.carryOver(request.rate(), job::progress));
            audit.note("backfill", who, "asked for", result);
            return result;
        });
    }

    /**
     * A dry run on stores that no project is opened on, so that not even that leaves a trace.
     *
     * @return already started
     */
    public static Job rehearse(LocalStateManager files, FencedStateManager redis) {
        long total = Stream.of(StateCollection.values()).mapToLong(files::count).sum();
        Job job = new Job("rehearsal", Jobs.BACKFILL, total);
        Thread thread = new Thread(
                () -> job.run(running ->
                        result(Rehearsal.of(files, redis, running::progress)).put("dryRun", true)),
                "bridge-rehearsal");
        thread.setDaemon(true);
        thread.start();
        return job;
    }

    private static ObjectNode result(ShadowStateManager.Copied copied) {
        ObjectNode result = Json.object();
        result.set("compared", Json.number(copied.compared()));
        result.set("copied", Json.number(copied.copied()));
        result.set("left", Json.number(copied.left()));
        if (copied.wentOnBehind() != null) {
            result.put("wentOnBehind", copied.wentOnBehind());
        }
        return result;
    }

    /** As {@link #backfill}, on the caller's thread. */
    public ShadowStateManager.Copied backfillNow(LongConsumer progress) {
        return state.carryOver(progress);
    }

    /**
     * What is asked of a diff.
     *
     * @param dryRun tells what the repair would do, and writes nothing
     * @param resume goes on with the diff that was stopped last, whose repair counts then
     */
    public record DiffRequest(Repair repair, boolean dryRun, boolean resume) {}

    /** Starts a full diff, with or without repair. Its result names the report. */
    public Job diff(Repair repair, String who) {
        return diff(new DiffRequest(repair, false, false), who);
    }

    /**
     * As {@link #diff(Repair, String)}.
     *
     * @throws BridgeException.Conflict {@code nothing-to-resume} when no diff was stopped
     */
    public Job diff(DiffRequest request, String who) {
        DiffTally.Checkpoint from = request.resume ? unfinished() : null;
        long total = total();
        return jobs.start(Jobs.DIFF, total, job -> {
            Diff.Order order = order(job.id(), request, from);
            Diff diff = new Diff(state, clock, Pause.SLEEP, noiseRules.live(), order);
            DiffReport report = keep(
                    (order.dryRun() ? diff : diff.notingTo(reports::note)).run(from, job::progress), order.dryRun());
            ObjectNode result = Json.object();
            result.put("id", report.id());
            result.put("verdict", report.verdict());
            result.set("compared", Json.number(report.compared()));
            result.set("differences", Json.number(report.differing()));
            if (order.repair() != Repair.NONE && !order.dryRun()) {
                audit.note("repair", who, "diff with repair '" + order.repair().label() + "'", result);
            }
            return result;
        });
    }

    private DiffTally.Checkpoint unfinished() {
        return reports.unfinished()
                .orElseThrow(() -> new BridgeException.Conflict(
                        "nothing-to-resume", "no diff was stopped that could go on; start a new one"));
    }

    private static Diff.Order order(String id, DiffRequest request, DiffTally.@Nullable Checkpoint from) {
        return from == null
                ? new Diff.Order(id, request.repair, request.dryRun)
                : new Diff.Order(from.report().id(), from.report().header().repair(), false);
    }

    private DiffReport keep(DiffReport report, boolean dryRun) {
        if (dryRun) {
            reports.remember(report);
            return report;
        }
        DiffReport kept = reports.keep(report);
        reports.forgetUnfinished();
        lastDiff = kept;
        return kept;
    }

    private long total() {
        return Stream.of(StateCollection.values())
                .mapToLong(collection -> collection.isSingle() ? 1 : state.count(collection))
                .sum();
    }

    private int cleanRounds(DiffReport last) {
        if (!isClean(last)) {
            return 0;
        }
        int rounds = 1;
        for (DiffReport earlier : reports.all()) {
            if (earlier.id().equals(last.id())) {
                continue;
            }
            if (!isClean(earlier) || earlier.time().isBefore(state.stageBegan())) {
                break;
            }
            rounds++;
        }
        return rounds;
    }

    /** One that had to repair something was not. */
    private static boolean isClean(DiffReport report) {
        return report.isConsistent() && report.differing() == 0;
    }

    private DiffReport freshDiff(Duration maxAge) {
        DiffReport last = lastDiff;
        if (last != null && last.isConsistent() && last.time().plus(maxAge).isAfter(clock.instant())) {
            return last;
        }
        // It judges and writes nothing, so its report is not kept for long.
        Diff.Order order = new Diff.Order("gate-" + inlineDiffs.incrementAndGet(), Repair.NONE, true);
        DiffReport made = new Diff(state, clock, Pause.SLEEP, noiseRules.live(), order).run(null, compared -> {});
        reports.remember(made);
        lastDiff = made;
        return made;
    }

    /** The job that is running, if one is. */
    public Optional<Job> runningJob() {
        return Optional.ofNullable(jobs.running());
    }

    /** How often a job ended so since the start. */
    public long endedJobs(EndedJob how) {
        return jobs.ended(how);
    }

    /** Each gate as it was judged last, for whatever step and by whatever bounds; those never judged are left out. */
    public Collection<Gate> lastJudged() {
        return gates.lastJudged();
    }

    public Optional<Job> job(String id) {
        return jobs.find(id);
    }

    /** A report, if it is among those kept. */
    public Optional<DiffReport> report(String id) {
        return reports.find(id);
    }

    /** The reports that are kept, newest first. */
    public List<DiffReport> reports() {
        return reports.all();
    }

    /** What the operators take for no difference. */
    public NoiseRules noiseRules() {
        return noiseRules;
    }

    /** Examines Redis and the state directory. */
    public List<Finding> doctor() {
        return doctor.get();
    }

    public AuditJournal audit() {
        return audit;
    }

    /** Stops a running job. */
    @Override
    public void close() {
        jobs.close();
    }
}
