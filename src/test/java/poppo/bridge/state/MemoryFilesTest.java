package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The files of other tests keep the contract, and notice foreign writes. */
class MemoryFilesTest extends StateManagerContract {
    private final TestClock clock = new TestClock();
    private final Stamp.Source stamps = new Stamp.Source(clock);
    private final MemoryFiles files = new MemoryFiles();
    private final List<LocalStateManager.ForeignWrite> noticed = new ArrayList<>();

    @Override
    public MemoryFiles open(TestClock clock) {
        return new MemoryFiles();
    }

    @Test
    void aForeignWriteIsTakenInAndTold() {
        files.onForeignWrite(noticed::add);
        files.execute(Contract.checkout(7, "p1"), stamps.next());
        files.writeForeign(RecordKey.issue(7), null);
        files.writeForeign(RecordKey.issue(8), Contract.json("{'status':'x'}"));
        assertThat(files.read(RecordKey.issue(8)).image()).isNull();

        files.poll();
        files.poll();

        assertThat(files.read(RecordKey.issue(7)).image()).isNull();
        Contract.assertJson(files.read(RecordKey.issue(8)).image(), "{'status':'x'}");
        assertThat(noticed).hasSize(1);
        assertThat(noticed.get(0).file()).isEqualTo("issue-status.json");
        assertThat(noticed.get(0).records()).containsExactlyInAnyOrder(RecordKey.issue(7), RecordKey.issue(8));
        assertThat(noticed.get(0).erasedOurs().keySet()).containsExactly(RecordKey.issue(7));
        assertThat(noticed.get(0).setAside()).isNull();
    }

    @Test
    void aForeignWriteIsSetAsideWhereItIsNotAccepted() {
        files.onForeignWrite(noticed::add);
        files.acceptForeignWrites(false);
        files.writeForeign(RecordKey.LAST_RUN, Contract.json("{}"));

        files.poll();

        assertThat(files.read(RecordKey.LAST_RUN).image()).isNull();
        assertThat(noticed)
                .hasSize(1)
                .allSatisfy(write -> assertThat(write.setAside()).isNotNull());
    }

    @Test
    void labelRequestsAreHandedOn() {
        Execution taken = files.execute(Contract.checkout(7, "p1"), stamps.next());
        files.emit(List.of(((Decision.Changed) taken.decision()).effects().label()));

        assertThat(files.labels()).hasSize(2);
    }

    @Test
    void graceKeepsEveryHolderAlive() {
        clock.advance(StateManager.HEARTBEAT_TTL.multipliedBy(-2));
        files.execute(Contract.checkout(7, "p1"), stamps.next());
        clock.advance(StateManager.HEARTBEAT_TTL.multipliedBy(2));
        assertThat(files.orphans(clock.instant())).hasSize(1);

        files.grantGrace(clock.instant());

        assertThat(files.orphans(clock.instant())).isEmpty();
    }
}
