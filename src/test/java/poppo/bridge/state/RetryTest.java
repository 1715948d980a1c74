package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;
import static poppo.bridge.state.Contract.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import poppo.bridge.state.Decision.Changed;
import poppo.bridge.state.Decision.Refused;
import poppo.bridge.state.Decision.Unchanged;
import poppo.bridge.state.Operation.AddProcessedComment;
import poppo.bridge.state.Operation.AppendPendingTask;
import poppo.bridge.state.Operation.Checkin;
import poppo.bridge.state.Operation.Checkout;
import poppo.bridge.state.Operation.Retry;

/** What a record tells of an operation that may have been executed on it before. */
class RetryTest {
    private static final Stamp FIRST = new Stamp(Instant.parse("2025-06-24T01:02:03.004Z"), 5, "a");
    private static final Stamp NOW = new Stamp(Instant.parse("2025-06-24T02:00:00.000Z"), 9, "b");
    private static final Liveness DEAD = issue -> false;

    private static JsonNode executed(Operation operation, JsonNode before) {
        return ((Changed) operation.decide(before, DEAD, FIRST)).after();
    }

    private static Decision again(Operation operation, JsonNode before, JsonNode image) {
        Before was = Before.of(operation.key(), before);
        return new Retry(operation, was, List.of(FIRST)).decide(image, DEAD, NOW);
    }

    private static void assertUnknown(Decision decision) {
        assertThat(decision)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(Decision.Code.UNKNOWN_OUTCOME));
    }

    @Test
    void aCheckoutIsKnownByItsStartThoughTheHolderWasHeardOfSince() {
        Operation checkout = new Checkout(7, "p", null, null, null);
        JsonNode after = executed(checkout, null);
        JsonNode renewed = Json.copy(after).put(Issue.LAST_HEARTBEAT, NOW.time());
        assertThat(again(checkout, null, renewed))
                .isInstanceOfSatisfying(
                        Unchanged.class, done -> assertThat(done.answer()).isEqualTo(after));
        assertThat(again(checkout, null, null)).isInstanceOf(Changed.class);
    }

    @Test
    void aCheckoutWhoseIssueWasCheckedInSinceIsNotRepeated() {
        Operation checkout = new Checkout(7, "p", null, null, null);
        JsonNode held = executed(checkout, null);
        assertUnknown(again(checkout, null, executed(new Checkin(7, "p", "completed", null), held)));
    }

    @Test
    void aCheckinIsKnownByItsTimes() {
        Operation checkin = new Checkin(7, "p", "completed", json("{'n':1}"));
        JsonNode held = executed(new Checkout(7, "p", null, null, null), null);
        JsonNode after = executed(checkin, held);
        assertThat(again(checkin, held, after))
                .isInstanceOfSatisfying(
                        Unchanged.class, done -> assertThat(done.answer()).isEqualTo(after));
        assertThat(again(checkin, held, held)).isInstanceOf(Changed.class);
        assertUnknown(again(checkin, held, Json.copy(after).put(Issue.LAST_UPDATED, NOW.time())));
    }

    @Test
    void anAppendedTaskIsLookedForBehindWhatTheListWas() {
        Operation append = new AppendPendingTask(json("{'id':1}"));
        JsonNode before = json("[{'id':1}]");
        assertThat(again(append, before, json("[{'id':1},{'id':2},{'id':1}]"))).isInstanceOf(Unchanged.class);
        assertThat(again(append, before, json("[{'id':1},{'id':2}]"))).isInstanceOf(Changed.class);
        assertUnknown(again(append, before, json("[{'id':2}]")));
        assertUnknown(again(append, before, null));
    }

    @Test
    void thatARecordLooksAsBeforeProvesNothingOnceItIsKnownToHaveBeenWritten() {
        Operation append = new AppendPendingTask(json("{'id':1}"));
        Before moved = Before.of(append.key(), json("[]")).asMoved();
        assertUnknown(new Retry(append, moved, List.of(FIRST)).decide(json("[]"), DEAD, NOW));
    }

    @Test
    void aCommentIsNotedWhateverElseWas() {
        Operation comment = new AddProcessedComment(7, "c");
        assertThat(again(comment, null, json("['a']"))).isInstanceOf(Changed.class);
        assertThat(again(comment, null, json("['a','c']"))).isInstanceOf(Unchanged.class);
    }
}
