package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import poppo.bridge.state.BridgeException.Fenced;

/**
 * What {@link FencedStateManager} promises beyond the rest. To be nested in the test of a fenced store; its {@link
 * StoreUnderTest} gives the store fenced with an epoch below 1000.
 */
public abstract class FencingContract extends Contract {
    /** Any that the store under test may have been fenced with is below this. */
    private static final long NEXT_EPOCH = 1000;

    FencedStateManager fenced;

    /** A second client on the same server, not fenced yet. */
    protected abstract FencedStateManager anotherBridge(StateManager first) throws Exception;

    @BeforeEach
    void see() {
        fenced = (FencedStateManager) store;
    }

    @Test
    void theServerTellsItsEpoch() {
        Fences.fence(fenced, NEXT_EPOCH);

        assertThat(fenced.probe().epoch()).isEqualTo(NEXT_EPOCH);
        assertThat(fenced.probe().runId()).isNotEmpty().isEqualTo(fenced.probe().runId());
    }

    @Test
    void theRevisionGrowsWithEachChange() {
        long before = fenced.probe().revision();
        done(update(7, "{'status':'x'}"));

        assertThat(fenced.probe().revision()).isGreaterThan(before);
    }

    @Test
    void raisingTheEpochKeepsTheRecords() {
        done(checkout(7, "p1"));
        List<String> before = everything();

        Fences.fence(fenced, NEXT_EPOCH);

        assertThat(everything()).isEqualTo(before);
        assertLastSeen("p1", now);
    }

    @Test
    void theSameEpochMayBeRaisedAgain() {
        Fences.fence(fenced, NEXT_EPOCH);
        Fences.fence(fenced, NEXT_EPOCH);

        done(update(7, "{'status':'x'}"));
    }

    @Test
    void aLowerEpochIsRefused() {
        Fences.fence(fenced, NEXT_EPOCH);

        assertThatThrownBy(() -> Fences.fence(fenced, NEXT_EPOCH - 1)).isInstanceOf(Fenced.class);

        assertThat(fenced.probe().epoch()).isEqualTo(NEXT_EPOCH);
        done(update(7, "{'status':'x'}"));
    }

    @Test
    void aFenceThatSawAnotherEpochIsRefused() {
        Fences.fence(fenced, NEXT_EPOCH);

        assertThatThrownBy(() -> fenced.fence(NEXT_EPOCH - 1, NEXT_EPOCH + 1)).isInstanceOf(Fenced.class);
        assertThatThrownBy(() -> fenced.fence(null, NEXT_EPOCH + 1)).isInstanceOf(Fenced.class);

        assertThat(fenced.probe().epoch()).isEqualTo(NEXT_EPOCH);
        done(update(7, "{'status':'x'}"));
    }

    @Test
    void aWriterOfAnEarlierEpochIsRefusedAndChangesNothing() throws Exception {
        done(update(7, "{'status':'x'}"));
        Versioned seen = store.read(RecordKey.issue(7));
        try (FencedStateManager next = anotherBridge(store)) {
            Fences.fence(next, NEXT_EPOCH);

            assertThatThrownBy(() -> run(checkout(7, "late"))).isInstanceOf(Fenced.class);
            assertThatThrownBy(() -> run(new Operation.Heartbeat(7, null))).isInstanceOf(Fenced.class);
            assertThatThrownBy(() -> run(new Operation.RenewProcess("late"))).isInstanceOf(Fenced.class);
            Replacement copy = new Replacement(seen.key(), json("{'status':'late'}"), seen.version(), now, 0);
            assertThatThrownBy(() -> store.replaceAll(List.of(copy))).isInstanceOf(Fenced.class);

            assertSame(next.read(RecordKey.issue(7)).image(), seen.image());
            assertThat(next.processing()).isEmpty();
            assertThat(next.lastSeen("late", now)).isEmpty();
        }
    }

    @Test
    void aRefusedWriterGoesOnOnceItIsFencedItself() throws Exception {
        try (FencedStateManager next = anotherBridge(store)) {
            Fences.fence(next, NEXT_EPOCH);
        }

        Fences.fence(fenced, NEXT_EPOCH + 1);

        done(update(7, "{'status':'x'}"));
    }

    @Test
    void twoBridgesOfOneEpochShareTheState() throws Exception {
        Fences.fence(fenced, NEXT_EPOCH);
        try (FencedStateManager other = anotherBridge(store)) {
            Fences.fence(other, NEXT_EPOCH);
            done(checkout(7, "p1"));

            assertThat(other.execute(checkout(7, "p2"), stamps.next()).isDone()).isFalse();
            assertThat(other.execute(update(8, "{'status':'x'}"), stamps.next()).isDone())
                    .isTrue();
            assertThat(new Issue(issue(8)).status()).isEqualTo("x");
            done(update(8, "{'status':'y'}"));
            assertThat(new Issue(other.read(RecordKey.issue(8)).image()).status())
                    .isEqualTo("y");
        }
    }
}
