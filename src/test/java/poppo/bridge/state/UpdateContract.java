package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import poppo.bridge.state.Decision.Code;

/** Merging fields into an issue, and removing it. */
public abstract class UpdateContract extends Contract {
    @Test
    void anUnknownIssueIsCreatedFieldByField() {
        Execution created = run(update(7, "{'reason':'r','status':'error','extra':[1,'1',null]}"));

        assertThat(created.before()).isNull();
        assertBecame(
                created,
                "{'status':'error','lastUpdated':'@T','reason':'r','extra':[1,'1',null]}".replace("@T", time(now)));
        assertSame(answer(created), issue(7));
    }

    @Test
    void fieldsAreMergedInTheirPlacesAndOthersSurvive() {
        putIssue(7, "{'keep':{'deep':[{}]},'status':'x','reason':'old','nothing':null,'lastUpdated':'old'}");

        Execution merged = run(update(7, "{'status':'y','new':1,'reason':null}"));

        assertBecame(
                merged,
                "{'keep':{'deep':[{}]},'status':'y','reason':null,'nothing':null,'lastUpdated':'@T','new':1}"
                        .replace("@T", time(now)));
    }

    @Test
    void objectsAreReplacedNotMerged() {
        putIssue(7, "{'status':'x','metadata':{'a':1,'b':2}}");

        done(update(7, "{'status':'x','metadata':{'b':3}}"));

        assertJson(issue(7).get("metadata"), "{'b':3}");
    }

    @Test
    void fieldsNamedLikeNumbersComeFirstAsJavaScriptKeepsThem() {
        putIssue(7, "{'status':'x','lastUpdated':'old'}");

        Execution merged = run(update(7, "{'status':'y','10':'ten','9':'nine'}"));

        assertBecame(merged, "{'9':'nine','10':'ten','status':'y','lastUpdated':'@T'}".replace("@T", time(now)));
        assertSame(answer(merged), issue(7));
    }

    @Test
    void theCallersOwnTimeOfUpdateCounts() {
        done(update(7, "{'status':'x','lastUpdated':'2025-01-01T00:00:00.000Z'}"));

        assertJson(issue(7), "{'status':'x','lastUpdated':'2025-01-01T00:00:00.000Z'}");
    }

    @Test
    void theListOfProcessingIssuesFollowsTheStatus() {
        done(update(7, "{'status':'processing','processId':'p1'}"));
        assertThat(store.processing()).containsExactly(7L);
        assertThat(store.heldBy("p1")).containsExactly(7L);

        done(update(7, "{'status':'completed'}"));
        assertThat(store.processing()).isEmpty();
        assertThat(store.heldBy("p1")).isEmpty();
        assertThat(new Issue(issue(7)).processId()).isEqualTo("p1");
    }

    @Test
    void whoeverIsMadeTheHolderIsAlive() {
        done(update(7, "{'status':'processing','processId':'p1'}"));

        assertLastSeen("p1", now);
        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p2"));
    }

    @Test
    void anUpdateByTheWayIsNoSignOfLife() {
        takenByDead(7, "p1");

        done(update(7, "{'status':'processing','note':'still there?'}"));

        assertNotSeen("p1");
        assertThat(store.heldBy("p1")).containsExactly(7L);
        done(checkout(7, "p2"));
    }

    @Test
    void aLiveHolderIsNotReplaced() {
        done(checkout(7, "p1"));

        Decision.Refused refused =
                refused(Code.ALREADY_CHECKED_OUT, update(7, "{'status':'processing','processId':'p2'}"));

        assertJson(refused.members(), "{'holder':'p1','startTime':'@T'}".replace("@T", time(now)));
        refused(Code.ALREADY_CHECKED_OUT, update(7, "{'status':'processing','processId':null}"));
    }

    @Test
    void aDeadHolderIsReplaced() {
        takenByDead(7, "p1");

        done(update(7, "{'status':'processing','processId':'p2'}"));

        assertThat(store.heldBy("p2")).containsExactly(7L);
        assertThat(store.heldBy("p1")).isEmpty();
    }

    @Test
    void anybodyMayChangeTheStatusOfAHeldIssue() {
        done(checkout(7, "p1"));

        done(update(7, "{'status':'awaiting-response'}"));

        assertThat(store.processing()).isEmpty();
        done(checkout(7, "p2"));
    }

    @Test
    void aPidMayBeOfAnySizeOrNull() {
        done(update(7, "{'status':'x','pid':9007199254740991}"));
        assertJson(issue(7).get("pid"), "9007199254740991");

        done(update(7, "{'status':'x','pid':null}"));
        assertJson(issue(7).get("pid"), "null");
    }

    @Test
    void resetRemovesTheRecordWhoeverHoldsIt() {
        done(checkout(7, "p1"));
        done(checkout(8, "p1"));

        Execution reset = run(new Operation.ResetIssue(7));

        assertThat(reset.before()).isNotNull();
        assertThat(reset.after()).isNull();
        assertAbsent(RecordKey.issue(7));
        assertThat(store.processing()).containsExactly(8L);
        assertThat(store.heldBy("p1")).containsExactly(8L);
        assertThat(ids(StateCollection.ISSUES)).containsExactly("8");
    }

    @Test
    void resetOfAnUnknownIssueIsFulfilledWithoutChange() {
        doneWithoutChange(new Operation.ResetIssue(7));
    }

    @Test
    void afterAResetNothingOfTheOldRecordComesBack() {
        done(new Operation.Checkout(7, "p1", 1L, "t", null));
        done(update(7, "{'status':'completed','extra':{'a':1}}"));
        done(new Operation.ResetIssue(7));

        assertBecame(run(update(7, "{'status':'x'}")), "{'status':'x','lastUpdated':'@T'}".replace("@T", time(now)));
    }

    @Test
    void issuesDoNotTouchEachOther() {
        done(update(1, "{'status':'a'}"));
        done(update(11, "{'status':'b'}"));
        done(update(111, "{'status':'c'}"));
        done(new Operation.ResetIssue(11));

        assertThat(new Issue(issue(1)).status()).isEqualTo("a");
        assertAbsent(RecordKey.issue(11));
        assertThat(new Issue(issue(111)).status()).isEqualTo("c");
    }
}
