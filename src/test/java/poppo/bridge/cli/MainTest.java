package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import poppo.bridge.state.BridgeException;

final class MainTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "statsu | unknown command 'statsu'; did you mean 'status'? See 'poppo-bridge --help'",
                "pahse | unknown command 'pahse'; did you mean 'phase'? See 'poppo-bridge --help'",
                "quit | unknown command 'quit'; see 'poppo-bridge --help'",
                "phase stow"
                        + " | unknown command 'stow' of 'poppo-bridge phase'; did you mean 'show'? See 'poppo-bridge phase --help'",
                "phase | missing required subcommand; see 'poppo-bridge phase --help'",
                "status --jsn"
                        + " | unknown option '--jsn' of 'poppo-bridge status'; did you mean '--json'? See 'poppo-bridge status"
                        + " --help'",
                "phase set | missing required parameter: '<phase>'; see 'poppo-bridge phase set --help'",
                "phase set file more"
                        + " | unknown argument 'more' of 'poppo-bridge phase set'; see 'poppo-bridge phase set --help'",
                "diff --repair x"
                        + " | invalid value for option '--repair': 'x' is none of none, file, redis, authority; see 'poppo-bridge"
                        + " diff --help'",
                "diff --format pdf"
                        + " | invalid value for option '--format': 'pdf' is none of text, json, markdown, html, junit; see"
                        + " 'poppo-bridge diff --help'",
                "status --url ftp://x | --url 'ftp://x' is no address of a bridge; give one like http://127.0.0.1:7379",
                "diff --state-dir x | --state-dir goes with --offline only; a running bridge has its own, see --url",
                "status --token-file /nowhere"
                        + " | --token-file /nowhere can't be read (NoSuchFileException); check its name and your right to read it"
            })
    void aMistakeIsOneLineWithAHint(String args, String said) {
        CommandRun.Outcome outcome = CommandRun.of(args.split(" "));
        assertThat(outcome.err()).isEqualTo("poppo-bridge: " + said + "\n");
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "doctor", "phase show", "phase set", "backfill", "diff", "rollback"})
    void everyCommandTakesTheGlobalOptions(String command) {
        CommandRun.Outcome outcome = CommandRun.of((command + " --help").split(" "));
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("--json", "--url", "--project", "--token-file", "--help", "--version", "Exit codes:")
                .doesNotContain("\u001b");
        assertThat(CommandRun.of((command + " --version").split(" ")).out()).startsWith("poppo-bridge ");
    }

    @Test
    void withoutACommandItSaysWhatThereIs() {
        CommandRun.Outcome outcome = CommandRun.of();
        assertThat(outcome.out()).contains("status", "doctor", "phase", "backfill", "diff", "rollback");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void theKindOfAnErrorDecidesTheExitCode() {
        assertThat(Failures.exitCode(new BridgeException.Invalid("a", "b"))).isEqualTo(2);
        assertThat(Failures.exitCode(new BridgeException.Corrupt("a"))).isEqualTo(2);
        assertThat(Failures.exitCode(new BridgeException.IllegalPhase("a"))).isEqualTo(2);
        assertThat(Failures.exitCode(new BridgeException.Conflict("a", "b"))).isEqualTo(1);
        assertThat(Failures.exitCode(new BridgeException.Unavailable("a"))).isEqualTo(3);
        assertThat(Failures.exitCode(new BridgeException.UnknownOutcome("a", null)))
                .isEqualTo(3);
    }

    @Test
    void aBugIsOneLineAndItsStackTraceComesOnRequest() {
        assertThat(bug(Map.of()))
                .isEqualTo(
                        "poppo-bridge: unexpected java.lang.IllegalStateException: two lines: this is a bug in"
                                + " poppo-bridge; run the command again with POPPO_DEBUG=1 for the stack trace, and report it\n");
        assertThat(bug(Map.of("POPPO_DEBUG", "1"))).contains("\tat " + MainTest.class.getName());
    }

    private static String bug(Map<String, String> environment) {
        java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
        Terminal terminal = Terminal.of(
                new java.io.PrintStream(new java.io.ByteArrayOutputStream()),
                new java.io.PrintStream(err),
                environment,
                0);
        CommandLine command = new CommandLine(CommandLine.Model.CommandSpec.create());
        int exitCode = new Failures(terminal, new GlobalOptions())
                .handleExecutionException(new IllegalStateException("two\nlines"), command, null);
        assertThat(exitCode).isEqualTo(1);
        return err.toString(java.nio.charset.StandardCharsets.UTF_8);
    }
}
