package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import poppo.bridge.state.Decision.Code;

/** Issues whose holder died, and how they become free. */
public abstract class OrphanContract extends Contract {
    @Test
    void theIssuesOfTheDeadAreListedByNumber() {
        takenByDead(Limits.MAX_ISSUE, "p1");
        takenByDead(10, "p2");
        takenByDead(9, "p1");
        takenByDead(1, "p3");

        assertThat(store.orphans(now)).extracting(Orphan::issue).containsExactly(1L, 9L, 10L, Limits.MAX_ISSUE);
        assertThat(store.orphans(now)).extracting(Orphan::processId).containsExactly("p3", "p1", "p2", "p1");
        assertThat(store.orphans(now)).allSatisfy(orphan -> assertClose(orphan.lastSeen(), longAgo()));
    }

    @Test
    void theIssuesOfTheLivingAreNotListed() {
        done(checkout(7, "p1"));
        doneAt(now.minus(TTL).plus(MINUTE), checkout(8, "p2"));

        assertThat(store.orphans(now)).isEmpty();
    }

    @Test
    void whoeverIsHeardOfAgainHasNoOrphans() {
        takenByDead(7, "p1");
        takenByDead(8, "p2");

        done(new Operation.RenewProcess("p1"));

        assertThat(store.orphans(now)).extracting(Orphan::issue).containsExactly(8L);
    }

    @Test
    void whatIsNotInProcessingIsNoOrphan() {
        takenByDead(7, "p1");
        takenByDead(8, "p1");
        takenByDead(9, "p1");
        done(checkin(7, "p1"));
        done(update(8, "{'status':'error'}"));
        done(new Operation.ResetIssue(9));

        assertThat(store.orphans(now)).isEmpty();
    }

    @Test
    void aHolderTheStoreNeverHeardOfIsDead() {
        putIssue(7, "{'status':'processing','processId':'p1'}");

        assertThat(store.orphans(now)).extracting(Orphan::issue).containsExactly(7L);
        done(new Operation.ReleaseOrphan(7));
    }

    @Test
    void anIssueWithoutHolderAndHeartbeatIsAnOrphanOfNobody() {
        putIssue(7, "{'status':'processing','processId':null,'lastHeartbeat':null}");

        assertThat(store.orphans(now)).containsExactly(new Orphan(7, null, null));
    }

    @Test
    void anIssueWithoutHolderIsJudgedByItsOwnHeartbeat() {
        putIssue(7, "{'status':'processing','lastHeartbeat':'" + time(now) + "'}");
        putIssue(8, "{'status':'processing','lastHeartbeat':'" + time(longAgo()) + "'}");

        assertThat(store.orphans(now)).containsExactly(new Orphan(8, null, longAgo()));
        refused(Code.HOLDER_ALIVE, new Operation.ReleaseOrphan(7));
        done(new Operation.ReleaseOrphan(8));
    }

    @Test
    void aHeartbeatBeyondAllTimeDoesNotHideTheOrphans() {
        putIssue(7, "{'status':'processing','lastHeartbeat':'+1000000000-12-31T23:59:59.999999999Z'}");
        takenByDead(8, "p1");

        assertThat(store.orphans(now)).extracting(Orphan::issue).containsExactly(8L);
    }

    @Test
    void aReleasedOrphanIsFreeFieldByField() {
        doneAt(longAgo(), new Operation.Checkout(7, "p1", 42L, "t", null));

        Execution released = run(new Operation.ReleaseOrphan(7));

        assertBecame(
                released,
                "{'status':'pending','lastUpdated':'@T','processId':null,'pid':null,'startTime':'@S','lastHeartbeat':null,"
                                .replace("@T", time(now))
                                .replace("@S", time(longAgo()))
                        + "'taskType':'t','metadata':{'retryCount':0,'errorCount':0},'endTime':'@T','reason':'orphan-released'}"
                                .replace("@T", time(now)));
        assertSame(answer(released), issue(7));
        assertThat(store.orphans(now)).isEmpty();
        assertThat(store.processing()).isEmpty();
        assertThat(store.heldBy("p1")).isEmpty();
        done(checkout(7, "p2"));
    }

    @Test
    void releaseIsRefusedWhileTheHolderLives() {
        done(checkout(7, "p1"));

        Decision.Refused refused = refused(Code.HOLDER_ALIVE, new Operation.ReleaseOrphan(7));

        assertJson(refused.members(), "{'holder':'p1','startTime':'@T'}".replace("@T", time(now)));
    }

    @Test
    void releaseOfAnUnknownIssueIsRefused() {
        refused(Code.UNKNOWN_ISSUE, new Operation.ReleaseOrphan(7));
    }

    @Test
    void theSecondReleaseIsRefused() {
        takenByDead(7, "p1");
        done(new Operation.ReleaseOrphan(7));

        refused(Code.NOT_PROCESSING, new Operation.ReleaseOrphan(7));
    }

    @Test
    void unknownFieldsOfAnOrphanSurvive() {
        putIssue(7, "{'9':null,'status':'processing','processId':'p1','x':{'y':'1'}}");

        done(new Operation.ReleaseOrphan(7));

        assertThat(text(issue(7)))
                .startsWith("{\"9\":null,\"status\":\"pending\",\"processId\":null,\"x\":{\"y\":\"1\"},");
    }
}
