package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StatusCommandTest {
    static final String CALM = """
            {"phase":"redis-read","authority":"file","epoch":3,"readPercent":25,"writePercent":100,\
            "breaker":{"state":"closed"},"dirtyRecords":0,"dirtyCollections":0,"unknownOutcomes":0,\
            "mirrorLagMillis":0,"comparisons":12345,"mismatches":0,"noise":2,"foreignWrites":0,"fallbacks":0,\
            "lastDiff":{"id":"diff-a-1","verdict":"consistent","compared":1000,"differences":0},\
            "rollback":{"possible":true,"cost":"nothing is copied: the files have every acknowledged write"}}""";
    private static final String TROUBLED = """
            {"phase":"redis-write","authority":"file","epoch":7,"readPercent":100,"writePercent":50,\
            "breaker":{"state":"open","reason":"Connection reset\\u001b[2J"},"dirtyRecords":12,"dirtyCollections":1,\
            "unknownOutcomes":2,"mirrorLagMillis":40,"comparisons":10,"mismatches":1,"foreignWrites":3,"fallbacks":4,\
            "job":{"id":"b-1","kind":"backfill","state":"running","done":450,"total":1000,"ratePerSecond":50,\
            "etaSeconds":11},"rollback":{"possible":false,"cost":"Redis has to answer first"}}""";

    private final StubBridge bridge = new StubBridge();

    @AfterEach
    void stop() {
        bridge.close();
    }

    @Test
    void oneScreenSaysWhereTheProjectStands() {
        bridge.on("GET", 200, CALM);
        CommandRun.Outcome outcome = CommandRun.of("status", "--url", bridge.url());
        assertThat(outcome.out()).isEqualTo("""
                        default at %s

                          file > dual-write > [redis-read 25 %%] > redis-write > redis-only

                          authority          file
                          epoch              3
                          rollout            reads 25 %%, writes 100 %%
                          breaker            closed
                          dirty              0 records
                          unknown outcomes   0
                          mirror lag         0 ms
                          mismatches         0 in 12,345 comparisons
                          fallbacks          0
                          foreign writes     0
                          job                none running
                          last diff          consistent, 1,000 compared, 0 differ (diff-a-1)
                          rollback           nothing is copied: the files have every acknowledged write
                        """.formatted(bridge.url()));
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(bridge.calls()).containsExactly("GET /v1/projects/default/migration");
    }

    @Test
    void troubleIsNamedAndCannotSteerTheTerminal() {
        bridge.on("GET", 200, TROUBLED);
        CommandRun.Outcome outcome = CommandRun.of("status", "--url", bridge.url());
        assertThat(outcome.out())
                .contains("[redis-write 50 %]")
                .contains("breaker            open: Connection reset?[2J")
                .contains("dirty              12 records and 1 whole collection")
                .contains("mismatches         1 in 10 comparisons")
                .contains("job                backfill  45 %  450 of 1,000  50/s  11 s left")
                .contains("last diff          none yet in this phase")
                .contains("rollback           not possible now: Redis has to answer first")
                .doesNotContain("\u001b");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void colourAppearsOnATerminalOnlyAndNotWithNoColor() {
        bridge.on("GET", 200, TROUBLED);
        String[] args = {"status", "--url", bridge.url()};
        assertThat(new CommandRun().onTerminal(80).run(args).out())
                .contains("\u001b[31mopen: Connection reset?[2J\u001b[0m")
                .contains("\u001b[1m[redis-write 50 %]\u001b[0m");
        assertThat(new CommandRun()
                        .onTerminal(80)
                        .with(Map.of("NO_COLOR", "1"))
                        .run(args)
                        .out())
                .contains("open: Connection reset")
                .doesNotContain("\u001b");
        assertThat(new CommandRun()
                        .onTerminal(80)
                        .with(Map.of("NO_COLOR", ""))
                        .run(args)
                        .out())
                .contains("\u001b[31m");
        assertThat(new CommandRun()
                        .onTerminal(80)
                        .with(Map.of("TERM", "dumb"))
                        .run(args)
                        .out())
                .doesNotContain("\u001b");
        assertThat(CommandRun.of(args).out()).doesNotContain("\u001b");
    }

    @Test
    void jsonIsWhatTheBridgeAnswered() {
        bridge.on("GET", 200, CALM);
        assertThat(CommandRun.of("--json", "status", "--url", bridge.url() + "/")
                        .out())
                .isEqualTo(CALM + "\n");
    }

    @Test
    void aPhaseOfANewerBridgeIsShownAsItIs() {
        bridge.on("GET", 200, "{\"phase\":\"redis-twice\"}");
        assertThat(CommandRun.of("status", "--url", bridge.url()).out())
                .contains("[redis-twice] (a phase that this version does not know)");
    }

    @Test
    void watchRefreshesEachSecondUntilInterrupted() {
        bridge.on("GET", 200, CALM).on("GET", 200, TROUBLED);
        CommandRun.Outcome outcome =
                new CommandRun().onTerminal(80).stopAfter(3).run("status", "--watch", "--url", bridge.url());
        assertThat(outcome.exitCode()).isEqualTo(130);
        assertThat(outcome.out())
                .startsWith("\u001b[2J\u001b[H")
                .contains("consistent, 1,000")
                .contains("450 of 1,000");
        assertThat(bridge.calls()).hasSize(3);
    }

    @Test
    void watchInAPipePrintsOneScreenAfterTheOther() {
        bridge.on("GET", 200, CALM).on("GET", 200, TROUBLED);
        CommandRun.Outcome outcome = new CommandRun().stopAfter(2).run("status", "--watch", "--url", bridge.url());
        assertThat(outcome.out())
                .doesNotContain("\u001b")
                .contains("[redis-read 25 %]")
                .contains("[redis-write 50 %]");
    }

    @Test
    void watchGoesOnWhileTheBridgeIsAway() {
        bridge.on("GET", 200, CALM)
                .refuses("GET", 503, "unavailable", "starting", "")
                .on("GET", 200, TROUBLED);
        CommandRun.Outcome outcome =
                new CommandRun().onTerminal(80).stopAfter(3).run("status", "--watch", "--url", bridge.url());
        assertThat(outcome.out()).contains("NO ANSWER since the above").contains("450 of 1,000");
    }
}
