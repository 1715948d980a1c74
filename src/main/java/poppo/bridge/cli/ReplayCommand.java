package poppo.bridge.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poppo.bridge.replay.Course;
import poppo.bridge.replay.FaultSchedule;
import poppo.bridge.replay.Fixture;
import poppo.bridge.replay.FixtureOutcome;
import poppo.bridge.replay.FixtureReader;
import poppo.bridge.replay.Replay;
import poppo.bridge.replay.ReplayFormat;
import poppo.bridge.replay.Tempo;
import poppo.bridge.shadow.Phase;

/** Asks again what was recorded, and compares. */
@Command(
        name = "replay",
        description = {
            "Replay fixtures on both stores, in every phase and across phase changes, and compare each answer, and in the"
                    + " end the files and Redis's keys; exit code 1 when anything differs.",
            "Without --redis-uri a Redis of its own is started for it, and stopped."
        })
final class ReplayCommand implements Callable<Integer> {
    private static final int CHANGES = 12;

    private final Session session;

    @Parameters(paramLabel = "DIR", arity = "1..*", description = "Fixtures, such as fixtures/*.")
    private List<Path> directories = List.of();

    @Option(
            names = "--phase",
            paramLabel = "PHASE",
            description =
                    "Only in this phase; may be given several times. Default: on both bare stores, in every phase, across"
                            + " phase changes, and following those that were recorded.")
    private List<Phase> phases = List.of();

    @Option(
            names = "--every",
            paramLabel = "K",
            description = "Change the phase after so many calls, where it is changed; default: a twelfth of them.")
    private @Nullable Long every;

    @Option(
            names = "--concurrent",
            description =
                    "Make calls at the same time that overlapped when they were recorded; those that have to do with each"
                            + " other keep their order.")
    private boolean concurrent;

    @Option(
            names = "--speed",
            paramLabel = "SPEED",
            description = "'recorded', a factor such as 10 for ten times as fast, or 'flat-out' (default).")
    private Tempo speed = Tempo.FLAT_OUT;

    @Option(
            names = "--faults",
            paramLabel = "F",
            description =
                    "A schedule of what happens to Redis meanwhile: {\"faults\": [{\"at\": 100, \"fault\": \"killed\","
                            + " \"for\": 50}]}; or \"frozen\", or \"emptied\".")
    private @Nullable Path faults;

    @Option(names = "--redis-uri", paramLabel = "URI", description = "A Redis to use instead of one of its own.")
    private @Nullable String redisUri;

    @Option(
            names = "--update",
            description =
                    "Show what differs, then make what happens now the expectation: the answers and files of the file"
                            + " store, the keys of the Redis store.")
    private boolean update;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default), json, html or junit.")
    private @Nullable ReplayFormat format;

    @Option(names = "--out", paramLabel = "F", description = "Write the report to this file instead.")
    private @Nullable Path out;

    ReplayCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        requireSensible();
        Logs.quiet();
        // What is odd about a fixture's files is odd in each of its runs, and what it comes to is compared.
        Logs.quietFiles();
        List<Fixture> fixtures = directories.stream().map(FixtureReader::read).toList();
        FaultSchedule schedule = faults == null ? FaultSchedule.NONE : FaultSchedule.read(faults);
        try (ReplayGround ground = redisUri == null ? ReplayGround.own(faults != null) : ReplayGround.on(redisUri);
                Replay replay = new Replay(new Replay.Means(ground, speed, schedule))) {
            return replay(replay, fixtures);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.interrupted("the replay was interrupted; nothing is left of it");
        }
    }

    private void requireSensible() {
        if (faults != null && redisUri != null) {
            throw CommandFailure.usage("--faults are for a Redis of the replay's own; leave --redis-uri out");
        }
        if (update && faults != null) {
            throw CommandFailure.usage("--update takes what happens without trouble; leave --faults out");
        }
        if (every != null && every < 1) {
            throw CommandFailure.usage("--every must be at least 1");
        }
        ReportFile.requireSensible(
                out, format == null ? null : format.label(), session.options().isJson());
    }

    private int replay(Replay replay, List<Fixture> fixtures) throws InterruptedException {
        List<FixtureOutcome> outcomes = new ArrayList<>();
        for (Fixture fixture : fixtures) {
            FixtureOutcome outcome = replay.run(fixture, courses(fixture), concurrent);
            tell(outcome);
            if (update && !outcome.isAsExpected()) {
                outcome = replay.run(replay.update(fixture), courses(fixture), concurrent);
                session.terminal()
                        .line("updated " + Terminal.oneLine(fixture.directory().toString()));
                tell(outcome);
            }
            outcomes.add(outcome);
        }
        deliver(outcomes);
        return outcomes.stream().allMatch(FixtureOutcome::isSame) ? ExitCode.DONE : ExitCode.INCONSISTENT;
    }

    private List<Course> courses(Fixture fixture) {
        long calls = Math.max(1, fixture.calls().size() / CHANGES);
        return phases.isEmpty()
                ? Course.all(every == null ? calls : every)
                : phases.stream().distinct().map(Course::in).toList();
    }

    /** Whether text for people goes to standard output, fixture by fixture. */
    private boolean tellsPeople() {
        return !session.options().isJson() && (format == null || format == ReplayFormat.TEXT || out != null);
    }

    private void tell(FixtureOutcome outcome) {
        if (tellsPeople()) {
            session.terminal().document(Terminal.clean(ReplayFormat.TEXT.render(List.of(outcome))));
        }
    }

    private void deliver(List<FixtureOutcome> outcomes) {
        if (out != null) {
            ReportFile.write(out, (format == null ? ReplayFormat.TEXT : format).render(outcomes));
        }
        if (session.options().isJson()) {
            session.terminal().document(ReplayFormat.JSON.render(outcomes));
        } else if (!tellsPeople() && format != null) {
            session.terminal().document(format.render(outcomes));
        }
    }
}
