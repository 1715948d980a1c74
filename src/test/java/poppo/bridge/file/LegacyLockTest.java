package poppo.bridge.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;

class LegacyLockTest {
    private static final String STATUS_LOCK = "issue-status.json.lock";
    private static final String DEAD = "999999999";

    /** A process that lives as long as the test: this one's parent. */
    private static final String LIVING = Long.toString(
            ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(1L));

    @TempDir
    Path path;

    private StateDirectory directory;

    @BeforeEach
    void open() {
        directory = new StateDirectory(path);
        directory.store();
    }

    @AfterEach
    void close() {
        directory.close();
    }

    @ParameterizedTest
    @EnumSource(StateFile.class)
    void everyFileHasItsOwnLockWithOurPidInItFromTheFirstMoment(StateFile file) {
        AtomicInteger seen = new AtomicInteger();
        String name = Path.of(file.path()).getFileName().toString();
        directory.disk.before(("rename " + name)::equals, () -> {
            assertThat(directory.read(file.lock()))
                    .isEqualTo(Long.toString(ProcessHandle.current().pid()));
            seen.incrementAndGet();
        });
        directory.run(operation(file));
        assertThat(seen).hasValue(1);
        assertThat(directory.has(file.lock())).isFalse();
    }

    private static Operation operation(StateFile file) {
        return switch (file) {
            case ISSUE_STATUS -> update(1);
            case PROCESSED_ISSUES -> new Operation.AddProcessedIssue(1);
            case PROCESSED_COMMENTS -> new Operation.AddProcessedComment(1, "c");
            case RUNNING_TASKS -> new Operation.PutRunningTask("t", Json.object());
            case PENDING_TASKS -> new Operation.AppendPendingTask(Json.nullValue());
            case LAST_RUN -> new Operation.SetLastRun(Json.object());
            case PROCESSES -> new Operation.RegisterProcess("p", Json.object());
        };
    }

    private static Operation update(long issue) {
        return new Operation.UpdateStatus(issue, Json.object().put("status", "a"));
    }

    @Test
    void aDeadHoldersLockIsRemovedAtOnce() {
        directory.write(STATUS_LOCK, DEAD);
        directory.run(update(1));
        assertThat(directory.ticker.nanoTime()).as("nobody waited").isEqualTo(1);
        assertThat(directory.store().notices())
                .contains("removed the stale lock issue-status.json.lock by process 999999999");
    }

