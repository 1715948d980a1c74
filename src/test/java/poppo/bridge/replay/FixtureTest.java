package poppo.bridge.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.Before;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.KebabCase;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/** The form of a fixture: what is written is read, and what can't be read is said where. */
class FixtureTest {
    private static final Instant NOON = Instant.parse("2025-06-24T12:00:00.123Z");
    private static final Header HEADER = new Header("test", NOON, "a test");
    private static final ObjectNode AWKWARD = (ObjectNode) Json.parse(
            "{\"7\":1.50,\"a\":null,\"big\":123456789012345678901234567890,\"t\":\"\\ud83d\\u2028😀\",\"e\":{}}");

    @TempDir
    Path directory;

    @BeforeEach
    void makeDirectory() throws IOException {
        Files.createDirectory(directory.resolve("before"));
    }

    /** One of each, with what is awkward in it. */
    static List<Call> calls() {
        Operation checkin = new Operation.Checkin(7, "w/1", "done", Json.nullValue());
        Before before = Before.of(RecordKey.issue(7), AWKWARD);
        return List.of(
                new Call.Execute(new Operation.Checkout(7, "w 1", null, null, null)),
                new Call.Execute(new Operation.Checkout(Long.MAX_VALUE >> 10, "w😀", 12L, "type", AWKWARD)),
                new Call.Execute(checkin),
                new Call.Execute(new Operation.Checkin(7, "w", "done", null)),
                new Call.Execute(
                        new Operation.UpdateStatus(7, Json.copy(AWKWARD).put("status", "x"))),
                new Call.Execute(new Operation.ResetIssue(7)),
                new Call.Execute(new Operation.Heartbeat(7, null)),
                new Call.Execute(new Operation.Heartbeat(7, "w")),
                new Call.Execute(new Operation.ReleaseOrphan(7)),
                new Call.Execute(new Operation.RegisterProcess("w", AWKWARD)),
                new Call.Execute(new Operation.RenewProcess("w")),
                new Call.Execute(new Operation.AddProcessedIssue(7)),
                new Call.Execute(new Operation.RemoveProcessedIssue(7)),
                new Call.Execute(new Operation.AddProcessedComment(7, "IC_1")),
                new Call.Execute(new Operation.PutRunningTask("t", AWKWARD)),
                new Call.Execute(new Operation.RemoveRunningTask("t", NOON.plusNanos(1))),
                new Call.Execute(new Operation.SetPendingTasks((ArrayNode) Json.parse("[1,null,{}]"))),
                new Call.Execute(new Operation.AppendPendingTask(Json.nullValue())),
                new Call.Execute(new Operation.SetLastRun(AWKWARD)),
                new Call.Execute(new Operation.Retry(checkin, before, List.of(new Stamp(NOON, 1, "n")))),
                new Call.Execute(new Operation.Witnessed(checkin, "w")),
                new Call.Read(RecordKey.process("a/b")),
                new Call.ReadAll(List.of(RecordKey.LAST_RUN, RecordKey.issue(7))),
                new Call.Page(StateCollection.RUNNING_TASKS, null, 10),
                new Call.Page(StateCollection.ISSUES, "7", 10),
                new Call.Count(StateCollection.ISSUES),
                new Call.Processing(),
                new Call.HeldBy("w"),
                new Call.LastSeen("w", NOON),
                new Call.Orphans(NOON),
                new Call.ForeignWrite("last-run.json", "{\n}"),
                new Call.ForeignWrite("last-run.json", null),
                new Call.ChangePhase("redis-read", 50, 0));
    }

    private static Recorded recorded(long number, Call call) {
        Stamp stamp = call instanceof Call.Execute ? new Stamp(NOON, 17, "x") : null;
        return new Recorded(number, 5 * number, 3, "w1", call, stamp, AWKWARD, "file");
    }

