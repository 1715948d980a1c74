package poppo.bridge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a plan in little time on a copy of a state directory. Exit code 1 if it would pause or roll back. */
@Command(
        name = "rehearse",
        description =
                "Run a plan in little time on a copy of a state directory, with a Redis of its own and workers that"
                        + " go on meanwhile. Approvals are given. Exit code 1 if it would pause or roll back.")
final class PlanRehearseCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "F", description = PlanSource.PARAMETER)
    private Path file = Path.of("");

    @Option(
            names = "--fixture",
            paramLabel = "DIR",
            description = "A state directory, or one with it in 'before'; default: the recorded state of the demo.")
    private @Nullable Path fixture;

    @Option(
            names = "--hold",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "How long to hold a stage at most (default: ${DEFAULT-VALUE}).")
    private int holdSeconds;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "8",
            description = "How many workers go on meanwhile (default: ${DEFAULT-VALUE}).")
    private int workers;

    PlanRehearseCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        if (holdSeconds < 1 || workers < 1) {
            throw CommandFailure.usage("--hold and --workers must be at least 1");
        }
        if (fixture != null && !Files.isDirectory(fixture)) {
            throw CommandFailure.usage("there is no directory " + fixture + "; correct --fixture");
        }
        PlanSource plan = PlanSource.require(session, file);
        session.interrupts().stopBy(Thread.currentThread()::interrupt);
        System.setProperty("POPPO_LOG_LEVEL", System.getenv().getOrDefault("POPPO_LOG_LEVEL", "WARN"));
        try (DemoState state = new DemoState(fixture)) {
            session.tell(Terminal.oneLine("rehearsal of plan '" + plan.plan().name() + "'"));
            Rehearsal.Shape shape = new Rehearsal.Shape(Duration.ofSeconds(holdSeconds), workers, true);
            return new Rehearsal(session, state, shape, new DemoLedger()).run(plan.text(), (entry, uri) -> {});
        } catch (InterruptedException e) {
            return ExitCode.INTERRUPTED;
        }
    }
}
