package poppo.bridge.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/** What is recorded can be replayed, tells nothing, and costs the workers nothing but its stated bounds. */
class RecorderTest {
    private static final String TOKEN = "ghp_" + "a1B2".repeat(9);

    @TempDir
    Path directory;

    private final Stamp.Source stamps = new Stamp.Source(Clock.systemUTC());
    private Path state;
    private FileStateManager files;
    private SlowDisk disk;

    /** Whose writes wait, or fail, while it is told to. */
    static final class SlowDisk extends Disk {
        volatile CountDownLatch mayWrite = new CountDownLatch(0);
        volatile long free = Long.MAX_VALUE;

        @Override
        public Writable open(Path file, boolean durably) throws IOException {
            Writable real = super.open(file, durably);
            return new Writable() {
                @Override
                public void write(long at, byte[] bytes) throws IOException {
                    try {
                        mayWrite.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    real.write(at, bytes);
                }

                @Override
                public void sync() throws IOException {
                    real.sync();
                }

                @Override
                public void close() throws IOException {
                    real.close();
                }
            };
        }

        @Override
        public long usableSpace(Path place) {
            return free;
        }
    }

    @BeforeEach
    void open() throws IOException {
        state = Files.createDirectory(directory.resolve("state"));
        files = FileStateManager.open(FileOptions.of(state).withoutSchedule());
        disk = new SlowDisk();
    }

    @AfterEach
    void close() {
        disk.mayWrite.countDown();
        files.close();
    }

    private Recorder recorder(int queue) {
        return new Recorder(
                files,
                new RecordingSite(
                        state,
                        directory.resolve("recordings"),
                        place -> FileStateManager.open(FileOptions.of(place).withoutSchedule()),
                        Clock.systemUTC(),
                        disk,
                        queue,
                        1 << 20,
                        Duration.ZERO));
    }

    private static Recorder.Wanted wanted(String name) {
        return new Recorder.Wanted(name, null, Redaction.standard());
    }

    private void run(Recorder recorder, Operation operation) {
        recorder.execute(operation, stamps.next());
    }

    private static Operation checkout(long issue, String process) {
        return new Operation.Checkout(issue, process, 1L, "t", null);
    }

    private static Operation done(long issue, String process) {
        ObjectNode result = Json.object().put("title", "Fix it 語").put("login", "ada");
        return new Operation.Checkin(issue, process, "completed", result);
    }

    /** What a worker does, over and over, on issues that others want too. */
    private void work(Recorder recorder, int worker, int rounds) {
        SplittableRandom random = new SplittableRandom(worker);
        String process = "worker-" + worker;
        for (int round = 0; round < rounds; round++) {
            long issue = 1 + random.nextInt(5);
            run(recorder, checkout(issue, process));
            recorder.read(RecordKey.issue(issue));
            recorder.heartbeat(process, stamps.next());
            run(recorder, new Operation.AppendPendingTask(Json.object().put("body", "task of " + worker)));
            run(recorder, new Operation.AddProcessedComment(issue, "IC_" + worker + "_" + round));
            run(recorder, new Operation.AddProcessedIssue(issue));
            run(
                    recorder,
                    new Operation.PutRunningTask("task-" + worker, Json.object().put("title", "Ä" + round)));
            recorder.page(StateCollection.ISSUES, null, 100);
            recorder.processing();
            recorder.orphans(Instant.now());
            run(recorder, done(issue, process));
            run(recorder, new Operation.RemoveRunningTask("task-" + worker, null));
            run(recorder, new Operation.ResetIssue(1 + random.nextInt(5)));
        }
    }

    @RepeatedTest(3)
    void whatManyWorkersDidAtOnceReplaysIdenticallyOneAfterTheOther() throws Exception {
        Recorder recorder = recorder(100_000);
        work(recorder, 9, 3);
        Recording recording = recorder.start(wanted("busy"));
        List<Thread> workers = new ArrayList<>();
        for (int worker = 0; worker < 6; worker++) {
            int number = worker;
            Thread thread = new Thread(() -> work(recorder, number, 8), "thread-" + number);
            thread.start();
            workers.add(thread);
        }
        for (Thread worker : workers) {
            worker.join();
        }
        assertThat(recorder.stop("busy").orElseThrow().toJson().path("state").asText())
                .as(recording.toJson().toString())
                .isEqualTo("done");
        work(recorder, 9, 1);

        Fixture fixture = FixtureReader.read(recording.directory());
        assertThat(fixture.calls()).hasSizeGreaterThan(6 * 8 * 13);
        assertThat(fixture.notes()).isEmpty();
        for (int again = 0; again < 10; again++) {
            assertThat(PlainReplay.onFiles(fixture, directory.resolve("replay" + again)))
                    .isEmpty();
        }
    }

