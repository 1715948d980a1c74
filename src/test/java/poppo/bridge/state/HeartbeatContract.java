package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import poppo.bridge.state.Decision.Code;

/** Signs of life. */
public abstract class HeartbeatContract extends Contract {
    @Test
    void itChangesTheTimeOfTheHeartbeatOnly() {
        Instant start = now.minus(MINUTE);
        doneAt(start, new Operation.Checkout(7, "p1", 42L, "t", object("{'x':null}")));

        Execution beat = run(new Operation.Heartbeat(7, null));

        assertJson(answer(beat), "{'alive':true}");
        assertBecame(
                beat,
                "{'status':'processing','lastUpdated':'@S','processId':'p1','pid':42,'startTime':'@S','lastHeartbeat':'"
                                .replace("@S", time(start))
                        + time(now)
                        + "','taskType':'t','metadata':{'retryCount':0,'errorCount':0,'x':null}}");
    }

    @Test
    void itKeepsTheHolderAlive() {
        takenByDead(7, "p1");

        done(new Operation.Heartbeat(7, null));

        assertLastSeen("p1", now);
        assertThat(store.orphans(now)).isEmpty();
        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p2"));
    }

    @Test
    void itIsSeenAtOnce() {
        doneAt(now.minus(MINUTE), checkout(7, "p1"));

        done(new Operation.Heartbeat(7, "p1"));

        assertThat(new Issue(issue(7)).lastHeartbeat()).isEqualTo(now);
        assertThat(new Issue(store.page(StateCollection.ISSUES, null, 1).get(0).image()).lastHeartbeat())
                .isEqualTo(now);
    }

    @Test
    void anUnknownIssueIsNotAlive() {
        assertJson(doneWithoutChange(new Operation.Heartbeat(7, null)), "{'alive':false}");
        assertAbsent(RecordKey.issue(7));
    }

    @Test
    void anIssueNotInProcessingIsNotBroughtBack() {
        done(checkout(7, "p1"));
        done(checkin(7, "p1"));

        assertJson(doneWithoutChange(new Operation.Heartbeat(7, null)), "{'alive':false}");
        assertThat(store.processing()).isEmpty();
    }

    @Test
    void aReleasedIssueIsNotBroughtBackByItsFormerHolder() {
        takenByDead(7, "p1");
        done(new Operation.ReleaseOrphan(7));

        assertJson(doneWithoutChange(new Operation.Heartbeat(7, "p1")), "{'alive':false}");
        assertThat(store.heldBy("p1")).isEmpty();
    }

    @Test
    void whoDoesNotHoldTheIssueIsTold() {
        takenByDead(7, "p1");

        assertJson(doneWithoutChange(new Operation.Heartbeat(7, "p2")), "{'alive':false}");
        assertNotSeen("p1");
        assertNotSeen("p2");
    }

    @Test
    void withoutAHoldersNameTheRecordIsKeptAlive() {
        putIssue(7, "{'status':'processing','processId':null,'lastHeartbeat':null}");

        assertJson(done(new Operation.Heartbeat(7, null)), "{'alive':true}");

        assertJson(issue(7), "{'status':'processing','processId':null,'lastHeartbeat':'@T'}".replace("@T", time(now)));
        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p2"));
        assertThat(store.orphans(now)).isEmpty();
    }

    @Test
    void aProcessRenewsAllItHolds() {
        takenByDead(7, "p1");
        takenByDead(8, "p1");
        takenByDead(9, "p2");
        doneAt(longAgo(), checkout(10, "p1"));
        doneAt(longAgo(), checkin(10, "p1"));

        store.heartbeat("p1", stamps.next());

        assertThat(new Issue(issue(7)).lastHeartbeat()).isEqualTo(now);
        assertThat(new Issue(issue(8)).lastHeartbeat()).isEqualTo(now);
        assertThat(new Issue(issue(9)).lastHeartbeat()).isEqualTo(longAgo());
        assertJson(issue(10).get("lastHeartbeat"), "null");
        assertLastSeen("p1", now);
        assertNotSeen("p2");
        assertThat(store.orphans(now)).extracting(Orphan::issue).containsExactly(9L);
    }

    @Test
    void aProcessThatHoldsNothingIsHeardOf() {
        store.heartbeat("p1", stamps.next());

        assertLastSeen("p1", now);
        assertAbsent(RecordKey.process("p1"));
        assertThat(ids(StateCollection.PROCESSES)).isEmpty();
    }

    @Test
    void aHeartbeatOfEarlierDoesNotMakeAProcessOlder() {
        done(new Operation.RenewProcess("p1"));

        doneAt(longAgo(), new Operation.RenewProcess("p1"));

        assertLastSeen("p1", now);
    }
}
