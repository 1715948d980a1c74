package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poppo.bridge.replay.Recorder;
import poppo.bridge.replay.Recording;
import poppo.bridge.replay.RecordingSite;
import poppo.bridge.replay.Redaction;
import poppo.bridge.replay.Watcher;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/** Groups what is about recording fixtures. */
@Command(name = "record", description = "Record what a project is asked, and answers, as a fixture to be replayed.")
final class RecordCommand {
    /** The rules that a file adds to those of the bridge. */
    static JsonNode rules(Path file) {
        try {
            return Json.parse(Files.readAllBytes(file));
        } catch (MalformedJsonException e) {
            throw CommandFailure.usage(file + " is no JSON: " + e.getMessage() + "; correct it");
        } catch (IOException e) {
            throw CommandFailure.usage(file + " can't be read (" + e + "); name the file with the rules");
        }
    }

    /** Begins a recording in a running bridge. */
    @Command(
            name = "start",
            description = "Record the workers' calls from now on. Texts, logins, hosts and tokens are replaced by"
                    + " pseudonyms before anything is written.")
    static final class Start implements Callable<Integer> {
        private final Session session;

        @Option(names = "--name", paramLabel = "NAME", description = "Of the fixture; one by the time without it.")
        private @Nullable String name;

        @Option(
                names = "--out",
                paramLabel = "DIR",
                description = "An existing directory on the bridge's host, in which the fixture's is made;"
                        + " .bridge/recordings in the state directory without it.")
        private @Nullable Path out;

        @Option(
                names = "--rules",
                paramLabel = "FILE",
                description = "Further rules of redaction: {\"rules\": [{\"fields\": [\"note*\"], \"as\": \"text\"}]}.")
        private @Nullable Path rules;

        Start(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            ObjectNode request = Json.object();
            if (name != null) {
                request.put("name", name);
            }
            if (out != null) {
                request.put("directory", out.toAbsolutePath().normalize().toString());
            }
            if (rules != null) {
                request.set("rules", rules(rules));
            }
            try (BridgeClient bridge = session.options().client()) {
                Answer recording = bridge.startRecording(request);
                if (session.options().isJson()) {
                    session.terminal().document(recording.body());
                } else {
                    session.terminal()
                            .line(Terminal.oneLine("recording '"
                                    + recording.json().path("id").asText() + "' into "
                                    + recording.json().path("directory").asText()
                                    + "; end it with 'poppo-bridge record stop'"));
                }
                return ExitCode.DONE;
            }
        }
    }

    /** Ends a recording in a running bridge. */
    @Command(name = "stop", description = "End a recording; all of it is on the disk then.")
    static final class Stop implements Callable<Integer> {
        private final Session session;

        @Parameters(arity = "0..1", paramLabel = "NAME", description = "The newest without it.")
        private @Nullable String name;

        Stop(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            try (BridgeClient bridge = session.options().client()) {
                Answer recording = bridge.stopRecording(name == null ? newest(bridge) : name);
                return tell(session, recording);
            }
        }

        private static String newest(BridgeClient bridge) {
            JsonNode all = bridge.recordings().json();
            if (all.isEmpty()) {
                throw CommandFailure.usage(
                        "nothing was recorded on " + bridge.place() + "; begin with 'poppo-bridge record start'");
            }
            return all.get(all.size() - 1).path("id").asText();
        }
    }

    /** Says how a recording ended, and returns the exit code. */
    private static int tell(Session session, Answer recording) {
        JsonNode json = recording.json();
        boolean isWhole = json.path("state").asText().equals("done");
        if (session.options().isJson()) {
            session.terminal().document(recording.body());
            return isWhole ? ExitCode.DONE : ExitCode.INCONSISTENT;
        }
        String what = "'" + json.path("id").asText() + "', " + Figures.count(json, "calls") + " calls in "
                + json.path("directory").asText();
        if (!isWhole) {
            session.terminal()
                    .error(Terminal.oneLine("the recording " + what + " ended before it was stopped: "
                            + json.path("error").asText()));
            return ExitCode.INCONSISTENT;
        }
        session.terminal().line(Terminal.oneLine("recorded " + what));
        json.path("notes").forEach(note -> session.terminal().line(Terminal.oneLine("note: " + note.asText())));
        return ExitCode.DONE;
    }

    /** Records from outside what legacy processes do. */
    @Command(
            name = "watch",
            description = "Record from outside what legacy processes do to a state directory, until Ctrl-C. The"
                    + " directory is only read.")
    static final class Watch implements Callable<Integer> {
        private static final Duration TIMER = Duration.ofMillis(50);

        private final Session session;

        @Parameters(paramLabel = "DIR", description = "The state directory.")
        private Path directory = Path.of("");

        @Option(names = "--name", paramLabel = "NAME", description = "Of the fixture; one by the time without it.")
        private @Nullable String name;

        @Option(
                names = "--out",
                paramLabel = "DIR",
                defaultValue = ".",
                description = "An existing directory, in which the fixture's is made; by default this one.")
        private Path out = Path.of(".");

        @Option(names = "--rules", paramLabel = "FILE", description = "Further rules of redaction, as for 'start'.")
        private @Nullable Path rules;

        Watch(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (!Files.isDirectory(directory)) {
                throw CommandFailure.usage("there is no directory " + directory + "; name the state directory");
            }
            CountDownLatch end = new CountDownLatch(1);
            session.interrupts().stopBy(end::countDown);
            Recorder.Wanted wanted = new Recorder.Wanted(
                    name,
                    out.toAbsolutePath().normalize(),
                    rules == null ? Redaction.standard() : Redaction.of(rules(rules)));
            RecordingSite site =
                    RecordingSite.of(directory, directory, OpenProject::openForRecording, Clock.systemUTC());
            try (Watcher watcher = new Watcher(directory, wanted, site)) {
                session.tell("watching " + directory + "; Ctrl-C ends it");
                while (watcher.isRunning() && !end.await(TIMER.toMillis(), TimeUnit.MILLISECONDS)) {
                    watcher.look();
                }
                watcher.look();
                Recording recording = watcher.stop();
                return tell(session, new Answer(Json.compact(recording.toJson()), recording.toJson()));
            }
        }
    }
}
