package poppo.bridge.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import poppo.bridge.migration.Bounds;
import poppo.bridge.migration.DiffReport;
import poppo.bridge.migration.Job;
import poppo.bridge.migration.Migration;
import poppo.bridge.migration.Repair;
import poppo.bridge.migration.ReportFormat;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowStatus;
import poppo.bridge.state.Json;
import poppo.bridge.state.Served;

/**
 * {@code demo}: the whole plan on a copy of a recorded state directory, while workers go on, with Redis killed in the
 * middle and a rollback at the end. Exit code 0 only if nothing was lost and nothing disagreed.
 */
@Command(
        name = "demo",
        description = "Take a copy of a recorded state directory to Redis and back, under load, with a Redis outage.")
final class DemoCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String WHO = "demo";

    private final Session session;

    @Option(
            names = "--hold",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description = "How long to stay in each phase (default: ${DEFAULT-VALUE}).")
    private int holdSeconds;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "8",
            description = "How many workers go on meanwhile (default: ${DEFAULT-VALUE}).")
    private int workerCount;

    @Option(
            names = "--plan",
            paramLabel = "F",
            description = "Let this plan take the steps, its holds shortened to --hold.")
    private @Nullable Path planFile;

    private final DemoTimings timings = new DemoTimings();
    private final DemoLedger ledger;
    private long mismatches;
    private long differences;

    DemoCommand(Session session) {
        this(session, new DemoLedger());
    }

    /** With a ledger that may know of something already. */
    DemoCommand(Session session, DemoLedger ledger) {
        this.session = session;
        this.ledger = ledger;
    }

    @Override
    public Integer call() throws Exception {
        if (holdSeconds < 1 || workerCount < 1) {
            throw CommandFailure.usage("--hold and --workers must be at least 1");
        }
        session.interrupts().stopBy(Thread.currentThread()::interrupt);
        // The demo tells its story itself; what is logged beside it is for trouble.
        System.setProperty("POPPO_LOG_LEVEL", System.getenv().getOrDefault("POPPO_LOG_LEVEL", "WARN"));
        PlanSource plan = planFile == null ? null : PlanSource.require(session, planFile);
        try (DemoState state = new DemoState(null)) {
            say("poppo-bridge demo: a copy of fixtures/%s, %d workers throughout", DemoState.RECORDED, workerCount);
            return plan == null ? run(state) : run(state, plan);
        } catch (InterruptedException e) {
            return ExitCode.INTERRUPTED;
        }
    }

    /** The plan engine takes the steps, up to the first that an operator has to approve. */
    private int run(DemoState state, PlanSource plan) throws Exception {
        Rehearsal.Shape shape = new Rehearsal.Shape(Duration.ofSeconds(holdSeconds), workerCount, false);
        return new Rehearsal(session, state, shape, ledger).run(plan.text(), (entry, uri) -> {});
    }

    private int run(DemoState state) throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start(state.redisDirectory());
                OpenProject project =
                        OpenProject.open(ProjectSettings.of("default", state.directory(), redis.uri()), timings)) {
            say("redis-server at %s, state directory %s%n", redis.uri(), state.directory());
            say(
                    "%-22s %10s %8s %18s %18s %11s",
                    "phase", "operations", "per s", "file p50/p99 ms", "redis p50/p99 ms", "mismatches");
            try (DemoWorkers workers = new DemoWorkers(project, ledger, timings)) {
                workers.start(workerCount);
                migrate(project, redis);
            }
        }
        state.verify(ledger);
        return conclude();
    }

    private void migrate(OpenProject project, RedisServerProcess redis) throws InterruptedException {
        Migration migration = project.migration();
        hold("file", project);
        Job backfill = migration.backfill(WHO).await();
        require(backfill.state() == Job.State.DONE, "backfill failed: " + backfill.error());
        say("  backfill: %s", Json.compact(java.util.Objects.requireNonNull(backfill.result())));
        enter(project, Rollout.of(Phase.DUAL_WRITE));
        for (int percent : new int[] {10, 50, 100}) {
            enter(project, new Rollout(Phase.REDIS_READ, percent, 100));
        }
        enter(project, Rollout.of(Phase.REDIS_WRITE));
        outage(project, redis);
        var rollback = migration.rollback(Phase.FILE, WHO, "the end of the demo");
        say(
                "  rollback to file: %.1f ms pause, %s records copied",
                rollback.path("pauseMillis").asDouble(), rollback.path("copied").asText());
        hold("file again", project);
    }

    private void enter(OpenProject project, Rollout rollout) throws InterruptedException {
        var change = project.migration()
                .change(rollout, Bounds.DEFAULT, false, WHO, "next step of the demo")
                .change();
        hold(rollout.toString(), project);
        diff(project);
        say("      moving there cost a pause of %.1f ms", change.pause().toNanos() / 1e6);
    }

    private void outage(OpenProject project, RedisServerProcess redis) throws InterruptedException {
        redis.kill();
        hold("  Redis killed", project);
        ShadowStatus status = project.state().status();
        require(!status.breaker().equals("closed"), "the breaker stayed closed without a Redis");
        say(
                "      breaker %s, authority %s, %d records dirty, epoch %d",
                status.breaker(),
                status.standing().authority().label(),
                status.dirtyRecords(),
                status.standing().epoch());
        redis.restart();
        long start = System.nanoTime();
        boolean back = waitUntil(() -> project.state().status().breaker().equals("closed"));
        require(back, "Redis was not believed again within " + PATIENCE.toSeconds() + " s");
        say("      Redis restarted: authority back after %.1f s", (System.nanoTime() - start) / 1e9);
        hold("  Redis is back", project);
        diff(project);
    }

    private static boolean waitUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        return true;
    }

    private void hold(String label, OpenProject project) throws InterruptedException {
        timings.take();
        long before = project.state().status().mismatches();
        TimeUnit.SECONDS.sleep(holdSeconds);
        DemoTimings.Taken taken = timings.take();
        long disagreed = project.state().status().mismatches() - before;
        mismatches += disagreed;
        say(
                "%-22s %,10d %,8d %18s %18s %11d",
                label,
                taken.operations(),
                taken.operations() / holdSeconds,
                taken.quantiles(Served.FILE),
                taken.quantiles(Served.REDIS),
                disagreed);
    }

    private void diff(OpenProject project) throws InterruptedException {
        Job job = project.migration().diff(Repair.NONE, WHO).await();
        require(job.state() == Job.State.DONE, "the diff failed: " + job.error());
        DiffReport report = project.migration().report(job.id()).orElseThrow();
        differences += report.differing();
        say("      diff: %s, %,d records compared, %d differ", report.verdict(), report.compared(), report.differing());
        if (!report.isConsistent()) {
            say("%s", ReportFormat.TEXT.render(report));
        }
    }

    /** Sums up, and returns the exit code. */
    int conclude() {
        say("");
        ledger.violations().forEach(violation -> say("  VIOLATED: %s", violation));
        say("%,d acknowledged writes, %d differences in the diffs", ledger.acknowledged(), differences);
        say("%d lost, %d mismatches", ledger.lost(), mismatches);
        return ledger.lost() == 0 && mismatches == 0 && differences == 0 ? 0 : 1;
    }

    private void require(boolean held, String otherwise) {
        if (!held) {
            ledger.violate(otherwise);
        }
    }

    private void say(String format, Object... arguments) {
        session.tell(String.format(Locale.ROOT, format, arguments));
    }
}
