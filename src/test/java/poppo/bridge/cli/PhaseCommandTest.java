package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PhaseCommandTest {
    private static final String MOVED = """
            {"from":"file","to":"dual-write","readPercent":100,"writePercent":100,"epoch":2,"compared":1200,\
            "copied":7,"pauseMillis":1.25}""";
    private static final String GATES = """
            [{"name":"doctor","passed":true,"measured":"no errors","bound":"no errors"},\
            {"name":"mismatches","passed":false,"measured":"3","bound":"0"}]""";
    private static final String TABLE = """
              gate                  measured    asked
              doctor       passed   no errors   no errors
              mismatches   FAILED   3           0
            """;

    private final StubBridge bridge = new StubBridge();

    @AfterEach
    void stop() {
        bridge.close();
    }

    private CommandRun.Outcome run(String... args) {
        String[] all = java.util.Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--url";
        all[args.length + 1] = bridge.url();
        return CommandRun.of(all);
    }

    @Test
    void showTellsThePhase() {
        bridge.on("GET", 200, StatusCommandTest.CALM);
        assertThat(run("phase", "show").out()).isEqualTo("""
                        file > dual-write > [redis-read 25 %] > redis-write > redis-only
                        authority file, epoch 3, reads 25 %, writes 100 %
                        """);
        assertThat(run("phase", "show", "--json").out()).isEqualTo(StatusCommandTest.CALM + "\n");
    }

    @Test
    void setAsksForWhatWasTypedAndTellsWhatWasDone() {
        bridge.on("PUT /phase", 200, MOVED);
        CommandRun.Outcome outcome = run(
                "phase",
                "set",
                "dual-write",
                "--read-percent=5",
                "--write-percent",
                "6",
                "--force",
                "--reason",
                "@plan");
        assertThat(outcome.out())
                .isEqualTo(
                        "Moved from file to dual-write: epoch 2, 1,200 records compared, 7 copied, operations held up for"
                                + " 1.3 ms.\n");
        assertThat(outcome.exitCode()).isZero();
        assertThat(bridge.bodies())
                .containsExactly(
                        "{\"phase\":\"dual-write\",\"readPercent\":5,\"writePercent\":6,\"force\":true,\"reason\":\"@plan\"}");
        assertThat(run("phase", "set", "dual-write", "--json").out()).isEqualTo(MOVED + "\n");
    }

    @Test
    void aFailedGateIsShownBesideTheOthers() {
        bridge.refuses("PUT /phase", 409, "gate-failed", "Not moved to redis-read", ",\"gates\":" + GATES);
        CommandRun.Outcome outcome = run("phase", "set", "redis-read");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEqualTo(TABLE);
        assertThat(outcome.err())
                .isEqualTo("poppo-bridge: the bridge at " + bridge.url()
                        + " refused (gate-failed): Not moved to redis-read\n");
    }

    @Test
    void withJsonARefusalIsOnStandardOutputToo() {
        bridge.refuses("PUT /phase", 409, "gate-failed", "Not moved", ",\"gates\":" + GATES);
        CommandRun.Outcome outcome = run("phase", "set", "redis-read", "--json");
        assertThat(outcome.out())
                .startsWith("{\"type\":")
                .contains("\"gates\":[")
                .endsWith("}\n");
        assertThat(outcome.err()).hasLineCount(1);
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    @Test
    void aDryRunJudges() {
        bridge.on("PUT /phase", 200, "{\"dryRun\":true,\"passed\":false,\"gates\":" + GATES + "}");
        CommandRun.Outcome outcome = run("phase", "set", "redis-read", "--dry-run");
        assertThat(outcome.out()).isEqualTo(TABLE + "A gate fails; nothing was changed (--dry-run).\n");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(bridge.bodies()).containsExactly("{\"phase\":\"redis-read\",\"dryRun\":true}");
    }

    @Test
    void aDryRunOfTheWayBackPasses() {
        bridge.on("PUT /phase", 200, "{\"dryRun\":true,\"passed\":true,\"gates\":[]}");
        CommandRun.Outcome outcome = run("phase", "set", "file", "--dry-run");
        assertThat(outcome.out()).isEqualTo("The gates pass; nothing was changed (--dry-run).\n");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void aPercentOutOfRangeNeverReachesTheBridge() {
        CommandRun.Outcome outcome = run("phase", "set", "redis-read", "--read-percent", "101");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).isEqualTo("poppo-bridge: --read-percent must be from 0 to 100, but is 101\n");
        assertThat(bridge.calls()).isEmpty();
    }

    private CommandRun.Outcome retire(CommandRun run, String... more) {
        java.util.List<String> args =
                new java.util.ArrayList<>(java.util.List.of("phase", "set", "redis-only", "--url", bridge.url()));
        args.addAll(java.util.List.of(more));
        bridge.on("PUT /phase", 200, MOVED);
        return run.run(args.toArray(String[]::new));
    }

    @Test
    void thePointOfNoReturnIsAnnouncedAndHasToBeConfirmed() {
        CommandRun.Outcome refused = retire(new CommandRun().onTerminal(80).typing("no"));
        assertThat(refused.exitCode()).isEqualTo(ExitCode.INCONSISTENT);
        assertThat(refused.out())
                .contains("A point of no return", "Go on? [y/N]")
                .doesNotContain("Moved");
        assertThat(refused.err()).contains("nothing was changed");
        assertThat(retire(new CommandRun().onTerminal(80)).out()).doesNotContain("Moved");

        assertThat(retire(new CommandRun().onTerminal(80).typing("y")).out()).contains("Moved");
        assertThat(retire(new CommandRun().onTerminal(80), "--yes").out())
                .contains("A point of no return", "Moved")
                .doesNotContain("Go on?");
        assertThat(retire(new CommandRun()).out()).contains("A point of no return", "Moved");
        assertThat(retire(new CommandRun().onTerminal(80), "--dry-run").out()).doesNotContain("point of no return");
    }
}