    @Test
    void nothingThatMustNotBeToldReachesTheDisk() throws Exception {
        Recorder recorder = recorder(1000);
        ObjectNode task = (ObjectNode) Json.parse("""
                {"id":"t1","issue":{"number":7,"title":"Geheim 1","body":"Geheim 2\\n語","author":{"login":"geheim3"}},
                 "password":"geheim4","labels":[{"name":"geheim5"}],"startTime":"2025-06-24T10:00:00.000Z"}""");
        run(recorder, new Operation.AppendPendingTask(task));
        Recording recording = recorder.start(wanted("redacted"));
        run(recorder, new Operation.AppendPendingTask(task));
        run(recorder, new Operation.SetPendingTasks((ArrayNode) Json.array().add(task)));
        run(recorder, new Operation.RegisterProcess("p1", Json.object().put("host", "geheim6")));
        recorder.read(RecordKey.PENDING_TASKS);
        recorder.page(StateCollection.PENDING_TASKS, null, 10);
        Files.writeString(state.resolve("last-run.json"), "{\"host\":\"geheim7\"}");
        recorder.noted(Json.parse("{\"event\":\"foreign-write\",\"details\":{\"file\":\"last-run.json\"}}"));
        recorder.stop("redacted");

        StringBuilder all = new StringBuilder();
        try (Stream<Path> written = Files.walk(recording.directory())) {
            for (Path file : written.filter(Files::isRegularFile).toList()) {
                all.append(Files.readString(file, StandardCharsets.UTF_8));
            }
        }
        assertThat(all.toString()).doesNotContainIgnoringCase("geheim");
        assertThat(all.toString()).contains("\"t1\"", "2025-06-24T10:00:00.000Z");
        Fixture fixture = FixtureReader.read(recording.directory());
        Operation.AppendPendingTask appended = (Operation.AppendPendingTask)
                ((Call.Execute) fixture.calls().get(0).call()).operation();
        ArrayNode set = ((Operation.SetPendingTasks)
                        ((Call.Execute) fixture.calls().get(1).call()).operation())
                .tasks();
        assertThat(set.get(0)).as("equal stays equal").isEqualTo(appended.task());
        assertThat(appended.task().at("/issue/body").asText())
                .isNotEqualTo(appended.task().at("/issue/title").asText())
                .contains("語");
        assertThat(appended.task().at("/issue/number").asInt()).isEqualTo(7);
    }

    @Test
    void whatLooksLikeASecretInSpiteOfTheRulesEndsTheRecordingAndIsNotWritten() throws Exception {
        Recorder recorder = recorder(1000);
        Recording recording = recorder.start(wanted("leak"));
        run(recorder, new Operation.AddProcessedIssue(1));
        run(recorder, new Operation.PutRunningTask("t", Json.object().put("note", "use " + TOKEN)));
        run(recorder, new Operation.AddProcessedIssue(2));

        ObjectNode end = recorder.stop("leak").orElseThrow().toJson();
        assertThat(end.path("state").asText()).isEqualTo("failed");
        assertThat(end.path("error").asText())
                .startsWith("operations.jsonl:3 /args/task/note looks like a secret (github-token)")
                .doesNotContain("ghp_");
        assertThat(FixtureReader.read(recording.directory()).calls()).hasSize(1);
        assertThat(recording.directory().resolve("operations.jsonl")).content().doesNotContain("ghp_");
    }

