package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.state.Json;

/** What {@code replay} prints and answers with. */
class ReplayCommandTest {
    @TempDir
    Path directory;

    private Path operations;

    @BeforeEach
    void writeFixture() throws IOException {
        operations = directory.resolve("operations.jsonl");
        Files.createDirectory(directory.resolve("before"));
        Files.writeString(operations, """
                {"format":"poppo-bridge-fixture","version":0,"name":"by-hand","recordedAt":"2025-06-24T12:00:00Z"}
                {"request":{"op":"reset-issue","issue":7},"time":"2025-06-24T12:00:00Z","answer":{"decision":"unchanged","answer":null}}
                {"request":{"op":"processing"},"time":"2025-06-24T12:00:02Z","answer":{"numbers":[]}}
                """);
    }

    @Test
    void whatComesOutAsRecordedIsDone() {
        CommandRun.Outcome outcome = CommandRun.of("replay", directory.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(outcome.out()).startsWith("ok    by-hand").contains("note: it has no after/");
    }

    @Test
    void whatDiffersIsShownAndTheExitCodeSaysSo() throws IOException {
        Files.writeString(operations, Files.readString(operations).replace("[]", "[7]"));
        CommandRun.Outcome outcome =
                CommandRun.of("replay", directory.toString(), "--phase", "dual-write", "--concurrent");
        assertThat(outcome.exitCode()).isEqualTo(ExitCode.INCONSISTENT);
        assertThat(outcome.out())
                .startsWith("FAIL  by-hand")
                .contains(operations + ":3: operation 2, processing, in: phase dual-write, concurrent\n"
                        + "  expected: {\"numbers\":[7]}\n"
                        + "  actual:   {\"numbers\":[]}\n"
                        + "                        ^ column 13\n");
    }

    @Test
    void anUpdateShowsTheDifferenceAndIsThenAsExpected() throws IOException {
        Files.writeString(operations, Files.readString(operations).replace("[]", "[7]"));
        CommandRun.Outcome outcome = CommandRun.of("replay", directory.toString(), "--update");
        assertThat(outcome.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(outcome.out())
                .containsSubsequence("FAIL", "expected: {\"numbers\":[7]}", "updated", "ok    by-hand");
        assertThat(Files.readString(operations)).contains("\"version\":1").contains("{\"numbers\":[]}");
        assertThat(directory.resolve("after-redis.jsonl")).exists();
        assertThat(CommandRun.of("replay", directory.toString()).out()).doesNotContain("note:");
    }

    @Test
    void reportsComeInTheFormsThatAreAskedFor() throws IOException {
        String fixture = directory.toString();
        CommandRun.Outcome json = CommandRun.of("replay", fixture, "--phase", "file", "--json");
        assertThat(Json.parse(json.out()).path("same").booleanValue()).isTrue();
        CommandRun.Outcome junit = CommandRun.of("replay", fixture, "--phase", "file", "--format", "junit");
        assertThat(junit.out()).startsWith("<?xml").contains("<testcase name=\"phase file\"");
        Path page = directory.resolve("report.html");
        CommandRun.Outcome html =
                CommandRun.of("replay", fixture, "--phase", "file", "--format", "html", "--out", page.toString());
        assertThat(html.out()).startsWith("ok ");
        assertThat(page).content().startsWith("<!doctype html>").contains("All as recorded");
    }

    @Test
    void whatCannotBeReadIsNamedAndNothingIsDone() throws IOException {
        Files.writeString(operations, Files.readString(operations).replace("\"issue\":7", "\"issue\":0"));
        CommandRun.Outcome outcome = CommandRun.of("replay", directory.toString());
        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err())
                .isEqualTo("poppo-bridge: " + operations
                        + ":2: args.issue: must be a whole number from 1 to 9007199254740991\n");
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void aRedisThatIsNotThereIsOutOfReach() {
        CommandRun.Outcome outcome =
                CommandRun.of("replay", directory.toString(), "--redis-uri", "redis://127.0.0.1:1");
        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OUT_OF_REACH);
        assertThat(outcome.err()).contains("127.0.0.1:1");
    }

    @Test
    void optionsThatDontFitAreRefused() {
        CommandRun.Outcome outcome =
                CommandRun.of("replay", directory.toString(), "--faults", "f.json", "--redis-uri", "redis://h:1");
        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(CommandRun.of("replay", directory.toString(), "--speed", "0").err())
                .contains("must be 'recorded', 'flat-out' or a number above 0");
        assertThat(CommandRun.of("replay").exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
