package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.Decision.Code;

/** How a holding ends. */
public abstract class CheckinContract extends Contract {
    @Test
    void theRecordIsCompletedFieldByField() {
        Instant start = now.minus(MINUTE);
        doneAt(start, new Operation.Checkout(7, "p1", 42L, "t", null));

        Execution ended = run(new Operation.Checkin(7, "p1", Issue.COMPLETED, json("{'ok':true}")));

        assertBecame(
                ended,
                "{'status':'completed','lastUpdated':'@T','processId':null,'pid':null,'startTime':'@S','lastHeartbeat':null,"
                                .replace("@T", time(now))
                                .replace("@S", time(start))
                        + "'taskType':'t','metadata':{'retryCount':0,'errorCount':0},'endTime':'@T','result':{'ok':true}}"
                                .replace("@T", time(now)));
        assertSame(answer(ended), issue(7));
    }

    @Test
    void withoutResultItIsAnEmptyObject() {
        done(checkout(7, "p1"));

        done(checkin(7, "p1"));

        assertJson(issue(7).get("result"), "{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "'text'", "''", "0", "1e3", "false", "{'10':1,'9':2,'a':{}}", "[[],{},null]"})
    void aResultHasAnyShape(String result) {
        done(checkout(7, "p1"));

        done(new Operation.Checkin(7, "p1", Issue.COMPLETED, json(result)));

        assertJson(issue(7).get("result"), result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"error", "awaiting-response", "完了", "any other text"})
    void itEndsInTheStatusAskedFor(String status) {
        done(checkout(7, "p1"));

        done(new Operation.Checkin(7, "p1", status, null));

        assertThat(new Issue(issue(7)).status()).isEqualTo(status);
        assertThat(store.processing()).isEmpty();
    }

    @Test
    void theIssueIsNobodysAndFreeAtOnce() {
        done(checkout(7, "p1"));
        done(checkout(8, "p1"));

        done(checkin(7, "p1"));

        assertThat(store.processing()).containsExactly(8L);
        assertThat(store.heldBy("p1")).containsExactly(8L);
        done(checkout(7, "p2"));
    }

    @Test
    void unknownFieldsSurviveInTheirPlaces() {
        done(checkout(7, "p1"));
        done(update(7, "{'status':'processing','x':{'n':null},'10':'ten'}"));

        done(checkin(7, "p1"));

        assertJson(issue(7).get("x"), "{'n':null}");
        assertThat(text(issue(7))).startsWith("{\"10\":\"ten\",").contains("\"x\":{\"n\":null},\"endTime\"");
    }

    @Test
    void anUnknownIssueIsRefused() {
        refused(Code.UNKNOWN_ISSUE, checkin(7, "p1"));

        assertAbsent(RecordKey.issue(7));
    }

    @Test
    void anotherProcessIsRefused() {
        done(checkout(7, "p1"));

        assertJson(refused(Code.NOT_HOLDER, checkin(7, "p2")).members(), "{'holder':'p1'}");
        assertThat(store.heldBy("p1")).containsExactly(7L);
    }

    @Test
    void theSecondCheckinIsRefused() {
        done(checkout(7, "p1"));
        done(checkin(7, "p1"));

        assertJson(refused(Code.NOT_HOLDER, checkin(7, "p1")).members(), "{'holder':null}");
    }

    @Test
    void anIssueWithoutHolderIsRefused() {
        putIssue(7, "{'status':'processing','processId':null}");
        putIssue(8, "{'status':'processing'}");

        refused(Code.NOT_HOLDER, checkin(7, "p1"));
        refused(Code.NOT_HOLDER, checkin(8, "p1"));
    }

    @Test
    void aLateHolderMayStillFinishWhatNobodyTook() {
        takenByDead(7, "p1");

        done(checkin(7, "p1"));

        assertThat(store.processing()).isEmpty();
        assertThat(store.orphans(now)).isEmpty();
    }

    @Test
    void aLateHolderIsRefusedOnceAnotherTookOver() {
        takenByDead(7, "p1");
        done(checkout(7, "p2"));

        assertJson(refused(Code.NOT_HOLDER, checkin(7, "p1")).members(), "{'holder':'p2'}");
    }

    @Test
    void theProcessItselfLivesOn() {
        done(checkout(7, "p1"));

        done(checkin(7, "p1"));

        assertLastSeen("p1", now);
    }
}
