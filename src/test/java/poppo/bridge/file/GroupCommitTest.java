package poppo.bridge.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Execution;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Replacement;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

class GroupCommitTest {
    private static final String NO_SPACE = "No space left on device";

    @TempDir
    Path path;

    @Test
    void eightThreadsLoseNothingAndShareRewrites() throws Exception {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.store();
            inThreads(8, thread -> {
                for (int i = 0; i < 50; i++) {
                    directory.run(new Operation.AddProcessedComment(i + 1, "c" + thread));
                }
            });

            FileStateManager later = directory.reopened();
            assertThat(later.page(StateCollection.PROCESSED_COMMENTS, null, 999))
                    .hasSize(50)
                    .allSatisfy(record -> assertThat(record.image()).hasSize(8));
            assertThat(directory.disk.rewrites("processed-comments.json")).isLessThan(400);
        }
    }

    /** Seven come while the first one's file is being written: they are one batch. */
    @Test
    void whoeverComesDuringAWriteSharesTheNext() throws Exception {
        try (StateDirectory directory = new StateDirectory(path)) {
            ExecutorService threads = Executors.newFixedThreadPool(8);
            List<Future<?>> others = new ArrayList<>();
            directory.store();
            directory.disk.before("rename processed-issues.json"::equals, () -> {
                for (int i = 2; i <= 8; i++) {
                    long issue = i;
                    others.add(threads.submit(() -> directory.run(new Operation.AddProcessedIssue(issue))));
                }
                awaitBlocked(threads, 7);
            });

            directory.run(new Operation.AddProcessedIssue(1));
            for (Future<?> other : others) {
                other.get();
            }
            threads.shutdown();

            assertThat(directory.disk.rewrites("processed-issues.json")).isEqualTo(2);
            assertThat(directory.store().count(StateCollection.PROCESSED_ISSUES))
                    .isEqualTo(8);
        }
    }

    private static void awaitBlocked(ExecutorService threads, int count) {
        while (Thread.getAllStackTraces().entrySet().stream()
                        .filter(thread -> thread.getKey().getState() == Thread.State.WAITING)
                        .filter(thread -> List.of(thread.getValue()).toString().contains("Commits"))
                        .count()
                < count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void oneOfManyCheckoutsWins() throws Exception {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.store();
            List<Execution> done = java.util.Collections.synchronizedList(new ArrayList<>());
            inThreads(8, thread -> {
                Execution execution = directory.run(new Operation.Checkout(1, "p" + thread, null, null, null));
                if (execution.isDone()) {
                    done.add(execution);
                }
            });
            assertThat(done).hasSize(1);
        }
    }

    @Test
    void refusalsAndRepetitionsWriteNothing() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.run(new Operation.Checkout(1, "p", null, null, null));
            directory.run(new Operation.AddProcessedIssue(1));
            Map<String, String> before = directory.snapshot();

            directory.run(new Operation.AddProcessedIssue(1));
            assertThat(directory
                            .run(new Operation.Checkout(1, "q", null, null, null))
                            .decision())
                    .isInstanceOf(Decision.Refused.class);

            assertThat(directory.snapshot()).isEqualTo(before);
        }
    }

    /** Each step of a write, before the rename that makes it true. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "create issue-status.json.tmp",
                "link issue-status.json.lock",
                "link issue-status.json.tmp",
                "rename issue-status.json",
                "create label"
            })
    void aFullDiskRefusesTheWholeBatchAndChangesNothing(String step) {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.run(new Operation.Checkout(1, "p", null, null, null));
            Map<String, String> before = directory.snapshot();
            Versioned issue = directory.store().read(RecordKey.issue(1));
            directory.disk.fail(NO_SPACE, taken -> taken.startsWith(step));

            assertThatThrownBy(() -> directory.run(new Operation.Checkin(1, "p", "completed", null)))
                    .isExactlyInstanceOf(BridgeException.Unavailable.class)
                    .hasMessageContaining(NO_SPACE);

            assertThat(directory.snapshot()).isEqualTo(before);
            assertThat(directory.store().read(RecordKey.issue(1))).isEqualTo(issue);
            directory.disk.heal();
            assertThat(directory
                            .run(new Operation.Checkin(1, "p", "completed", null))
                            .isDone())
                    .isTrue();
        }
    }

    @Test
    void theMessageOfAFailedWriteSaysWhatToDo() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.disk.fail(NO_SPACE, step -> step.startsWith("create last-run.json.tmp"));
            assertThatThrownBy(() -> directory.run(new Operation.SetLastRun(Json.object())))
                    .hasMessage(
                            "last-run.json could not be written (No space left on device); nothing was changed: see to the"
                                    + " disk and try again");
        }
    }

    @Test
    void aDirectoryThatWontSyncIsAnUnknownOutcomeAndIsWrittenAgain() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.run(new Operation.AddProcessedIssue(1));
            String state = String.valueOf(directory.path.getFileName());
            directory.disk.fail("Input/output error", ("sync " + state)::equals);

            assertThatThrownBy(() -> directory.run(new Operation.AddProcessedIssue(2)))
                    .isInstanceOf(BridgeException.UnknownOutcome.class)
                    .hasMessage(
                            "processed-issues.json was written, but the disk did not confirm it (Input/output error); read"
                                    + " the record back, and look after the disk");
            // A repetition must not be told "done" on the strength of what nobody confirmed.
            assertThatThrownBy(() -> directory.run(new Operation.AddProcessedIssue(2)))
                    .isInstanceOf(BridgeException.UnknownOutcome.class);

            directory.disk.heal();
            assertThat(directory.run(new Operation.AddProcessedIssue(2)).isDone())
                    .isTrue();
            assertThat(directory.read("processed-issues.json")).isEqualTo("[\n  1,\n  2\n]");
        }
    }

    @Test
    void aLabelRequestThatFailsAfterTheWriteIsTold() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.disk.fail("Input/output error", step -> step.startsWith("rename label"));
            assertThatThrownBy(() -> directory.run(new Operation.Checkout(1, "p", null, null, null)))
                    .isInstanceOf(BridgeException.UnknownOutcome.class)
                    .hasMessageStartingWith("the record is written, but its label request could not be");
            assertThat(directory.store().processing()).containsExactly(1L);
            assertThat(path.resolve("requests").toFile().list()).isEmpty();
        }
    }

    @Test
    void withoutHardLinksCopiesDo() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.disk.withoutLinks();
            directory.run(new Operation.AddProcessedIssue(1));
            directory.run(new Operation.AddProcessedIssue(2));
            assertThat(directory.read("processed-issues.json.backup")).isEqualTo("[\n  1\n]");
            assertThat(directory.read("processed-issues.json")).isEqualTo("[\n  1,\n  2\n]");
            assertThat(path.resolve(".locks").toFile().list()).isEmpty();
        }
    }

    @Test
    void anInterruptedCallerHarmsNobody() {
        try (StateDirectory directory = new StateDirectory(path)) {
            Thread.currentThread().interrupt();
            directory.run(new Operation.AddProcessedIssue(1));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(directory.read("processed-issues.json")).isEqualTo("[\n  1\n]");
        }
    }

    @Test
    void copiesOfOneFileShareARewriteAndOverwriteNothingNewer() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.run(new Operation.AddProcessedIssue(9));
            long before = directory.disk.rewrites("processed-issues.json");

            List<Boolean> written = directory
                    .store()
                    .replaceAll(List.of(
                            new Replacement(RecordKey.processedIssue(9), null, "stale", null, 0),
                            new Replacement(RecordKey.processedIssue(8), Json.number(8), Batch.ABSENT, null, 1),
                            new Replacement(RecordKey.processedIssue(7), Json.number(7), Batch.ABSENT, null, 2)));

            assertThat(written).containsExactly(false, true, true);
            assertThat(directory.disk.rewrites("processed-issues.json")).isEqualTo(before + 1);
            assertThat(directory.read("processed-issues.json")).isEqualTo("[\n  8,\n  7,\n  9\n]");
        }
    }

    @Test
    void aCopyThatIsNoRecordIsRefused() {
        try (StateDirectory directory = new StateDirectory(path)) {
            Replacement wrong = new Replacement(RecordKey.issue(1), Json.number(1), Batch.ABSENT, null, 0);
            assertThatThrownBy(() -> directory.store().replaceAll(List.of(wrong)))
                    .isInstanceOf(BridgeException.Invalid.class)
                    .hasMessageStartingWith("issues/1: not a record of its collection");
            assertThat(directory.has("issue-status.json")).isFalse();
        }
    }

    /** Its heartbeat comes between the decision and the rename. */
    @Test
    void aHolderThatTurnsOutToLiveKeepsItsIssue() {
        try (StateDirectory directory = new StateDirectory(path)) {
            directory.run(new Operation.Checkout(1, "p", null, null, null));
            directory.clock.advance(java.time.Duration.ofHours(1));
            directory.disk.before(
                    "create issue-status.json.tmp"::equals, () -> directory.run(new Operation.RenewProcess("p")));

            Execution taken = directory.run(new Operation.Checkout(1, "q", null, null, null));

            assertThat(taken.decision()).isInstanceOf(Decision.Refused.class);
            assertThat(directory.store().heldBy("p")).containsExactly(1L);
        }
    }

    @Test
    void aClosedStoreSaysSo() {
        StateDirectory directory = new StateDirectory(path);
        ObjectNode nothing = Json.object();
        directory.run(new Operation.SetLastRun(nothing));
        directory.close();
        assertThatThrownBy(() -> directory.run(new Operation.SetLastRun(nothing)))
                .hasMessage("the state directory has been closed; open it again");
        assertThat(path.resolve(".locks").toFile().list()).isEmpty();
    }

    private interface InThread {
        void run(int thread);
    }

    private static void inThreads(int count, InThread work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int thread = i;
            all.add(threads.submit(() -> {
                start.await();
                work.run(thread);
                return null;
            }));
        }
        start.countDown();
        for (Future<?> one : all) {
            one.get();
        }
        threads.shutdown();
    }
}
