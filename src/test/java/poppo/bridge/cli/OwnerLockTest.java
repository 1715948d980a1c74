package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.state.BridgeException;

/** One owner at a time, whatever happens to the file. */
@Timeout(60)
final class OwnerLockTest {
    private static final long PID = ProcessHandle.current().pid();

    @TempDir
    Path directory;

    private final Steps steps = new Steps();
    private final List<OwnerLock> owned = new ArrayList<>();
    private final List<Process> others = new ArrayList<>();

    @AfterEach
    void giveUp() throws InterruptedException {
        owned.forEach(OwnerLock::close);
        for (Process other : others) {
            other.destroyForcibly().waitFor();
        }
    }

    /** Time that passes at once, and in whose pauses something may happen. */
    private static final class Steps implements Pace {
        private final List<Duration> pauses = new ArrayList<>();
        private Runnable next = () -> {};

        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public void pause(Duration length) {
            pauses.add(length);
            Runnable now = next;
            next = () -> {};
            now.run();
        }
    }

    private Path file() {
        return directory.resolve(".bridge/owner.lock");
    }

    private OwnerLock.Attempt attempt() {
        OwnerLock.Attempt attempt = OwnerLock.attempt(directory, steps);
        if (attempt instanceof OwnerLock.Owned mine) {
            owned.add(mine.lock());
        }
        return attempt;
    }

    private OwnerLock own() {
        assertThat(attempt()).isInstanceOf(OwnerLock.Owned.class);
        return owned.get(owned.size() - 1);
    }

    private void delete() {
        try {
            Files.delete(file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void replace() {
        try {
            Path other = Files.createTempFile(directory, "other", ".lock");
            Files.move(other, file(), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A process of its own that owns the directory until it is killed. */
    static final class Holder {
        public static void main(String[] args) throws InterruptedException {
            OwnerLock lock = OwnerLock.acquire(Path.of(args[0]));
            System.out.println("owns " + lock.file());
            Thread.currentThread().join();
        }
    }

    private Process holder() throws IOException {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        others.add(other);
        assertThat(other.inputReader().readLine()).startsWith("owns ");
        return other;
    }

    @Test
    void theOwnerIsNamedByItsPidAndASecondOneIsToldIt() throws IOException {
        OwnerLock lock = own();
        assertThat(Files.readString(lock.file()).strip()).isEqualTo(Long.toString(PID));
        assertThat(attempt()).isEqualTo(new OwnerLock.Taken(PID));
        assertThatThrownBy(() -> OwnerLock.acquire(directory))
                .isInstanceOf(BridgeException.Unavailable.class)
                .hasMessage(directory + " belongs to the bridge with pid " + PID + "; stop that one first");
    }

    @Test
    void itIsFreeAgainWhenItsOwnerClosesIt() {
        own().close();
        assertThat(own().isInForce()).isTrue();
    }

    @Test
    void anotherProcessIsSeenUntilItIsKilled() throws Exception {
        Process other = holder();
        assertThat(attempt()).isEqualTo(new OwnerLock.Taken(other.pid()));
        assertThat(attempt()).isEqualTo(new OwnerLock.Taken(other.pid()));
        other.destroyForcibly().waitFor();
        assertThat(own().isInForce()).isTrue();
    }

    /** To POSIX, a descriptor closed by the same process gives the lock up; an attempt in vain must not open any. */
    @Test
    void attemptsInVainInTheOwnersProcessDontGiveItsLockUp() throws Exception {
        OwnerLock lock = own();
        attempt();
        attempt();
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        others.add(other);
        assertThat(String.join("\n", other.inputReader().lines().toList()))
                .contains("belongs to the bridge with pid " + PID);
        assertThat(lock.isInForce()).isTrue();
    }

    @Test
    void aLockWhoseFileWasRemovedIsNotInForce() {
        OwnerLock lock = own();
        delete();
        assertThat(lock.isInForce()).isFalse();
    }

    @Test
    void aLockWhoseFileWasReplacedIsNotInForce() {
        OwnerLock lock = own();
        replace();
        assertThat(lock.isInForce()).isFalse();
    }

    @Test
    void aLockWhoseDirectoryWasReplacedIsNotInForce() throws IOException {
        OwnerLock lock = own();
        Files.move(directory.resolve(".bridge"), directory.resolve("aside"));
        assertThat(lock.isInForce()).isFalse();
        Files.createDirectory(directory.resolve(".bridge"));
        Files.copy(directory.resolve("aside/owner.lock"), file());
        assertThat(lock.isInForce()).isFalse();
    }

    @Test
    void aLockThatWasGivenUpWasNotLost() {
        OwnerLock lock = own();
        lock.close();
        delete();
        assertThat(lock.isInForce()).isTrue();
    }

    @Test
    void aNewFileGivesTheOwnerOfAnEarlierOneTimeToNotice() {
        own();
        Duration settling = steps.pauses.get(steps.pauses.size() - 1);
        assertThat(settling).isGreaterThan(OwnerLock.LOOK_EVERY.multipliedBy(2));
        delete();
        OwnerLock old = owned.get(0);
        steps.next = () -> assertThat(old.isInForce()).isFalse();
        own();
        assertThat(steps.pauses).containsExactly(settling, settling);
    }

    @Test
    void aFileThatHadAnOwnerIsTakenWithoutPause() throws Exception {
        Process other = holder();
        other.destroyForcibly().waitFor();
        own();
        assertThat(steps.pauses).isEmpty();
    }

    @Test
    void anOwnerThatDiedBeforeItSettledLeavesAFileThatCountsAsNew() throws IOException {
        Files.createDirectory(directory.resolve(".bridge"));
        Files.writeString(file(), "4711");
        own();
        assertThat(steps.pauses).hasSize(1);
    }

    @Test
    void aFileReplacedWhileItIsBeingLockedIsNotTakenForTheLock() {
        steps.next = this::replace;
        OwnerLock lock = own();
        assertThat(lock.isInForce()).isTrue();
    }

    @Test
    void aFileRemovedWhileItIsBeingLockedIsNotTakenForTheLock() {
        steps.next = this::delete;
        OwnerLock lock = own();
        assertThat(lock.isInForce()).isTrue();
        assertThat(file()).exists();
    }

    @Test
    void aFileThatIsReplacedForeverIsAnErrorInTheEnd() {
        Pace saboteur = new Pace() {
            @Override
            public long nanos() {
                return 0;
            }

            @Override
            public void pause(Duration length) {
                replace();
            }
        };
        assertThatThrownBy(() -> OwnerLock.attempt(directory, saboteur))
                .isInstanceOf(BridgeException.Unavailable.class)
                .hasMessageContaining("owner.lock is removed or replaced again and again");
    }

    @Test
    void aDirectoryWithNothingButTheLockIsLeftWithoutATrace() {
        own().leaveNoTrace();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aDirectoryThatABridgeWasOnKeepsItsLockFile() throws IOException {
        OwnerLock lock = own();
        Files.writeString(directory.resolve(".bridge/standing.json"), "{}");
        lock.leaveNoTrace();
        assertThat(file()).exists();
        assertThat(own().isInForce()).isTrue();
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        Path none = directory.resolve("none");
        assertThatThrownBy(() -> OwnerLock.attempt(none, steps))
                .hasMessage("the state directory " + none + " does not exist; create it, or correct bridge.state-dir");
    }
}
