package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import poppo.bridge.state.BridgeException.Fenced;
import poppo.bridge.state.BridgeException.Unavailable;
import poppo.bridge.state.BridgeException.UnknownOutcome;

/** The Redis of other tests keeps the contract, and fails when and how it is told to. */
class MemoryRedisTest extends StateManagerContract {
    private final Stamp.Source stamps = new Stamp.Source(new TestClock());
    private final MemoryRedis redis = open(new TestClock());

    @Override
    public MemoryRedis open(TestClock clock) {
        MemoryRedis fresh = new MemoryRedis();
        Fences.fence(fresh, 1);
        return fresh;
    }

    @Nested
    class Fencing extends FencingContract {
        @Override
        protected FencedStateManager anotherBridge(StateManager first) {
            return ((MemoryRedis) first).anotherClient();
        }
    }

    @Test
    void theNthCallFailsBeforeItsEffect() {
        redis.faults().nth(2, Fault.unavailable());
        update(7);

        assertThatThrownBy(() -> update(8)).isExactlyInstanceOf(Unavailable.class);

        assertThat(isThere(8)).isFalse();
        update(8);
        assertThat(isThere(8)).isTrue();
    }

    @Test
    void anUnknownOutcomeMayHaveHadItsEffectOrNot() {
        redis.faults().nth(1, Call.executing(Operation.UpdateStatus.class), Fault.unknownAfterEffect());
        redis.faults().nth(2, Call.executing(Operation.UpdateStatus.class), Fault.unknownWithoutEffect());

        assertThatThrownBy(() -> update(7)).isInstanceOf(UnknownOutcome.class);
        assertThatThrownBy(() -> update(8)).isInstanceOf(UnknownOutcome.class);

        assertThat(isThere(7)).isTrue();
        assertThat(isThere(8)).isFalse();
    }

    @Test
    void aLateWriteLandsWhenTheTestSaysSo() {
        redis.faults().nth(1, Fault.late());
        assertThatThrownBy(() -> update(7)).isInstanceOf(UnknownOutcome.class);
        assertThat(isThere(7)).isFalse();

        redis.landLateWrites();

        assertThat(isThere(7)).isTrue();
    }

    @Test
    void aLateWriteIsGuardedByVersionAndEpoch() {
        redis.faults().always(Call.to("execute"), Fault.late());
        assertThatThrownBy(() -> update(7)).isInstanceOf(UnknownOutcome.class);
        redis.faults().clear();
        redis.execute(Contract.update(7, "{'status':'newer'}"), stamps.next());
        redis.landLateWrites();
        assertThat(new Issue(redis.read(RecordKey.issue(7)).image()).status()).isEqualTo("newer");

        redis.faults().nth(1, Fault.late());
        assertThatThrownBy(() -> update(8)).isInstanceOf(UnknownOutcome.class);
        Fences.fence(redis, 2);
        redis.landLateWrites();
        assertThat(isThere(8)).isFalse();
    }

    @Test
    void nothingLandsAfterAProbe() {
        redis.faults().nth(1, Fault.late());
        assertThatThrownBy(() -> update(7)).isInstanceOf(UnknownOutcome.class);

        redis.probe();
        redis.landLateWrites();

        assertThat(isThere(7)).isFalse();
    }

    @Test
    void aGateHoldsACallUntilItIsOpened() throws Exception {
        Gate gate = Gate.beforeEffect();
        redis.faults().nth(1, Call.to("execute"), gate);
        Thread caller = new Thread(() -> update(7));
        caller.start();

        gate.awaitArrival();
        assertThat(isThere(7)).isFalse();
        gate.open();
        caller.join();

        assertThat(isThere(7)).isTrue();
    }

    @Test
    void anEmptyServerIsNotBelieved() {
        update(7);
        String runId = redis.probe().runId();

        redis.restartEmpty();

        assertThatThrownBy(() -> isThere(7)).isInstanceOf(Fenced.class);
        assertThat(redis.probe().epoch()).isNull();
        assertThat(redis.probe().revision()).isZero();
        assertThat(redis.probe().runId()).isNotEqualTo(runId);
        Fences.fence(redis, 2);
        assertThat(isThere(7)).isFalse();
    }

    @Test
    void anOlderStateShowsByItsRevision() {
        update(7);
        redis.save();
        update(8);
        long revision = redis.probe().revision();

        redis.restartFromSaved();

        assertThat(redis.probe().revision()).isLessThan(revision);
        assertThat(isThere(7)).isTrue();
        assertThat(isThere(8)).isFalse();
    }

    @Test
    void callsAreLogged() {
        redis.forgetCalls();
        update(7);
        redis.heartbeat("p1", stamps.next());

        assertThat(redis.calls())
                .extracting(Call::toString)
                .containsExactly("execute update-status issues/7", "execute renew-process processes/p1", "heldBy p1");
    }

    private void update(long issue) {
        redis.execute(Contract.update(issue, "{'status':'x'}"), stamps.next());
    }

    private boolean isThere(long issue) {
        return redis.read(RecordKey.issue(issue)).image() != null;
    }
}