    @Test
    void aSecretInWhatTheProjectHoldsAlreadyRefusesTheRecording() {
        Recorder recorder = recorder(1000);
        run(recorder, new Operation.PutRunningTask("t", Json.object().put("note", TOKEN)));

        assertThatThrownBy(() -> recorder.start(wanted("leak")))
                .isInstanceOf(SecretFound.class)
                .hasMessageStartingWith("before/running-tasks/t:1 /note looks like a secret (github-token)");
        assertThat(directory.resolve("recordings/leak")).doesNotExist();

        Redaction stricter = Redaction.of(Json.parse("{\"rules\":[{\"fields\":[\"NOTE*\"],\"as\":\"token\"}]}"));
        recorder.start(new Recorder.Wanted("leak", null, stricter));
        assertThat(recorder.stop("leak").orElseThrow().toJson().path("state").asText())
                .isEqualTo("done");
    }

    @Test
    void aDiskThatIsTooSlowEndsTheRecordingAndHoldsUpNobody() throws Exception {
        Recorder recorder = recorder(10);
        Recording recording = recorder.start(wanted("slow"));
        disk.mayWrite = new CountDownLatch(1);
        for (int issue = 1; issue <= 30; issue++) {
            run(recorder, new Operation.AddProcessedIssue(issue));
        }
        disk.mayWrite.countDown();

        ObjectNode end = recorder.stop("slow").orElseThrow().toJson();
        assertThat(end.path("error").asText()).startsWith("the disk was too slow");
        Fixture fixture = FixtureReader.read(recording.directory());
        assertThat(fixture.calls()).hasSizeLessThan(30);
        assertThat(recording.directory().resolve("README.md")).content().contains("the disk was too slow");
        assertThat(files.count(StateCollection.PROCESSED_ISSUES)).isEqualTo(30);
    }

    @Test
    void aDiskThatIsAlmostFullEndsTheRecordingBeforeTheWorkersNeedTheRest() throws Exception {
        Recorder recorder = recorder(1000);
        recorder.start(wanted("full"));
        disk.free = 1000;
        run(recorder, new Operation.AddProcessedIssue(1));

        ObjectNode end = recorder.stop("full").orElseThrow().toJson();
        assertThat(end.path("state").asText()).isEqualTo("failed");
        assertThat(end.path("error").asText()).contains("only 0 MiB are free");
    }

    @Test
    void oneAtATimeAndEachNameOnce() {
        Recorder recorder = recorder(1000);
        recorder.start(wanted("one"));
        assertThatThrownBy(() -> recorder.start(wanted("two")))
                .isInstanceOf(BridgeException.Conflict.class)
                .hasMessage("the recording 'one' is running; stop it first");
        recorder.stop("one");
        assertThatThrownBy(() -> recorder.start(wanted("one")))
                .isInstanceOf(BridgeException.Conflict.class)
                .hasMessageContaining("choose another name");
        assertThat(recorder.stop("three")).isEmpty();
        assertThatThrownBy(() -> wanted("../x")).isInstanceOf(BridgeException.Invalid.class);
    }

    @Test
    void whatAKilledBridgeHasRecordedCanBeRead() throws Exception {
        Recorder recorder = recorder(1000);
        Recording recording = recorder.start(wanted("killed"));
        run(recorder, new Operation.AddProcessedIssue(1));
        run(recorder, new Operation.AddProcessedIssue(2));
        recorder.stop("killed");
        Path operations = recording.directory().resolve("operations.jsonl");
        String whole = Files.readString(operations);

        // As the kill leaves it: no end, and of the last line only what had been handed over.
        Content.copy(recording.directory().resolve("before"), directory.resolve("killed/before"));
        Files.writeString(
                directory.resolve("killed/operations.jsonl"), whole.substring(0, whole.indexOf("{\"n\":2") + 9));
        Fixture fixture = FixtureReader.read(directory.resolve("killed"));

        assertThat(fixture.calls()).hasSize(1);
        assertThat(fixture.notes()).hasSize(1);
    }

    @Test
    void rulesThatAReplayCouldNotStandAreRefused() {
        assertThatThrownBy(() -> Redaction.of(Json.parse("{\"rules\":[{\"fields\":[\"proc*\"],\"as\":\"text\"}]}")))
                .hasMessage("rules[0].fields: 'proc*' covers 'processId', which a replay needs as it is");
        assertThatThrownBy(() -> Redaction.of(Json.parse("{\"rules\":[{\"fields\":[\"x\"],\"as\":\"?\"}]}")))
                .hasMessage("rules[0].as: must be text, login, host or token");
        assertThatThrownBy(() -> Redaction.of(Json.parse("{}"))).hasMessageContaining("rules");
    }
}
