package poppo.bridge.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.legacy.LegacyProcess;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.StateCollection;

/** The real thing: other JVMs run the legacy classes on the same directory at the same time. */
class LegacyPeersTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int COUNT = 30;

    private final Stamp.Source stamps = new Stamp.Source(Clock.systemUTC());

    @TempDir
    Path path;

    private FileStateManager store;

    @BeforeEach
    void open() {
        store = FileStateManager.open(FileOptions.of(path).withoutSchedule());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private LegacyProcess peer(String mode, String script, String id) {
        return LegacyProcess.start(
                "--dir", path.toString(), "--mode", mode, "--script", script, "--count", "" + COUNT, "--id", id);
    }

    private Set<String> taskIds() {
        Set<String> ids = new HashSet<>();
        store.page(StateCollection.RUNNING_TASKS, null, Integer.MAX_VALUE)
                .forEach(task -> ids.add(task.key().id()));
        return ids;
    }

    @Test
    void allTasksAcknowledgedByAPeerAndByUsAreThere() {
        // A legacy process that finds no file writes an empty one, without a lock: that race is not ours.
        store.execute(new Operation.PutRunningTask("first", Json.object()), stamps.next());
        Set<String> acknowledged = new HashSet<>(Set.of("first"));
        try (LegacyProcess one = peer("files", "running-tasks", "one");
                LegacyProcess two = peer("files", "running-tasks", "two")) {
            one.awaitAcknowledged(1, LONG);
            for (int i = 0; i < COUNT; i++) {
                store.execute(new Operation.PutRunningTask("ours-" + i, Json.object()), stamps.next());
                acknowledged.add("ours-" + i);
            }
            for (LegacyProcess peer : List.of(one, two)) {
                assertThat(peer.awaitExit(LONG)).as(peer.toString()).isZero();
                peer.acknowledged().forEach(line -> acknowledged.add(line.split(" ")[2]));
            }
        }
        assertThat(acknowledged).hasSize(3 * COUNT + 1);
        assertThat(taskIds()).as("%s", store.notices()).isEqualTo(acknowledged);
    }

    @Test
    void aPeerThatWritesFromItsMemoryIsToldOf() {
        Set<RecordKey> erased = new HashSet<>();
        store.onForeignWrite(write -> erased.addAll(write.erasedOurs().keySet()));
        try (LegacyProcess peer = LegacyProcess.start(
                        "--dir", path.toString(), "--mode", "status", "--script", "update", "--paced", "true")
                .awaitReady(LONG)) {
            store.execute(new Operation.Checkout(99, "p", null, null, null), stamps.next());
            peer.proceed();
            peer.awaitAcknowledged(1, LONG);
            store.poll();
        }
        assertThat(erased).containsExactly(RecordKey.issue(99));
        assertThat(store.read(RecordKey.issue(1)).image()).isNotNull();
    }

    @Test
    void aPeerKilledWithTheLockInItsHandsIsNoObstacle() {
        try (LegacyProcess peer = peer("files", "hold", "peer")) {
            peer.awaitAcknowledged(1, LONG);
        }
        store.execute(new Operation.PutRunningTask("t", Json.object()), stamps.next());
        assertThat(taskIds()).containsExactly("t");
        assertThat(store.notices())
                .singleElement()
                .asString()
                .startsWith("removed the stale lock .locks/running-tasks.json.lock by process ");
    }

    @Test
    void aPeerReadsWhatWeWroteAndWeWhatItWrote() {
        store.execute(new Operation.AddProcessedIssue(500), stamps.next());
        try (LegacyProcess peer = peer("files", "processed-issues", "peer")) {
            assertThat(peer.awaitExit(LONG)).as(peer.toString()).isZero();
        }
        assertThat(store.count(StateCollection.PROCESSED_ISSUES)).isEqualTo(COUNT + 1L);
        assertThat(store.read(RecordKey.processedIssue(500)).image()).isNotNull();
    }
}
