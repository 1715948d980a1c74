package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;

/** Starts a job, shows how far it is, and waits for its end. Ctrl-C cancels it. */
final class JobFollower {
    private static final Duration ON_A_TERMINAL = Duration.ofMillis(100);
    private static final Duration IN_A_PIPE = Duration.ofMillis(250);

    private final Session session;
    private final JobApi api;
    private final boolean quiet;
    private @Nullable String id;
    private boolean interrupted;

    /** @param quiet shows no progress, because standard output belongs to a document */
    JobFollower(Session session, JobApi api, boolean quiet) {
        this.session = session;
        this.api = api;
        this.quiet = quiet;
    }

    /**
     * Follows the job that {@code start} starts, and returns it as it is when done.
     *
     * @throws CommandFailure when it failed or was cancelled
     */
    Answer follow(Supplier<Answer> start) {
        session.interrupts().stopBy(this::interrupt);
        Answer job = watch(started(start.get()));
        String state = job.json().path("state").asText();
        return switch (state) {
            case "done" -> job;
            case "cancelled" -> throw cancelled(job);
            case "failed" -> throw failed(job);
            default ->
                throw CommandFailure.outOfReach(
                        "the state '" + state + "' of job " + id + " is not known; is " + api.place()
                                + " a poppo-bridge of this version?",
                        null);
        };
    }

    private Answer started(Answer job) {
        String named = job.json().path("id").asText();
        boolean tooLate;
        synchronized (this) {
            id = named;
            tooLate = interrupted;
        }
        if (tooLate) {
            cancel(named);
        }
        return job;
    }

    private Answer watch(Answer first) {
        Progress progress = new Progress(session.terminal(), session.pace());
        Answer job = first;
        try {
            while (job.json().path("state").asText().equals("running")) {
                if (!quiet) {
                    progress.show(job.json());
                }
                session.pace().pause(session.terminal().isInteractive() ? ON_A_TERMINAL : IN_A_PIPE);
                job = api.job(first.json().path("id").asText());
            }
            return job;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.interrupted("interrupted while following job " + id);
        } finally {
            if (!quiet) {
                progress.end();
            }
        }
    }

    /** Called on another thread; the follower then finds the job cancelled. */
    private void interrupt() {
        String running;
        synchronized (this) {
            interrupted = true;
            running = id;
        }
        if (running != null) {
            cancel(running);
        }
    }

    private void cancel(String job) {
        try {
            api.cancel(job);
        } catch (CommandFailure | BridgeException e) {
            session.terminal().error("job " + job + " could not be cancelled and may go on: " + e.getMessage());
        }
    }

    private synchronized CommandFailure cancelled(Answer answer) {
        JsonNode job = answer.json();
        return CommandFailure.refused(
                interrupted ? ExitCode.INTERRUPTED : ExitCode.INCONSISTENT,
                "the " + job.path("kind").asText("job") + " was cancelled after " + Figures.count(job, "done") + " of "
                        + Figures.count(job, "total") + " records; what it did by then stays, and it can be run again",
                answer);
    }

    /** A job's error is what a store could not do, unless it says otherwise. */
    private static CommandFailure failed(Answer answer) {
        JsonNode job = answer.json();
        String error = job.path("error").asText("no reason is given");
        if (job.hasNonNull("code")) {
            return CommandFailure.refused(
                    ExitCode.INCONSISTENT,
                    "the " + job.path("kind").asText("job") + " was refused ("
                            + job.path("code").asText() + "): " + error,
                    answer);
        }
        return CommandFailure.refused(
                error.startsWith("unexpected:") ? ExitCode.INCONSISTENT : ExitCode.OUT_OF_REACH,
                "the " + job.path("kind").asText("job") + " failed after " + Figures.count(job, "done") + " records: "
                        + error + "; see 'poppo-bridge doctor', then run it again",
                answer);
    }
}
