package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ctrl-C for real: a process of its own, and a signal. */
@Timeout(60)
final class CtrlCTest {
    private final StubBridge bridge = new StubBridge();

    @AfterEach
    void stop() {
        bridge.close();
    }

    private Process start(String... args) throws IOException {
        ProcessBuilder command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
        command.command().addAll(java.util.List.of(args));
        return command.start();
    }

    private static void interrupt(Process process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    }

    private void awaitCall(String call) {
        while (!bridge.calls().contains(call)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void itCancelsTheJobAndExitsWith130() throws Exception {
        bridge.on("POST /backfill", 202, BackfillCommandTest.job("backfill", "running", 0, ""));
        bridge.on("GET /jobs/job-1", 200, BackfillCommandTest.job("backfill", "running", 5, ""));
        bridge.on("DELETE /jobs/job-1", 204, "");
        Process process = start("backfill", "--url", bridge.url());
        awaitCall("GET /v1/projects/default/migration/jobs/job-1");
        interrupt(process);
        awaitCall("DELETE /v1/projects/default/migration/jobs/job-1");
        bridge.on("GET /jobs/job-1", 200, BackfillCommandTest.job("backfill", "cancelled", 7, ""));
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "poppo-bridge: the backfill was cancelled after 7 of 10,000 records; what it did by then stays,"
                                + " and it can be run again\n");
    }

    @Test
    void itEndsAWatch() throws Exception {
        bridge.on("GET", 200, StatusCommandTest.CALM);
        Process process = start("status", "--watch", "--url", bridge.url());
        awaitCall("GET /v1/projects/default/migration");
        interrupt(process);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(130);
    }
}
