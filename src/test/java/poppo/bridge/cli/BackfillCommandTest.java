package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BackfillCommandTest {
    private final StubBridge bridge = new StubBridge();

    @AfterEach
    void stop() {
        bridge.close();
    }

    static String job(String kind, String state, long done, String more) {
        return "{\"id\":\"job-1\",\"kind\":\"" + kind + "\",\"state\":\"" + state + "\",\"done\":" + done
                + ",\"total\":10000,\"ratePerSecond\":1250,\"etaSeconds\":65" + more + "}";
    }

    private static String job(String state, long done) {
        return job("backfill", state, done, "");
    }

    private static String done(long left) {
        return job("backfill", "done", 10000, ",\"result\":{\"compared\":10000,\"copied\":9000,\"left\":" + left + "}");
    }

    @Test
    void inAPipeATenthIsALine() {
        bridge.on("POST /backfill", 202, job("running", 0));
        for (int done = 0; done <= 9750; done += 125) {
            bridge.on("GET /jobs/job-1", 200, job("running", done));
        }
        bridge.on("GET /jobs/job-1", 200, done(0));
        CommandRun.Outcome outcome = CommandRun.of("backfill", "--url", bridge.url());
        assertThat(outcome.out().lines())
                .hasSize(10)
                .startsWith("backfill  10 %  1,000 of 10,000  1,250/s  1 min 5 s left")
                .endsWith("Backfill complete: 10,000 records compared, 9,000 copied.");
        assertThat(outcome.out()).doesNotContain("\r").doesNotContain("\u001b");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void inAPipeASlowJobIsHeardOfEachHalfMinute() {
        bridge.on("POST /backfill", 202, job("running", 0));
        for (int poll = 0; poll < 300; poll++) {
            bridge.on("GET /jobs/job-1", 200, job("running", 10));
        }
        bridge.on("GET /jobs/job-1", 200, done(0));
        assertThat(CommandRun.of("backfill", "--url", bridge.url()).out().lines())
                .hasSize(3);
    }

    @Test
    void onATerminalABarIsRedrawn() {
        bridge.on("POST /backfill", 202, job("running", 5000));
        bridge.on("GET /jobs/job-1", 200, done(0));
        CommandRun.Outcome outcome =
                new CommandRun().onTerminal(100).with(Map.of("NO_COLOR", "1")).run("backfill", "--url", bridge.url());
        assertThat(outcome.out())
                .startsWith(
                        "\r[###############---------------] backfill  50 %  5,000 of 10,000  1,250/s  1 min 5 s left"
                                + "\u001b[K\r")
                .endsWith("\r\u001b[KBackfill complete: 10,000 records compared, 9,000 copied.\n");
    }

    @Test
    void jsonIsTheJobAtItsEndAndNothingElse() {
        bridge.on("POST /backfill", 202, job("running", 0)).on("GET /jobs/job-1", 200, done(0));
        assertThat(CommandRun.of("backfill", "--json", "--url", bridge.url()).out())
                .isEqualTo(done(0) + "\n");
    }

    @Test
    void recordsLeftOverAreNotComplete() {
        bridge.on("POST /backfill", 202, done(3));
        CommandRun.Outcome outcome = CommandRun.of("backfill", "--url", bridge.url());
        assertThat(outcome.out())
                .isEqualTo(
                        "Backfill not complete: 10,000 records compared, 9,000 copied, 3 kept changing or could not be"
                                + " copied; run it again.\n");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    @Test
    void anAnswerWithoutBodyNamesItsJobByLocation() {
        bridge.on("POST /backfill", 202, "", Map.of("Location", "/v1/projects/default/migration/jobs/job-1"));
        bridge.on("GET /jobs/job-1", 200, done(0));
        assertThat(CommandRun.of("backfill", "--url", bridge.url()).exitCode()).isZero();
    }

    @Test
    void aFailedJobSaysWhy() {
        bridge.on("POST /backfill", 202, job("running", 0));
        bridge.on("GET /jobs/job-1", 200, job("backfill", "failed", 100, ",\"error\":\"Redis does not answer\""));
        CommandRun.Outcome outcome = CommandRun.of("backfill", "--url", bridge.url());
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err())
                .isEqualTo(
                        "poppo-bridge: the backfill failed after 100 records: Redis does not answer; see 'poppo-bridge"
                                + " doctor', then run it again\n");
    }

    @Test
    void anotherJobUnderWayIsAConflict() {
        bridge.refuses("POST /backfill", 409, "job-running", "job diff-1 is running; wait for it or cancel it", "");
        CommandRun.Outcome outcome = CommandRun.of("backfill", "--url", bridge.url());
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("(job-running): job diff-1 is running");
    }

    @Test
    void anInterruptCancelsTheJob() {
        bridge.on("POST /backfill", 202, job("running", 0));
        bridge.on("GET /jobs/job-1", 200, job("running", 2500));
        bridge.on("DELETE /jobs/job-1", 204, "");
        CommandRun run = new CommandRun();
        CommandRun.Outcome outcome = run.onPause(count -> {
                    if (count == 2) {
                        Thread hook = new Thread(run.interrupts()::interrupt);
                        hook.setDaemon(true);
                        hook.start();
                        awaitCall("DELETE /v1/projects/default/migration/jobs/job-1");
                        bridge.on("GET /jobs/job-1", 200, job("cancelled", 2600));
                    }
                })
                .run("backfill", "--url", bridge.url());
        assertThat(outcome.exitCode()).isEqualTo(130);
        assertThat(outcome.err())
                .isEqualTo("poppo-bridge: the backfill was cancelled after 2,600 of 10,000 records; what it did by then"
                        + " stays, and it can be run again\n");
    }

    private void awaitCall(String call) {
        while (!bridge.calls().contains(call)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aJobThatSomebodyElseCancelsIsNoInterrupt() {
        bridge.on("POST /backfill", 202, job("cancelled", 1));
        assertThat(CommandRun.of("backfill", "--url", bridge.url()).exitCode()).isEqualTo(1);
    }
}
