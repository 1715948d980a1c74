package poppo.bridge.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.machine.Disk;
import poppo.bridge.migration.Bounds;
import poppo.bridge.migration.Gate;
import poppo.bridge.migration.Migration;
import poppo.bridge.plan.Progress.Approval;
import poppo.bridge.plan.Progress.State;
import poppo.bridge.plan.Progress.Step;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;

/**
 * Carries a plan out on one project, one plan at a time, and goes on with it after a restart. How far it is stands in
 * {@code .bridge/plan.json} before it does anything; what it did it finds by looking. Thread-safe: an operator's call is
 * answered at once, also while a phase change takes its time.
 *
 * <p>Errors: {@link PlanFaults} for a text that is no plan, {@link BridgeException.Conflict} for what doesn't fit where
 * the plan is, {@link BridgeException.Unavailable} when the disk doesn't take it. In all of these nothing has changed.
 */
public final class PlanRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlanRunner.class);
    private static final String WHO = "plan";

    private final Ground ground;
    private final PlanFile file;
    private final AuditJournal audit;
    private final Options options;
    private final Clock clock;
    private final Object ticking = new Object();
    private final @Nullable ScheduledExecutorService schedule;
    private @Nullable Plan plan;
    private @Nullable Progress progress;
    private String trouble = "";

    /**
     * How plans are carried out.
     *
     * @param webhook null where none is configured
     * @param every how often the plan looks whether there is something to do; zero leaves that to {@link #tick}
     * @param tempo makes of each plan the one that is carried out; other than the plan itself for rehearsals only
     */
    public record Options(@Nullable Webhook webhook, Duration every, UnaryOperator<Plan> tempo) {
        /** A look each second, plans as they are. */
        public static Options standard(@Nullable Webhook webhook) {
            return new Options(webhook, Duration.ofSeconds(1), plan -> plan);
        }
    }

    PlanRunner(Ground ground, PlanFile file, AuditJournal audit, Clock clock, Options options) {
        this.ground = ground;
        this.file = file;
        this.audit = audit;
        this.clock = clock;
        this.options = options;
        Progress stored = file.load();
        if (stored != null) {
            plan = reread(stored);
            progress = stored;
        }
        schedule = options.every.isZero() ? null : schedule(options.every);
    }

    /** Opens the plans of a project, and goes on with the one under way. */
    public static PlanRunner open(
            Migration migration,
            ShadowStateManager state,
            Disk disk,
            Path bridgeDirectory,
            Clock clock,
            Options options) {
        return new PlanRunner(
                new MigrationGround(migration, state),
                new PlanFile(disk, bridgeDirectory),
                migration.audit(),
                clock,
                options);
    }

    private Plan reread(Progress stored) {
        try {
            Plan read = options.tempo.apply(PlanReader.read(stored.text()));
            if (stored.stage() >= read.stages().size()) {
                throw file.corrupt("/stage: the plan has " + read.stages().size() + " stages", null);
            }
            return read;
        } catch (PlanFaults e) {
            throw file.corrupt(String.valueOf(e.getMessage()), e);
        }
    }

    private ScheduledExecutorService schedule(Duration every) {
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread daemon = new Thread(task, "bridge-plan");
            daemon.setDaemon(true);
            return daemon;
        });
        thread.scheduleWithFixedDelay(this::tickOnSchedule, 0, every.toNanos(), TimeUnit.NANOSECONDS);
        return thread;
    }

    private void tickOnSchedule() {
        try {
            tick();
        } catch (BridgeException e) {
            LOG.warn("The plan waits: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("The plan waits after an error nobody foresaw", e);
        }
    }

    // ---- what an operator does

    /** Starts a plan at its first stage that isn't behind the present phase. */
    public synchronized ObjectNode start(String text, String who) {
        Plan read = options.tempo.apply(PlanReader.read(text));
        if (isActive()) {
            throw new BridgeException.Conflict(
                    "plan-running", "the plan '" + name() + "' is " + label() + "; wait for its end, or abort it");
        }
        if (read.notifications().contains(Channel.WEBHOOK) && options.webhook == null) {
            throw new BridgeException.Conflict(
                    "no-webhook",
                    "the plan tells a webhook and none is configured; set bridge.plan.webhook, or take it out of"
                            + " 'notifications'");
        }
        Progress first = Progress.start(text, place(read), now());
        file.save(first);
        plan = read;
        progress = first;
        trouble = "";
        tell(new PlanEvent("plan-started", "plan '" + read.name() + "'"), who);
        return status().orElseThrow();
    }

    /**
     * What {@link #start} would make of a text: its faults; or its stages, and how the gates judge the first step up from
     * here. Begins nothing and writes nothing; may compare both stores, and takes as long.
     */
    public ObjectNode check(String text) {
        ArrayNode faults = Json.array();
        ObjectNode json = Json.object();
        try {
            Plan read = options.tempo.apply(PlanReader.read(text));
            Rollout present = ground.rollout();
            json.put("name", read.name());
            json.set("stages", PlanStatus.stages(read, read.placeOf(present)));
            read.firstAbove(present).ifPresent(next -> {
                Bounds before = read.stages().get(Math.max(0, next - 1)).bounds();
                Stage stage = read.stages().get(next);
                json.put("toward", stage.name());
                ArrayNode gates = Json.array();
                ground.judge(stage.target(), before).forEach(gate -> gates.add(gate.toJson()));
                json.set("gates", gates);
            });
        } catch (PlanFaults e) {
            e.faults().forEach(fault -> faults.add(fault.toJson()));
        }
        json.put("valid", faults.isEmpty());
        json.set("faults", faults);
        return json;
    }

    /** The plan that runs or ran last, as it is written; empty where none ever did. */
    public synchronized Optional<String> text() {
        return Optional.ofNullable(progress).map(Progress::text);
    }

    private int place(Plan of) {
        Rollout present = ground.rollout();
        int place = of.placeOf(present);
        if (place == of.stages().size()) {
            throw new BridgeException.Conflict(
                    "plan-passed",
                    "every stage of the plan is below the present phase (" + present + "); nothing is left to do");
        }
        return place;
    }

    /** Does nothing more until it is resumed; a phase change under way comes to its end. */
    public synchronized ObjectNode pause(String who, String why) {
        Progress at = in(State.RUNNING, "paused");
        return become(at.in(State.PAUSED, why, now()), who);
    }

    /** Goes on where the project stands. */
    public synchronized ObjectNode resume(String who) {
        Progress at = in(State.PAUSED, "resumed");
        Plan whole = Objects.requireNonNull(plan);
        Progress from = Engine.belongs(whole, at, ground.rollout()) ? at : at.at(place(whole), Step.MOVE, now());
        return become(from.resumed(now()), who);
    }

    /** Ends it; the phase stays as it is. */
    public synchronized ObjectNode abort(String who, String why) {
        Progress at = progress;
        if (at == null || (at.state() != State.RUNNING && at.state() != State.PAUSED)) {
            throw notNow("aborted");
        }
        return become(at.in(State.ABORTED, why, now()), who);
    }

    /** Approves the stage that waits for it. */
    public synchronized ObjectNode approve(String who, String why) {
        Progress at = in(State.RUNNING, "approved");
        if (!PlanStatus.isUnapproved(Objects.requireNonNull(plan), at)) {
            throw new BridgeException.Conflict(
                    "no-approval-needed", "the plan '" + name() + "' waits for no approval; see 'plan status'");
        }
        return become(at.approved(new Approval(who, why, now())), who);
    }

    private Progress in(State state, String verb) {
        Progress at = progress;
        if (at == null || at.state() != state) {
            throw notNow(verb);
        }
        return at;
    }

    private BridgeException.Conflict notNow(String verb) {
        return new BridgeException.Conflict(
                "plan-state",
                progress == null
                        ? "no plan was ever run here, so none can be " + verb
                        : "the plan '" + name() + "' is " + label() + " and can't be " + verb);
    }

    /** Where the plan is that runs, or that ran last; empty where none ever did. */
    public synchronized Optional<ObjectNode> status() {
        if (plan == null || progress == null) {
            return Optional.empty();
        }
        List<Gate> gates = progress.state().isActive() ? ground.watch(settled().boundsWhileHeld()) : List.of();
        ObjectNode json = PlanStatus.of(plan, progress, gates);
        return Optional.of(trouble.isEmpty() ? json : json.put("trouble", trouble));
    }

    // ---- what the plan does

    /** Looks once, and does what follows; returns when that is done. */
    public void tick() {
        synchronized (ticking) {
            Action action;
            Rollout from;
            synchronized (this) {
                if (plan == null || progress == null || !isActive()) {
                    return;
                }
                Sight sight = look(progress);
                action = Engine.decide(plan, progress, sight);
                from = sight.rollout();
                become(action.next(), WHO);
            }
            carryOut(action, from);
        }
    }

    private Sight look(Progress at) {
        String job = at.jobId();
        return new Sight(
                now(),
                ground.rollout(),
                ground.watch(settled().boundsWhileHeld()),
                Engine.needsProof(Objects.requireNonNull(plan), at, now())
                        ? ground.prove(settled().bounds())
                        : List.of(),
                job == null ? null : ground.job(job));
    }

    private void carryOut(Action action, Rollout from) {
        try {
            if (action instanceof Action.Move move) {
                move(move, from);
            } else if (action instanceof Action.Start start) {
                String id = ground.start(start.task());
                update(action.next(), at -> at.withJob(id));
            } else if (action instanceof Action.RollBack) {
                ground.rollBack(action.next().why());
            }
            if (!(action instanceof Action.Note)) {
                setTrouble("");
            }
        } catch (BridgeException e) {
            String failure = String.valueOf(e.getMessage());
            LOG.warn("The plan tries again: {}", failure);
            setTrouble(failure);
            boolean isOver = action instanceof Action.RollBack || action.next().step() == Step.HOLD;
            update(action.next(), at -> isOver ? at : at.tried(now()).because(failure));
        }
    }

    private void move(Action.Move move, Rollout from) {
        Stage to;
        Stage before;
        synchronized (this) {
            List<Stage> stages = Objects.requireNonNull(plan).stages();
            to = stages.get(move.next().stage());
            before = stages.get(move.next().settled());
        }
        List<Gate> refused =
                ground.move(from, to.target(), before.bounds(), "stage '" + to.name() + "' of plan '" + name() + "'");
        if (!refused.isEmpty()) {
            update(move.next(), at -> at.tried(now()).because(Engine.text(refused)));
        }
    }

    /** Notes what came of a step, unless the plan has meanwhile gone elsewhere. */
    private synchronized void update(Progress of, UnaryOperator<Progress> change) {
        Progress at = progress;
        boolean isSame =
                at != null && at.started().equals(of.started()) && at.stage() == of.stage() && at.step() == of.step();
        if (isSame && at != null && at.state() == of.state()) {
            become(change.apply(at), WHO);
        }
    }

    private synchronized void setTrouble(String text) {
        trouble = text;
    }

    /** Makes {@code next} durable, and then the truth. */
    private synchronized ObjectNode become(Progress next, String who) {
        Progress before = Objects.requireNonNull(progress);
        Plan whole = Objects.requireNonNull(plan);
        if (!next.equals(before)) {
            file.save(next);
            progress = next;
            PlanEvent.between(whole, before, next).ifPresent(event -> tell(event, who));
        }
        return status().orElseThrow();
    }

    private void tell(PlanEvent event, String who) {
        Plan whole = Objects.requireNonNull(plan);
        Stage stage = whole.stages().get(Objects.requireNonNull(progress).stage());
        ObjectNode details = Json.object();
        details.put("plan", whole.name());
        details.put("stage", stage.name());
        details.put("target", stage.target().toString());
        audit.note(event.name(), who, event.why(), details);
        Webhook webhook = options.webhook;
        if (webhook != null && whole.notifications().contains(Channel.WEBHOOK)) {
            ObjectNode message = Json.copy(details);
            message.put("event", event.name());
            message.put("who", who);
            message.put("why", event.why());
            message.put("time", now().toString());
            webhook.tell(message);
        }
    }

    private Stage settled() {
        return Objects.requireNonNull(plan)
                .stages()
                .get(Objects.requireNonNull(progress).settled());
    }

    private boolean isActive() {
        return progress != null && progress.state().isActive();
    }

    private String name() {
        return plan == null ? "" : plan.name();
    }

    private String label() {
        return progress == null ? "" : progress.state().label();
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    /** Stops looking; the plan goes on when the project is opened again. A step under way comes to its end. */
    @Override
    public void close() {
        if (schedule != null) {
            schedule.shutdown();
            try {
                if (!schedule.awaitTermination(10, TimeUnit.SECONDS)) {
                    LOG.warn("A step of the plan is still under way and ends with the project");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
