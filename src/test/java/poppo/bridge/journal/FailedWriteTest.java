package poppo.bridge.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.Waits;
import poppo.bridge.state.BridgeException;

class FailedWriteTest {
    private static final JournalOptions OPTIONS = new JournalOptions(Fsync.ALWAYS, 1 << 20, 0, 4096);

    @TempDir
    Path directory;

    /** Fails each write that holds {@code bad}, and the sync after one that holds {@code unconfirmed}. */
    private static final class PickyDisk extends Disk {
        @Override
        public Writable open(Path file, boolean durably) throws IOException {
            Writable open = super.open(file, durably);
            return new Writable() {
                private boolean dropped;

                @Override
                public void write(long at, byte[] bytes) throws IOException {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    if (text.contains("bad")) {
                        throw new IOException("planned");
                    }
                    dropped |= text.contains("unconfirmed");
                    open.write(at, bytes);
                }

                @Override
                public void sync() throws IOException {
                    if (dropped) {
                        dropped = false;
                        throw new IOException("planned");
                    }
                    open.sync();
                }

                @Override
                public void close() throws IOException {
                    open.close();
                }
            };
        }
    }

    private List<String> reopened(String... more) {
        List<String> found = new ArrayList<>();
        try (Journal journal = Journal.open(
                directory,
                OPTIONS,
                new PickyDisk(),
                Waits.BLOCKING,
                bytes -> found.add(new String(bytes, StandardCharsets.UTF_8)))) {
            for (String entry : more) {
                journal.append(entry.getBytes(StandardCharsets.UTF_8)).await();
            }
        }
        return found;
    }

    /** The segment that says that the failed entry does not count is empty then, and the next run takes its name. */
    @Test
    void anEntryThatFailedLastIsNotMissedHoweverOftenTheJournalIsOpened() {
        assertThat(reopened("one")).isEmpty();
        assertThatThrownBy(() -> reopened("bad")).isInstanceOf(BridgeException.Unavailable.class);
        assertThat(reopened("two")).containsExactly("one");
        assertThat(reopened("three")).containsExactly("one", "two");
        assertThat(reopened()).containsExactly("one", "two", "three");
    }

    @Test
    void evenWhenItIsTheVeryFirst() {
        assertThatThrownBy(() -> reopened("bad")).isInstanceOf(BridgeException.Unavailable.class);
        assertThat(reopened("one")).isEmpty();
        assertThat(reopened()).containsExactly("one");
        assertThatThrownBy(() -> reopened("two", "bad")).isInstanceOf(BridgeException.Unavailable.class);
        assertThatThrownBy(() -> reopened("bad")).isInstanceOf(BridgeException.Unavailable.class);
        assertThat(reopened("three")).containsExactly("one", "two");
        assertThat(reopened()).containsExactly("one", "two", "three");
    }

    /** The second sync of it would be confirmed, by a system that has dropped what it could not write. */
    @Test
    void aSegmentThatWasNotConfirmedIsNotAskedAgain() throws IOException {
        JournalOptions options = new JournalOptions(Fsync.EVERYSEC, 1 << 20, 0, 4096);
        try (Journal journal = Journal.open(directory, options, new PickyDisk(), Waits.BLOCKING, bytes -> {})) {
            journal.append("unconfirmed".getBytes(StandardCharsets.UTF_8)).await();
            assertThatThrownBy(journal::sync)
                    .isInstanceOf(BridgeException.Unavailable.class)
                    .hasMessageContaining("did not confirm");
            journal.append("next".getBytes(StandardCharsets.UTF_8)).await();
            journal.sync();
            assertThat(new Disk().list(directory))
                    .containsExactly("00000000000000000001.log", "00000000000000000002.log");
        }
        assertThat(reopened()).containsExactly("unconfirmed", "next");
    }
}
