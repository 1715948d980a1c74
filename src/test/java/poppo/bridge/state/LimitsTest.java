package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.BridgeException.Invalid;

class LimitsTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 4294967295L, 9007199254740990L, 9007199254740991L})
    void numbersThatJavaScriptHoldsExactlyAreIssues(long number) {
        assertThat(Limits.issueNumber(number)).isEqualTo(number);
        assertThat(Limits.issueNumber(Long.toString(number))).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 9007199254740992L, Long.MAX_VALUE, Long.MIN_VALUE})
    void otherNumbersAreRefused(long number) {
        assertThatThrownBy(() -> Limits.issueNumber(number))
                .isInstanceOfSatisfying(
                        Invalid.class, invalid -> assertThat(invalid.field()).isEqualTo("issue"))
                .hasMessage("issue: must be a whole number from 1 to 9007199254740991");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "01", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "٣", "-0", "0", "99999999999999999999", "x"
            })
    void textThatIsNotPlainDecimalIsRefused(String text) {
        assertThatThrownBy(() -> Limits.issueNumber(text))
                .isInstanceOf(Invalid.class)
                .hasMessageStartingWith("issue: must be ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", " ", "ポッポ🕊", "a/b:c{d}", "\u00a0", "\u2028", "null"})
    void everyOtherTextIsAnId(String id) {
        assertThat(Limits.id("id", id)).isEqualTo(id);
    }

    @Test
    void anIdHasAtMost256Characters() {
        assertThat(Limits.id("id", "x".repeat(256))).hasSize(256);
        assertThatThrownBy(() -> Limits.id("id", "x".repeat(257)))
                .isInstanceOf(Invalid.class)
                .hasMessage("id: must have 1 to 256 characters");
    }

    @ParameterizedTest
    @NullAndEmptySource
    void anIdIsNotEmpty(String id) {
        assertThatThrownBy(() -> Limits.id("taskId", id))
                .isInstanceOfSatisfying(
                        Invalid.class, invalid -> assertThat(invalid.field()).isEqualTo("taskId"))
                .hasMessage("taskId: must have 1 to 256 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "a\n", "\u001f", "\u007f", "\u0085"})
    void anIdHoldsNoControlCharacters(String id) {
        assertThatThrownBy(() -> Limits.id("id", id))
                .isInstanceOf(Invalid.class)
                .hasMessage("id: must not hold control characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "a\udd4a", "\udd4a\ud83d"})
    void anIdIsWellFormed(String id) {
        assertThatThrownBy(() -> Limits.id("id", id))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("surrogate");
    }

    static Stream<LongFunction<Operation>> operationsOnIssues() {
        return Stream.of(
                issue -> new Operation.Checkout(issue, "p", null, null, null),
                issue -> new Operation.Checkin(issue, "p", "completed", null),
                issue -> new Operation.UpdateStatus(issue, Contract.object("{'status':'x'}")),
                Operation.ResetIssue::new,
                issue -> new Operation.Heartbeat(issue, null),
                Operation.ReleaseOrphan::new,
                Operation.AddProcessedIssue::new,
                Operation.RemoveProcessedIssue::new,
                issue -> new Operation.AddProcessedComment(issue, "c"));
    }

    @ParameterizedTest
    @MethodSource("operationsOnIssues")
    void everyOperationChecksItsIssue(LongFunction<Operation> operation) {
        assertThat(operation.apply(1)).isNotNull();
        assertThat(operation.apply(Limits.MAX_ISSUE)).isNotNull();
        for (long number : List.of(0L, -1L, Limits.MAX_ISSUE + 1)) {
            assertThatThrownBy(() -> operation.apply(number)).isInstanceOf(Invalid.class);
        }
    }

    @Test
    void everyOperationChecksItsIds() {
        for (String id : List.of("", "\n", "x".repeat(257), "\ud83d")) {
            assertThatThrownBy(() -> Contract.checkout(1, id)).isInstanceOf(Invalid.class);
            assertThatThrownBy(() -> Contract.checkin(1, id)).isInstanceOf(Invalid.class);
            assertThatThrownBy(() -> new Operation.Checkin(1, "p", id, null)).isInstanceOf(Invalid.class);
            assertThatThrownBy(() -> new Operation.Heartbeat(1, id)).isInstanceOf(Invalid.class);
            assertThatThrownBy(() -> new Operation.RegisterProcess(id, Json.object()))
                    .isInstanceOf(Invalid.class);
            assertThatThrownBy(() -> new Operation.RenewProcess(id)).isInstanceOf(Invalid.class);
            assertThatThrownBy(() -> new Operation.AddProcessedComment(1, id)).isInstanceOf(Invalid.class);
            assertThatThrownBy(() -> new Operation.PutRunningTask(id, Json.object()))
                    .isInstanceOf(Invalid.class);
            assertThatThrownBy(() -> new Operation.RemoveRunningTask(id, null)).isInstanceOf(Invalid.class);
        }
    }
}
