package poppo.bridge.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.machine.Disk;
import poppo.bridge.migration.Bounds;
import poppo.bridge.migration.Doctor;
import poppo.bridge.migration.Evidence;
import poppo.bridge.migration.Migration;
import poppo.bridge.plan.PlanRunner;
import poppo.bridge.plan.Webhook;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.replay.Recorder;
import poppo.bridge.replay.RecordingSite;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.ServerFacts;
import poppo.bridge.state.Stamp;
import poppo.bridge.web.EventsFile;
import poppo.bridge.web.Idempotency;
import poppo.bridge.web.ProjectHandle;

/**
 * One project, opened: its directory owned, its stores wired, its phase in force. Closing it undoes that in reverse.
 *
 * <p>The directory is owned before it is even read. One that no bridge has been on and that can't be understood stays as
 * it is.
 */
final class OpenProject implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenProject.class);
    private static final String IDEMPOTENCY = "idempotency";

    private final String name;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Stamp.Source stamps;
    private final ShadowStateManager state;
    private final Migration migration;
    private final Idempotency idempotency;
    private final EventsFile events;
    private final PlanRunner plans;
    private final Supplier<ServerFacts> facts;
    private final Recorder recorder;
    private final @Nullable RedisServerProcess embedded;

    private OpenProject(
            ProjectSettings settings,
            StoreObserver observer,
            OwnerLock owner,
            Function<FileOptions, ? extends LocalStateManager> opener,
            UnaryOperator<PlanRunner.Options> planning) {
        this.name = settings.name();
        Clock clock = Clock.systemUTC();
        this.stamps = new Stamp.Source(clock);
        try {
            Path directory = settings.stateDir();
            Path bridge = keep(owner).bridgeDirectory();
            LocalStateManager files = keep(openFiles(settings, clock, owner, opener));
            this.embedded = settings.redisUri() == null ? startRedis(bridge) : null;
            String uri = embedded == null ? String.valueOf(settings.redisUri()) : embedded.uri();
            RedisStateManager redis = keep(RedisStateManager.connect(RedisOptions.of(uri, name)
                    .withCommandTimeout(settings.commandTimeout())
                    .withHeartbeatTtl(settings.heartbeatTtl())));
            this.facts = redis::facts;
            Evidence evidence = new Evidence();
            AuditJournal audit = new AuditJournal(new Disk(), bridge, clock);
            this.state = keep(ShadowStateManager.open(
                    new ShadowStateManager.Parts(files, redis, bridge, audit, observer.and(evidence), clock),
                    settings.shadow()));
            this.migration = keep(new Migration(
                    state, audit, new Doctor(directory, files, facts, clock), evidence, clock, new Disk(), bridge));
            this.events = new EventsFile(new Disk(), bridge);
            this.idempotency = keep(Idempotency.open(bridge.resolve(IDEMPOTENCY), state, clock));
            this.recorder = keep(
                    new Recorder(state, RecordingSite.of(directory, bridge, OpenProject::openForRecording, clock)));
            audit.onNote(recorder::noted);
            files.notices().forEach(notice -> LOG.info("{}: {}", name, notice));
            if (settings.rollout() != null) {
                begin(settings.rollout());
            }
            // Last: a plan under way goes on from here, in the phase that is in force now.
            this.plans =
                    keep(PlanRunner.open(migration, state, new Disk(), bridge, clock, planning.apply(plans(settings))));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** @param owner the lock on its directory, which is given up when the project is closed or can't be opened */
    static OpenProject open(ProjectSettings settings, StoreObserver observer, OwnerLock owner) {
        return new OpenProject(settings, observer, owner, FileStateManager::open, options -> options);
    }

    /** Opens a project on a directory that is free, its plans carried out in another way. */
    static OpenProject planning(
            ProjectSettings settings, StoreObserver observer, UnaryOperator<PlanRunner.Options> planning) {
        return new OpenProject(
                settings, observer, OwnerLock.acquire(settings.stateDir()), FileStateManager::open, planning);
    }

    /**
     * Opens a project on a directory that is free.
     *
     * @throws poppo.bridge.state.BridgeException.Unavailable when it is out of reach, or another bridge owns it
     */
    static OpenProject open(ProjectSettings settings, StoreObserver observer) {
        return open(settings, observer, OwnerLock.acquire(settings.stateDir()));
    }

    /**
     * Opens a project that is free for one command: a plan under way stays where it is.
     *
     * @param opener opens the files
     */
    static OpenProject open(ProjectSettings settings, Function<FileOptions, ? extends LocalStateManager> opener) {
        return new OpenProject(
                settings,
                StoreObserver.NONE,
                OwnerLock.acquire(settings.stateDir()),
                opener,
                options -> new PlanRunner.Options(options.webhook(), Duration.ZERO, options.tempo()));
    }

    static OpenProject open(ProjectSettings settings) {
        return open(settings, FileStateManager::open);
    }

    private static LocalStateManager openFiles(
            ProjectSettings settings,
            Clock clock,
            OwnerLock owner,
            Function<FileOptions, ? extends LocalStateManager> opener) {
        try {
            return opener.apply(FileOptions.of(settings.stateDir())
                    .withHeartbeatTtl(settings.heartbeatTtl())
                    .withClock(clock));
        } catch (RuntimeException e) {
            owner.leaveNoTrace();
            throw e;
        }
    }

    /** Opens a directory that holds part of a recording. */
    static LocalStateManager openForRecording(Path directory) {
        return FileStateManager.open(FileOptions.of(directory).withoutSchedule());
    }

    private RedisServerProcess startRedis(Path bridge) {
        RedisServerProcess server =
                keep(RedisServerProcess.start(bridge.resolve("redis")).keptRunning());
        LOG.info(
                "{}: no Redis URI is set, so an embedded redis-server runs at {} (pid {})",
                name,
                server.uri(),
                server.pid());
        return server;
    }

    /** The phase asked for at the start; on the way up nobody is served yet, so the backfill is part of it. */
    private void begin(Rollout rollout) {
        Rollout from = state.standing().rollout();
        if (from.isBelow(rollout) && !state.standing().backfilled()) {
            migration.backfillNow(compared -> {});
        }
        migration.change(rollout, Bounds.DEFAULT, false, "configuration", "phase at the start");
    }

    private PlanRunner.Options plans(ProjectSettings settings) {
        URI webhook = settings.webhook();
        return PlanRunner.Options.standard(webhook == null ? null : keep(new Webhook(webhook)));
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    /** As a server serves it. */
    ProjectHandle handle() {
        return new ProjectHandle(name, recorder, state, migration, plans, stamps, idempotency, recorder, events);
    }

    String name() {
        return name;
    }

    ShadowStateManager state() {
        return state;
    }

    Migration migration() {
        return migration;
    }

    PlanRunner plans() {
        return plans;
    }

    Stamp.Source stamps() {
        return stamps;
    }

    /** Asks its Redis what it is. */
    Supplier<ServerFacts> facts() {
        return facts;
    }

    /** The Redis that was started beside the bridge; null when one was given. */
    @Nullable
    RedisServerProcess embedded() {
        return embedded;
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            AutoCloseable resource = opened.pop();
            try {
                resource.close();
            } catch (Exception e) {
                LOG.warn("{}: closing {} failed: {}", name, resource.getClass().getSimpleName(), e.toString());
            }
        }
    }
}