    @Test
    void everyCallComesBackAsItWasRecorded() {
        List<Recorded> all = Stream.iterate(0, i -> i + 1)
                .limit(calls().size())
                .map(i -> recorded(i + 1, calls().get(i)))
                .toList();
        try (FixtureWriter writer = FixtureWriter.begin(new Disk(), directory, HEADER)) {
            all.forEach(writer::add);
        }
        Fixture read = FixtureReader.read(directory);
        assertThat(read.header()).isEqualTo(HEADER);
        assertThat(read.calls()).isEqualTo(all);
        assertThat(read.lines()).startsWith(2, 3).hasSameSizeAs(all);
        assertThat(read.notes()).isEmpty();
    }

    /** An operation or call that is new is missed here. */
    @Test
    void everyKindOfCallIsCovered() {
        TreeSet<String> known = new TreeSet<>();
        names(Operation.class, known);
        names(Call.class, known);
        known.remove("execute");
        assertThat(calls().stream().map(Call::name)).containsAll(known);
        assertThat(known).hasSizeGreaterThan(20);
    }

    private static void names(Class<?> type, TreeSet<String> into) {
        if (type.isSealed()) {
            Arrays.stream(type.getPermittedSubclasses()).forEach(each -> names(each, into));
        } else {
            into.add(KebabCase.name(type));
        }
    }

    @Test
    void aTornLastLineIsLeftOutAndNoted() throws IOException {
        try (FixtureWriter writer = FixtureWriter.begin(new Disk(), directory, HEADER)) {
            writer.add(recorded(1, new Call.Processing()));
            writer.add(recorded(2, new Call.Processing()));
        }
        Path file = directory.resolve("operations.jsonl");
        byte[] whole = Files.readAllBytes(file);
        int secondCall = new String(whole, StandardCharsets.UTF_8).indexOf("{\"n\":2");
        int bytesBefore = new String(whole, StandardCharsets.UTF_8)
                .substring(0, secondCall)
                .getBytes(StandardCharsets.UTF_8)
                .length;
        for (int length = bytesBefore + 1; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            Fixture read = FixtureReader.read(directory);
            assertThat(read.calls()).as("cut to %d bytes", length).hasSize(1);
            assertThat(read.notes()).hasSize(1).first().asString().contains("torn");
        }
    }

    @Test
    void aDirectoryAloneIsAFixtureInWhichNothingHappened() {
        Fixture read = FixtureReader.read(directory);
        assertThat(read.calls()).isEmpty();
        assertThat(read.name()).isEqualTo(directory.getFileName().toString());
    }

    @Test
    void whatIsNoFixtureIsSaid() {
        assertThatThrownBy(() -> FixtureReader.read(directory.resolve("before")))
                .isInstanceOf(FixtureFault.class)
                .hasMessage(directory.resolve("before")
                        + ": is no fixture: there is neither 'before' nor 'operations.jsonl' in it");
    }

    @Test
    void operationsThatAreThereAreNotOverwritten() throws IOException {
        Files.writeString(directory.resolve("operations.jsonl"), "mine");
        assertThatThrownBy(() -> FixtureWriter.begin(new Disk(), directory, HEADER))
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessageContaining("exists");
        assertThat(directory.resolve("operations.jsonl")).hasContent("mine");
    }

