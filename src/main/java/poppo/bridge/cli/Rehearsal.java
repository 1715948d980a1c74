package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import poppo.bridge.migration.DiffReport;
import poppo.bridge.migration.ReportFormat;
import poppo.bridge.plan.PlanRunner;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.Served;

/**
 * A whole plan in little time: on a copy of a state directory, with a Redis of its own and workers that go on meanwhile.
 * The plan engine does the work, as on a running bridge; in the end the project goes back to the files, and they are
 * compared with what the workers were told.
 */
final class Rehearsal {
    private static final String WHO = "rehearsal";
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration TICK = Duration.ofMillis(100);

    private final Session session;
    private final DemoState state;
    private final Shape shape;
    private final DemoLedger ledger;
    private final DemoTimings timings = new DemoTimings();
    private String report = "";

    /**
     * How it goes.
     *
     * @param hold the longest that a stage is held
     * @param approves approves what the plan asks to be approved; otherwise it ends there
     */
    record Shape(Duration hold, int workers, boolean approves) {}

    /** Is told of what the plan does, while it does it; for who wants to disturb it. */
    interface Witness {
        /** @param entry of the audit journal */
        void told(JsonNode entry, String redisUri);
    }

    Rehearsal(Session session, DemoState state, Shape shape, DemoLedger ledger) {
        this.session = session;
        this.state = state;
        this.shape = shape;
        this.ledger = ledger;
    }

    /**
     * Rehearses.
     *
     * @param text the plan
     * @return the exit code: 0 only if the plan comes to its end, or to an approval, and nothing was lost
     */
    int run(String text, Witness witness) throws Exception {
        ObjectNode end;
        try (RedisServerProcess redis = RedisServerProcess.start(state.redisDirectory());
                OpenProject project = OpenProject.planning(
                        ProjectSettings.of("default", state.directory(), redis.uri()),
                        timings,
                        options -> new PlanRunner.Options(null, TICK, plan -> plan.compressed(shape.hold())))) {
            say("redis-server at %s, state directory %s", redis.uri(), state.directory());
            say(
                    "holds are at most %d s; comparisons, quiet files, error rates and latency ratios are asked for in"
                            + " real runs only%n",
                    shape.hold().toSeconds());
            say(
                    "%-26s %10s %18s %18s %11s",
                    "stage", "operations", "file p50/p99 ms", "redis p50/p99 ms", "mismatches");
            project.migration().audit().onNote(entry -> {
                tell(entry, project);
                witness.told(entry, redis.uri());
            });
            try (DemoWorkers workers = new DemoWorkers(project, ledger, timings)) {
                workers.start(shape.workers());
                project.plans().start(text, WHO);
                end = follow(project.plans());
                keepReport(project, end);
                if (end.path("state").asText().equals("running")) {
                    project.plans().abort(WHO, "the rehearsal ends here");
                }
                project.migration().rollback(Phase.FILE, WHO, "the end of the rehearsal");
            }
        }
        state.verify(ledger);
        return conclude(end);
    }

    private ObjectNode follow(PlanRunner plans) throws InterruptedException {
        while (true) {
            ObjectNode status = plans.status().orElseThrow();
            String phase = status.path("state").asText();
            boolean waits = status.path("waitsFor").asText().equals("approval");
            boolean goesOn = phase.equals("running") || phase.equals("rolling-back");
            if (!goesOn || (waits && !shape.approves())) {
                return status;
            }
            if (waits) {
                plans.approve(WHO, "a rehearsal approves everything");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
    }

    /** A plan that a diff has ended names it. */
    private void keepReport(OpenProject project, ObjectNode end) {
        report = project.migration()
                .report(end.path("job").asText())
                .filter(diff -> !diff.isConsistent())
                .map((DiffReport diff) -> ReportFormat.TEXT.render(diff))
                .orElse("");
    }

    /** Sums up, and returns the exit code. */
    private int conclude(JsonNode end) {
        String state = end.path("state").asText();
        JsonNode stage = end.path("stages").path(end.path("stage").asInt());
        boolean isHeld = state.equals("done") || state.equals("running");
        say("");
        if (!report.isEmpty()) {
            say("%s", report);
        }
        ledger.violations().forEach(violation -> say("  VIOLATED: %s", violation));
        if (state.equals("running")) {
            say("The plan waits for an approval before '%s'; it ends here, and went back to the files.", name(stage));
        } else if (state.equals("done")) {
            say("The plan comes to its end; here it went back to the files.");
        } else {
            say("The plan is %s: %s", state, end.path("why").asText());
        }
        say("%,d acknowledged writes, %d lost", ledger.acknowledged(), ledger.lost());
        return isHeld && ledger.lost() == 0 ? ExitCode.DONE : ExitCode.INCONSISTENT;
    }

    private static String name(JsonNode stage) {
        return stage.path("name").asText("?");
    }

    private void tell(JsonNode entry, OpenProject project) {
        switch (entry.path("event").asText()) {
            case "plan-stage" -> timings.take();
            case "plan-advances", "plan-done" -> passed(project);
            case "plan-rolled-back" -> say("  went back to the files");
            case "plan-breached", "plan-paused", "plan-waits" ->
                say("  %s", entry.path("why").asText());
            default -> {
                return;
            }
        }
    }

    private void passed(OpenProject project) {
        DemoTimings.Taken taken = timings.take();
        say(
                "%-26s %,10d %18s %18s %11d",
                project.state().standing().rollout(),
                taken.operations(),
                taken.quantiles(Served.FILE),
                taken.quantiles(Served.REDIS),
                project.state().status().mismatches());
    }

    private void say(String format, Object... arguments) {
        session.tell(String.format(Locale.ROOT, format, arguments));
    }
}
