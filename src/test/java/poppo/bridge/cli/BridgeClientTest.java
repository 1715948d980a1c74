package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong between the command and the bridge, and what the operator is told. */
final class BridgeClientTest {
    private final StubBridge bridge = new StubBridge();

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        bridge.close();
    }

    private CommandRun.Outcome status(String... more) {
        String[] all = java.util.Arrays.copyOf(more, more.length + 3);
        all[more.length] = "status";
        all[more.length + 1] = "--url";
        all[more.length + 2] = bridge.url();
        return CommandRun.of(all);
    }

    @Test
    void aRefusedConnectionSaysHowToStartABridge() {
        bridge.close();
        CommandRun.Outcome outcome = status();
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err())
                .isEqualTo(
                        "poppo-bridge: no bridge can be reached at " + bridge.url()
                                + ": the connection is refused; start one with 'poppo-bridge serve', or name another with --url\n");
        assertThat(outcome.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid-request, 2",
        "401, unauthorized, 2",
        "403, forbidden, 2",
        "404, not-found, 2",
        "409, gate-failed, 1",
        "413, too-large, 2",
        "500, internal-error, 3",
        "503, unavailable, 3"
    })
    void theStatusDecidesTheExitCode(int status, String code, int exitCode) {
        bridge.refuses("GET", status, code, "so it\\nis", "");
        CommandRun.Outcome outcome = status();
        assertThat(outcome.exitCode()).isEqualTo(exitCode);
        assertThat(outcome.err())
                .startsWith("poppo-bridge: the bridge at " + bridge.url() + " refused (" + code + "): so it is")
                .hasLineCount(1);
    }

    @Test
    void aMissingTokenIsAskedFor() {
        bridge.refuses("GET", 401, "unauthorized", "A token is needed", "");
        assertThat(status().err()).contains("pass --token-file");
    }

    @Test
    void theTokenIsSentAndTheProjectIsAPathSegment() throws IOException {
        bridge.on("GET", 200, StatusCommandTest.CALM);
        Path token = Files.writeString(directory.resolve("token"), "secret-secret-secret\n");
        status("--token-file", token.toString(), "--project", "a b/c");
        assertThat(bridge.authorization()).isEqualTo("Bearer secret-secret-secret");
        assertThat(bridge.calls()).containsExactly("GET /v1/projects/a%20b%2Fc/migration");
    }

    @Test
    void aTokenFileWithoutATokenIsRefusedAndItsContentNotShown() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "two words\n");
        CommandRun.Outcome outcome = status("--token-file", token.toString());
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains(token.toString()).doesNotContain("two words");
        assertThat(bridge.calls()).isEmpty();
    }

    @Test
    void anUnavailableBridgeSaysWhenToTryAgain() {
        bridge.on(
                "GET",
                503,
                "{\"title\":\"Not possible\",\"status\":503,\"detail\":\"no store\",\"code\":\"unavailable\"}",
                Map.of("Retry-After", "2"));
        assertThat(status().err()).endsWith("refused (unavailable): no store; try again in 2 s\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "", "{\"phase\":", "7"})
    void anAnswerThatIsNoneOfABridgeIsNamed(String body) {
        bridge.on("GET", 200, body);
        CommandRun.Outcome outcome = status();
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err())
                .hasLineCount(1)
                .contains("can't be understood")
                .contains("is it a poppo-bridge");
    }

    @Test
    void anotherServersErrorPageIsNoProblemOfABridge() {
        bridge.on("GET", 502, "<html>Bad gateway</html>");
        CommandRun.Outcome outcome = status();
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).contains("(HTTP 502) can't be understood");
    }
}