    @Test
    void version0IsMigrated() throws IOException {
        Files.writeString(directory.resolve("operations.jsonl"), """
                {"format":"poppo-bridge-fixture","version":0,"name":"old","recordedAt":"2025-06-24T12:00:00Z"}
                {"request":{"op":"checkout","issue":7,"processId":"w"},"time":"2025-06-24T12:00:01Z","answer":{"decision":"x"}}
                {"request":{"op":"processing"},"time":"2025-06-24T12:00:02Z","answer":{"numbers":[7]}}
                """);
        Fixture read = FixtureReader.read(directory);
        Instant one = Instant.parse("2025-06-24T12:00:01Z");
        assertThat(read.header())
                .isEqualTo(new Header("old", Instant.parse("2025-06-24T12:00:00Z"), "written by hand"));
        assertThat(read.calls())
                .containsExactly(
                        new Recorded(
                                1,
                                1_000_000,
                                0,
                                "by-hand",
                                new Call.Execute(new Operation.Checkout(7, "w", null, null, null)),
                                new Stamp(one, one.toEpochMilli() * 1000 + 1, "1"),
                                Json.object().put("decision", "x"),
                                null),
                        new Recorded(
                                2,
                                2_000_000,
                                0,
                                "by-hand",
                                new Call.Processing(),
                                null,
                                (ObjectNode) Json.parse("{\"numbers\":[7]}"),
                                null));
    }

    /** In the second line: what is replaced by what, and what is said of it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "n":1           | "n":2             | n: is 2, but 1 comes here
            "n":1           | "n":"1"           | n: must be a whole number from 0
            "begun":5,      |                   | begun: is missing
            "took":3        | "took":-3         | took: must be a whole number from 0
            "op":"checkout" | "op":"check"      | op: 'check' is no call that this bridge knows
            "op":"checkout" | "op":"execute"    | op: 'execute' is no call that this bridge knows
            "issue":7       | "issue":"7"       | args.issue: must be a whole number
            "issue":7       | "issue":0         | args.issue: must be a whole number from 1 to 9007199254740991
            "issue":7,      |                   | args.issue: is missing
            "pid":12        | "pit":12          | args.pit: is not known here; known are [issue, processId, pid, taskType, metadata]
            "metadata":{}   | "metadata":[]     | args.metadata: must be an object
            "now":"2025     | "now":"x2025      | stamp.now: must be a time like 2025-06-24T09:00:00.000Z, but is 'x2025-06-24T12:00:00.123Z'
            "answer":{}     | "answer":[]       | answer: must be an object
            ,"answer":{}    |                   | answer: is missing
            "served"        | "sirved"          | sirved: is not known here
            {"n":1          | ["n":1            | is no JSON (column 5): Unexpected character (':' (code 58)): was expecting comma to separate Array entries
            """)
    void aWrongLineIsNamedWithItsField(String right, String wrong, String said) throws IOException {
        Path file = directory.resolve("operations.jsonl");
        Call call = new Call.Execute(new Operation.Checkout(7, "w", 12L, null, Json.object()));
        try (FixtureWriter writer = FixtureWriter.begin(new Disk(), directory, HEADER)) {
            writer.add(new Recorded(1, 5, 3, "w1", call, new Stamp(NOON, 17, "x"), Json.object(), "file"));
        }
        String text = Files.readString(file);
        assertThat(text).contains(right);
        Files.writeString(file, text.replace(right, wrong == null ? "" : wrong));
        assertThatThrownBy(() -> FixtureReader.read(directory))
                .isInstanceOf(FixtureFault.class)
                .hasMessage(file + ":2: " + said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "version":1               | "version":9        | version: is 9, but this bridge reads up to 1; use a newer bridge
            "version":1               | "version":"1"      | version: must be a whole number from 0
            "poppo-bridge-fixture"    | "x"                | format: must be "poppo-bridge-fixture"; this is no fixture's header
            "origin"                  | "orig"             | orig: is not known here; known are [name, recordedAt, origin]
            ,"origin":"a test"        |                    | origin: is missing
            """)
    void aWrongHeaderIsNamedWithItsField(String right, String wrong, String said) throws IOException {
        Path file = directory.resolve("operations.jsonl");
        FixtureWriter.begin(new Disk(), directory, HEADER).close();
        Files.writeString(file, Files.readString(file).replace(right, wrong == null ? "" : wrong));
        assertThatThrownBy(() -> FixtureReader.read(directory))
                .isInstanceOf(FixtureFault.class)
                .hasMessage(file + ":1: " + said);
    }
}
