package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.Decision.Code;

/** Who takes an issue, and when nobody may. */
public abstract class CheckoutContract extends Contract {
    private static final Duration SHORT_OF_TTL = TTL.minus(MINUTE);

    @Test
    void anUnknownIssueBecomesARecordWithEveryFieldInOrder() {
        Execution taken = run(new Operation.Checkout(7, "p1", 42L, "claude-cli", null));

        assertThat(taken.key()).isEqualTo(RecordKey.issue(7));
        assertThat(taken.before()).isNull();
        assertBecame(
                taken,
                "{'status':'processing','lastUpdated':'@T','processId':'p1','pid':42,'startTime':'@T','lastHeartbeat':'@T',"
                                .replace("@T", time(now))
                        + "'taskType':'claude-cli','metadata':{'retryCount':0,'errorCount':0}}");
        assertSame(answer(taken), issue(7));
    }

    @Test
    void withoutPidItIsNullAndWithoutTaskTypeItIsAbsent() {
        assertBecame(
                run(checkout(7, "p1")),
                "{'status':'processing','lastUpdated':'@T','processId':'p1','pid':null,'startTime':'@T','lastHeartbeat':'@T',"
                                .replace("@T", time(now))
                        + "'metadata':{'retryCount':0,'errorCount':0}}");
    }

    @Test
    void aPidOfAnySizeIsKept() {
        done(new Operation.Checkout(7, "p1", Limits.MAX_ISSUE, null, null));

        assertJson(issue(7).get("pid"), "9007199254740991");
    }

    @Test
    void metadataIsMergedOverFreshCounters() {
        done(new Operation.Checkout(7, "p1", null, null, object("{'branch':'x','errorCount':3,'deep':{'a':[null]}}")));

        assertJson(issue(7).get("metadata"), "{'retryCount':0,'errorCount':3,'branch':'x','deep':{'a':[null]}}");
    }

    @Test
    void fieldsOfAnEarlierHoldingStayInTheirPlaces() {
        putIssue(
                7,
                "{'custom':{'b':1,'a':null},'status':'completed','pid':null,'processId':null,'endTime':'then',"
                        + "'result':[1],'lastHeartbeat':null,'metadata':{'old':true},'zz':''}");

        Execution taken = run(new Operation.Checkout(7, "p2", 5L, "t", null));

        assertBecame(
                taken,
                "{'custom':{'b':1,'a':null},'status':'processing','pid':5,'processId':'p2','endTime':'then','result':[1],"
                        + "'lastHeartbeat':'@T','metadata':{'retryCount':0,'errorCount':0},'zz':'',"
                                .replace("@T", time(now))
                        + "'lastUpdated':'@T','startTime':'@T','taskType':'t'}".replace("@T", time(now)));
        assertThat(new Issue(taken.before()).status()).isEqualTo("completed");
    }

    @Test
    void theTaskTypeOfAnEarlierHoldingIsNotTakenOver() {
        putIssue(7, "{'status':'completed','taskType':'old'}");

        done(checkout(7, "p1"));

        assertThat(issue(7).has("taskType")).isFalse();
    }

    @Test
    void theIssueIsListedAsProcessingAndHeld() {
        done(checkout(7, "p1"));

        assertThat(store.processing()).containsExactly(7L);
        assertThat(store.heldBy("p1")).containsExactly(7L);
        assertThat(store.heldBy("p2")).isEmpty();
        assertLastSeen("p1", now);
    }

    @Test
    void checkoutIsRefusedWhileTheHolderLives() {
        done(checkout(7, "p1"));

        Decision.Refused refused = refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p2"));

        assertJson(refused.members(), "{'holder':'p1','startTime':'@T'}".replace("@T", time(now)));
        assertThat(refused.detail()).contains("7").contains("p1");
        assertNotSeen("p2");
    }

    @Test
    void aHolderLivesForAWholeTtl() {
        doneAt(now.minus(SHORT_OF_TTL), checkout(7, "p1"));

        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p2"));
    }

    @Test
    void aHolderNotHeardOfForATtlIsDead() {
        doneAt(now.minus(TTL), checkout(7, "p1"));

        done(checkout(7, "p2"));

        assertThat(store.heldBy("p2")).containsExactly(7L);
    }

    @Test
    void theSameProcessAgainChangesItsSignOfLifeOnly() {
        Instant start = now.minus(MINUTE);
        doneAt(start, new Operation.Checkout(7, "p1", 42L, "t", object("{'branch':'x'}")));

        Execution again = run(new Operation.Checkout(7, "p1", null, "another", object("{'branch':'y'}")));

        assertBecame(
                again,
                "{'status':'processing','lastUpdated':'@S','processId':'p1','pid':42,'startTime':'@S','lastHeartbeat':'"
                                .replace("@S", time(start))
                        + time(now)
                        + "','taskType':'t','metadata':{'retryCount':0,'errorCount':0,'branch':'x'}}");
        assertLastSeen("p1", now);
    }

