package poppo.bridge.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.legacy.LegacyProcess;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/** The real thing: other JVMs run the legacy classes on the same directory. */
class LegacyPeersTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int COUNT = 40;

    @TempDir
    Path path;

    @Test
    void tasksOfALegacyProcessAndOursAllArrive() {
        Stamp.Source stamps = new Stamp.Source(java.time.Clock.systemUTC());
        try (FileStateManager store = FileStateManager.open(FileOptions.of(path).withoutSchedule());
                LegacyProcess peer =
                        LegacyProcess.start(path, "tasks", COUNT, "peer").awaitReady(LONG)) {
            List<String> ours = new ArrayList<>();
            int exit = -1;
            for (int i = 0; i < COUNT; i++) {
                store.execute(new Operation.PutRunningTask("ours-" + i, Json.object()), stamps.next());
                ours.add("ours-" + i);
            }
            exit = peer.awaitExit(LONG);

            assertThat(exit).as(peer.toString()).isZero();
            List<String> ids = store.page(StateCollection.RUNNING_TASKS, null, Integer.MAX_VALUE).stream()
                    .map(task -> task.key().id())
                    .toList();
            assertThat(ids).hasSize(2 * COUNT).containsAll(ours);
            assertThat(store.notices()).isEmpty();
        }
    }

    @Test
    void aLockLeftByAKilledPeerIsNoObstacle() {
        Stamp.Source stamps = new Stamp.Source(java.time.Clock.systemUTC());
        try (FileStateManager store = FileStateManager.open(FileOptions.of(path).withoutSchedule())) {
            try (LegacyProcess peer =
                    LegacyProcess.start(path, "hold", 1, "peer").awaitReady(LONG)) {
                peer.awaitAcknowledged(1, LONG);
            }
            store.execute(new Operation.PutRunningTask("t", Json.object()), stamps.next());
            assertThat(store.read(RecordKey.runningTask("t")).image()).isNotNull();
        }
    }
}