    @Test
    void ourOwnPidOfAnEarlierLifeIsADeadHolder() {
        directory.write(STATUS_LOCK, Long.toString(ProcessHandle.current().pid()));
        directory.run(update(1));
        assertThat(directory.ticker.nanoTime()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not a pid", "-5", "99999999999999999999"})
    void aLockWithoutAPidIsRemovedOnlyAfterASecondLook(String content) {
        directory.write(STATUS_LOCK, content);
        directory.run(update(1));
        assertThat(waited()).isEqualTo(Duration.ofMillis(100));
        assertThat(directory.has(STATUS_LOCK)).isFalse();
    }

    /** As a legacy StatusManager takes it: empty at first, its pid a moment later; then it goes on and releases it. */
    @Test
    void anEmptyLockThatGetsItsPidIsRespected() {
        directory.write(STATUS_LOCK, "");
        AtomicInteger turn = new AtomicInteger();
        directory.ticker.meanwhile(() -> {
            switch (turn.incrementAndGet()) {
                case 1 -> fill(LIVING);
                case 2 -> assertThat(directory.read(STATUS_LOCK)).isEqualTo(LIVING);
                case 3 -> remove();
                default -> throw new AssertionError("too long");
            }
        });
        directory.run(update(1));
        assertThat(turn).hasValue(3);
    }

    private void fill(String content) {
        try {
            Files.writeString(path.resolve(STATUS_LOCK), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void remove() {
        try {
            Files.delete(path.resolve(STATUS_LOCK));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {STATUS_LOCK, ".locks/processed-issues.json.lock"})
    void aLivingHolderIsWaitedForFiveSecondsAndNeverRobbed(String lock) {
        directory.write(lock, LIVING);
        Operation operation = lock.equals(STATUS_LOCK) ? update(1) : new Operation.AddProcessedIssue(1);

        assertThatThrownBy(() -> directory.run(operation))
                .isExactlyInstanceOf(BridgeException.Unavailable.class)
                .hasMessage("the lock " + lock + " has been held by process " + LIVING
                        + " for 5 s; try again, or delete that" + " file if the process no longer works here");

        assertThat(waited()).isEqualTo(Duration.ofSeconds(5));
        assertThat(directory.read(lock)).isEqualTo(LIVING);
        assertThat(directory.has("issue-status.json")).isFalse();
    }

    /** The stale lock is gone and another's is there when we come to remove it. */
    @Test
    void aNewcomersLockIsPutBack() {
        directory.write(STATUS_LOCK, DEAD);
        directory.disk.before(("rename " + STATUS_LOCK + ".tmp")::equals, () -> directory.write(STATUS_LOCK, LIVING));
        AtomicInteger turn = new AtomicInteger();
        directory.ticker.meanwhile(() -> {
            assertThat(directory.read(STATUS_LOCK)).isEqualTo(LIVING);
            turn.incrementAndGet();
            remove();
        });
        directory.run(update(1));
        assertThat(turn).hasValue(1);
    }

    /** A legacy waiter breaks our lock and changes the file; we decide again on what it wrote. */
    @Test
    void aBrokenLockCostsNobodyAWrite() {
        directory.run(update(1));
        directory.disk.before("create issue-status.json.tmp"::equals, () -> {
            remove();
            directory.write("issue-status.json", "{\"issues\":{\"1\":{\"status\":\"a\"},\"9\":{\"status\":\"b\"}}}");
        });
        directory.run(update(2));
        assertThat(directory.store().count(poppo.bridge.state.StateCollection.ISSUES))
                .isEqualTo(3);
        assertThat(directory.read("issue-status.json")).contains("\"1\"", "\"2\"", "\"9\"");
        assertThat(directory.has(STATUS_LOCK)).isFalse();
    }

    @Test
    void anotherHoldersLockSurvivesOurRelease() {
        AtomicInteger turn = new AtomicInteger();
        directory.disk.before("rename issue-status.json.backup"::equals, () -> {
            remove();
            directory.write(STATUS_LOCK, LIVING);
            turn.incrementAndGet();
        });
        directory.run(update(1));
        directory.run(update(2));
        assertThat(turn).hasValue(1);
        assertThat(directory.read(STATUS_LOCK)).isEqualTo(LIVING);
        remove();
    }

    @Test
    void aWriterWithoutRegardForLocksIsGivenUpOn() {
        AtomicInteger count = new AtomicInteger();
        Runnable again = new Runnable() {
            @Override
            public void run() {
                directory.write("issue-status.json", "{\"issues\":{\"1\":{\"n\":" + count.incrementAndGet() + "}}}");
                directory.disk.before("create issue-status.json.tmp"::equals, this);
            }
        };
        directory.disk.before("create issue-status.json.tmp"::equals, again);
        assertThatThrownBy(() -> directory.run(update(2)))
                .isExactlyInstanceOf(BridgeException.Unavailable.class)
                .hasMessage(
                        "issue-status.json is written to by others without regard to its lock; nothing was changed: try"
                                + " again");
        assertThat(directory.read("issue-status.json")).contains("{\"n\":10}");
    }

    @Test
    void aBusyBridgeLeavesAGapForThoseWhoPoll() {
        AtomicInteger gaps = new AtomicInteger();
        directory.ticker.meanwhile(() -> {
            assertThat(directory.has(STATUS_LOCK)).isFalse();
            gaps.incrementAndGet();
        });
        for (int i = 1; i <= 50; i++) {
            directory.run(update(i));
            directory.ticker.pass(Duration.ofMillis(90));
        }
        assertThat(gaps).hasValue(2);
    }

    @Test
    void pidFilesOfKilledBridgesGoAndOursGoesWithUs() {
        directory.write(".bridge/pid." + DEAD, DEAD).write(".bridge/pid." + LIVING, LIVING);
        directory.run(update(1));
        assertThat(path.resolve(".bridge").toFile().list())
                .containsExactlyInAnyOrder(
                        "pid." + LIVING, "pid." + ProcessHandle.current().pid());
        directory.store().close();
        assertThat(path.resolve(".bridge").toFile().list()).containsExactly("pid." + LIVING);
    }

    private Duration waited() {
        return Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(directory.ticker.nanoTime()));
    }
}