    @Test
    void theSameProcessAgainMayBringANewPid() {
        done(new Operation.Checkout(7, "p1", 42L, null, null));

        done(new Operation.Checkout(7, "p1", 43L, null, null));

        assertJson(issue(7).get("pid"), "43");
    }

    @Test
    void theSameProcessComesBackToLifeOnItsIssue() {
        takenByDead(7, "p1");

        done(checkout(7, "p1"));

        assertJson(issue(7).get("startTime"), "'" + time(longAgo()) + "'");
        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p2"));
    }

    @Test
    void aDeadHolderLosesTheIssueToTheNext() {
        takenByDead(7, "p1");

        Execution taken = run(checkout(7, "p2"));

        assertBecame(
                taken,
                "{'status':'processing','lastUpdated':'@T','processId':'p2','pid':null,'startTime':'@T','lastHeartbeat':'@T',"
                                .replace("@T", time(now))
                        + "'metadata':{'retryCount':0,'errorCount':0}}");
        assertThat(store.heldBy("p1")).isEmpty();
        assertThat(store.heldBy("p2")).containsExactly(7L);
        assertThat(store.processing()).containsExactly(7L);
        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p1"));
    }

    @Test
    void aHolderLivesAsLongAsItsProcessIsHeardOf() {
        takenByDead(7, "p1");
        done(new Operation.RenewProcess("p1"));

        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p2"));
    }

    @Test
    void aHolderLivesWhenItHasJustTakenAnotherIssue() {
        takenByDead(7, "p1");
        done(checkout(8, "p1"));

        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p2"));
        assertThat(store.heldBy("p1")).containsExactly(7L, 8L);
    }

    @Test
    void aHolderLivesWhenItHasJustRegistered() {
        takenByDead(7, "p1");
        done(register("p1", "{'pid':1}"));

        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p2"));
    }

    @Test
    void theLifeOfAnotherProcessDoesNotHelpADeadHolder() {
        takenByDead(7, "p1");
        done(checkout(8, "p3"));

        done(checkout(7, "p2"));
    }

    @Test
    void anIssueThatIsNotInProcessingIsFreeWhoeverItNames() {
        done(register("p1", "{}"));
        putIssue(7, "{'status':'awaiting-response','processId':'p1'}");

        done(checkout(7, "p2"));
    }

    @Test
    void aRecordWithoutStatusIsFree() {
        putIssue(7, "{}");

        assertBecame(
                run(checkout(7, "p2")),
                "{'status':'processing','lastUpdated':'@T','processId':'p2','pid':null,'startTime':'@T','lastHeartbeat':'@T',"
                                .replace("@T", time(now))
                        + "'metadata':{'retryCount':0,'errorCount':0}}");
    }

    @Test
    void withoutAHoldersNameTheRecordsOwnHeartbeatProtectsIt() {
        putIssue(7, "{'status':'processing','processId':null,'lastHeartbeat':'" + time(now.minus(MINUTE)) + "'}");

        Decision.Refused refused = refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p2"));

        assertJson(refused.members(), "{'holder':null,'startTime':null}");
    }

    @Test
    void withoutAHoldersNameAnOldHeartbeatProtectsNothing() {
        putIssue(7, "{'status':'processing','processId':null,'lastHeartbeat':'" + time(longAgo()) + "'}");
        putIssue(8, "{'status':'processing'}");

        done(checkout(7, "p2"));
        done(checkout(8, "p2"));

        assertThat(store.heldBy("p2")).containsExactly(7L, 8L);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4294967294L, 4294967295L, Limits.MAX_ISSUE})
    void everyIssueNumberCanBeHeld(long number) {
        done(checkout(number, "p1"));

        assertThat(store.processing()).containsExactly(number);
        assertThat(store.heldBy("p1")).containsExactly(number);
        refused(Code.ALREADY_CHECKED_OUT, checkout(number, "p2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ポッポ🕊",
                "a b",
                "a:b",
                "{p}",
                "a/b\\c",
                "\"'",
                "*",
                "12",
                "null",
                "__proto__",
                "é",
                "e\u0301",
                "%00",
                "\u2028"
            })
    void everyIdCanHold(String process) {
        takenByDead(6, process);
        done(checkout(7, process));

        assertThat(store.heldBy(process)).containsExactly(6L, 7L);
        assertLastSeen(process, now);
        assertThat(new Issue(issue(7)).processId()).isEqualTo(process);
        refused(Code.ALREADY_CHECKED_OUT, checkout(7, process + "2"));
        done(checkin(7, process));
        assertThat(store.heldBy(process)).containsExactly(6L);
    }

    @Test
    void theLongestIdCanHold() {
        String longest = "鳩".repeat(Limits.MAX_ID);
        done(checkout(7, longest));

        assertThat(store.heldBy(longest)).containsExactly(7L);
        assertThat(store.heldBy("鳩".repeat(Limits.MAX_ID - 1))).isEmpty();
    }

    @Test
    void idsThatDifferInCaseOrFormAreDifferent() {
        done(checkout(7, "é"));

        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "É"));
        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "e\u0301"));
    }
}
