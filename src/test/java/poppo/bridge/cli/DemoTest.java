package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import poppo.bridge.state.Json;
import poppo.bridge.state.MemoryStateManager;
import poppo.bridge.state.RecordKey;

/** The demo keeps its promises, and would say so if it didn't. */
@Timeout(180)
final class DemoTest {
    @Test
    void theWholeDemoLosesNothingAndNothingDisagrees() {
        CommandRun.Outcome outcome = CommandRun.of("demo", "--hold", "1", "--workers", "4");
        assertThat(outcome.err()).as(outcome.out()).isEmpty();
        assertThat(outcome.out()).endsWith("\n0 lost, 0 mismatches\n").doesNotContain("VIOLATED");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void aBrokenPromiseEndsItWithExitCodeOne() {
        DemoLedger ledger = new DemoLedger();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        Session session = new Session(
                Terminal.of(stream, stream, Map.of(), 0), new GlobalOptions(), new Interrupts(), Pace.SYSTEM);
        DemoCommand demo = new DemoCommand(session, ledger);
        assertThat(demo.conclude()).isZero();

        ledger.violate("issue 1 is gone");

        assertThat(demo.conclude()).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("VIOLATED: issue 1 is gone")
                .endsWith("\n1 lost, 0 mismatches\n");
    }

    @Test
    void aWrongOptionIsRefused() {
        CommandRun.Outcome outcome = CommandRun.of("demo", "--hold", "0");
        assertThat(outcome.err()).isEqualTo("poppo-bridge: --hold and --workers must be at least 1\n");
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    @Test
    void theLedgerNoticesWhatIsLost() {
        DemoLedger ledger = new DemoLedger();
        ledger.added(RecordKey.processedIssue(1));
        ledger.commented(2, "IC_1");
        ledger.checkedIn(3, 1);
        try (MemoryStateManager empty = new MemoryStateManager()) {
            ledger.verify(empty);
        }
        assertThat(ledger.lost()).isEqualTo(3);
        assertThat(ledger.violations()).hasSize(3).anyMatch(line -> line.contains("IC_1"));
    }

    @Test
    void theLedgerNoticesTwoHolders() {
        DemoLedger ledger = new DemoLedger();
        ledger.checkedOut(1, "a");
        ledger.checkedOut(1, "b");
        assertThat(ledger.violations()).containsExactly("issue 1 was given to b while a held it");
    }

    @Test
    void theLedgerNoticesAReadThatGoesBack() {
        DemoLedger ledger = new DemoLedger();
        ledger.expectTurn(1, Json.parse("{\"result\": {\"turn\": 4}}"), 5);
        assertThat(ledger.violations()).containsExactly("issue 1 was read at turn 4 after turn 5 was acknowledged");
    }
}
