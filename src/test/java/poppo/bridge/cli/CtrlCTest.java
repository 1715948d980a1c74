package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ctrl-C for real: a process of its own, and a signal. */
@Timeout(60)
final class CtrlCTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final StubBridge bridge = new StubBridge();
    private @Nullable Process started;

    @AfterEach
    void stop() {
        bridge.close();
        if (started != null) {
            started.destroyForcibly();
        }
    }

    private Process start(String... args) throws IOException {
        ProcessBuilder command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
        command.command().addAll(java.util.List.of(args));
        started = command.start();
        return started;
    }

    private static void interrupt(Process process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    }

    private void awaitCall(String call) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!bridge.calls().contains(call)) {
            assertThat(System.nanoTime())
                    .as(
                            "no '%s' came; if these tests were started in the background of a shell, SIGINT is ignored",
                            call)
                    .isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
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
