package poppo.bridge.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.machine.TestDisk;
import poppo.bridge.machine.Waits;
import poppo.bridge.state.BridgeException;

@Timeout(60)
class JournalTest {
    private static final int SEGMENT = 4096;

    @TempDir
    Path directory;

    private final TestDisk disk = new TestDisk();
    private final List<String> replayed = new ArrayList<>();

    private Journal open() {
        return open(Fsync.ALWAYS, 64 * SEGMENT);
    }

    private Journal open(Fsync fsync, long max) {
        replayed.clear();
        return Journal.open(
                directory,
                new JournalOptions(fsync, max, 0, SEGMENT),
                disk,
                Waits.BLOCKING,
                bytes -> replayed.add(new String(bytes, StandardCharsets.UTF_8)));
    }

    private static long add(Journal journal, String text) {
        Journal.Entry entry = journal.append(text.getBytes(StandardCharsets.UTF_8));
        entry.await();
        return entry.sequence();
    }

    private static List<String> numbers(int from, int to) {
        return LongStream.rangeClosed(from, to).mapToObj(Long::toString).toList();
    }

    private static void addNumbers(Journal journal, int from, int to) {
        numbers(from, to).forEach(number -> add(journal, number));
    }

    /** As if the process had been killed: the journal is not closed. */
    private List<String> afterCrash() {
        open().close();
        return List.copyOf(replayed);
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @EnumSource(Fsync.class)
    void whatWasAwaitedIsHandedOutInOrderAcrossSegments(Fsync fsync) throws IOException {
        Journal journal = open(fsync, 64 * SEGMENT);
        addNumbers(journal, 1, 500);
        assertThat(segments()).hasSizeGreaterThan(3);
        assertThat(afterCrash()).isEqualTo(numbers(1, 500));
    }

    @Test
    void whatACheckpointCoversIsNotHandedOutAndItsSegmentsGo() throws IOException {
        Journal journal = open();
        addNumbers(journal, 1, 500);
        int before = segments().size();
        journal.checkpoint(450);
        assertThat(segments()).hasSizeLessThan(before);
        assertThat(afterCrash()).isEqualTo(numbers(451, 500));
    }

    @Test
    void itGoesOnWhereItStoppedThroughManyRestarts() throws IOException {
        for (int run = 0; run < 5; run++) {
            Journal journal = open();
            assertThat(replayed).isEqualTo(numbers(1, run * 40));
            addNumbers(journal, run * 40 + 1, run * 40 + 40);
            if (run % 2 == 0) {
                journal.close();
            }
        }
        Journal journal = open();
        journal.checkpoint(journal.last());
        assertThat(segments()).hasSize(1);
        assertThat(afterCrash()).isEmpty();
    }

    @Test
    void entriesThatWaitTogetherShareAWrite() throws Exception {
        Journal journal = open();
        add(journal, "0");
        disk.steps.clear();
        disk.before(step -> step.startsWith("write"), () -> {
            while (journal.last() < 21) {
                Thread.onSpinWait();
            }
        });
        ExecutorService threads = Executors.newFixedThreadPool(20);
        try {
            List<Future<Long>> all = new ArrayList<>();
            for (int i = 1; i <= 20; i++) {
                String text = Integer.toString(i);
                all.add(threads.submit(() -> add(journal, text)));
            }
            for (Future<Long> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(disk.steps).filteredOn(step -> step.startsWith("write")).hasSizeLessThanOrEqualTo(2);
        assertThat(afterCrash()).hasSize(21);
    }

    @Test
    void aTornTailIsCutOffWithANotice() throws IOException {
        Journal journal = open();
        addNumbers(journal, 1, 10);
        Path segment = segments().get(0);
        byte[] bytes = Files.readAllBytes(segment);
        int last = lastNonZero(bytes);
        bytes[last] ^= 1;
        Files.write(segment, bytes);

        Journal after = open();
        assertThat(replayed).isEqualTo(numbers(1, 9));
        assertThat(after.notices()).singleElement().asString().contains("never acknowledged", "cut off", "offset");
        add(after, "new");
        assertThat(afterCrash())
                .isEqualTo(
                        Stream.concat(numbers(1, 9).stream(), Stream.of("new")).toList());
    }

    private static int lastNonZero(byte[] bytes) {
        int last = bytes.length - 1;
        while (bytes[last] == 0) {
            last--;
        }
        return last;
    }

    /** Every length that a write may be cut off at. */
    @Test
    void cutAnywhereItGivesBackAPrefix() throws IOException {
        Journal journal = open();
        addNumbers(journal, 1, 5);
        Path segment = segments().get(0);
        byte[] whole = Files.readAllBytes(segment);
        int end = lastNonZero(whole) + 1;
        for (int cut = Header.SIZE; cut <= end; cut++) {
            byte[] torn = new byte[whole.length];
            System.arraycopy(whole, 0, torn, 0, cut);
            Files.write(segment, torn);
            assertThat(afterCrash()).isEqualTo(numbers(1, (cut - Header.SIZE) / Frame.size(1)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 10, 20, 40, 70})
    void anyOtherDamageIsReportedWithItsPlaceAndNothingIsHandedOut(int offset) throws IOException {
        Journal journal = open();
        addNumbers(journal, 1, 200);
        Path segment = segments().get(0);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[offset] ^= 0x40;
        Files.write(segment, bytes);

        assertThatThrownBy(this::open)
                .isInstanceOf(BridgeException.Corrupt.class)
                .hasMessageContaining(segment.toString())
                .hasMessageContaining("offset");
        assertThat(replayed).isEmpty();
        assertThat(segments()).contains(segment);
    }

    @Test
    void aByteTurnedAnywhereInTheMiddleIsDamageOrChangesNothing() throws IOException {
        Journal journal = open();
        addNumbers(journal, 1, 60);
        Path segment = segments().get(0);
        byte[] whole = Files.readAllBytes(segment);
        int lastFrame = lastNonZero(whole) + 1 - Frame.size(2);
        for (int at = 0; at < lastFrame; at += 7) {
            byte[] bytes = whole.clone();
            bytes[at] ^= 1;
            Files.write(segment, bytes);
            assertThatThrownBy(this::open).as("byte " + at).isInstanceOf(BridgeException.Corrupt.class);
        }
    }

    @Test
    void aMissingSegmentIsDamage() throws IOException {
        Journal journal = open();
        addNumbers(journal, 1, 500);
        Files.delete(segments().get(1));
        assertThatThrownBy(this::open).isInstanceOf(BridgeException.Corrupt.class);
    }

    @Test
    void aMissingFirstSegmentIsDamageToo() throws IOException {
        Journal journal = open();
        addNumbers(journal, 1, 500);
        Files.delete(segments().get(0));
        assertThatThrownBy(this::open)
                .isInstanceOf(BridgeException.Corrupt.class)
                .hasMessageContaining("are missing");
    }

    @Test
    void anEntryThatCouldNotBeWrittenNeverComesBack() throws IOException {
        Journal journal = open();
        addNumbers(journal, 1, 3);
        disk.failOnce("Input/output error", step -> step.startsWith("write"));
        assertThatThrownBy(() -> add(journal, "refused"))
                .isInstanceOf(BridgeException.Unavailable.class)
                .isNotInstanceOf(BridgeException.UnknownOutcome.class)
                .hasMessageContaining("nothing was changed");
        add(journal, "4");
        assertThat(afterCrash()).isEqualTo(numbers(1, 4));
    }

    /** The failed write may have reached the disk all the same. */
    @Test
    void anEntryThatWasRefusedIsNotHandedOutEvenIfItIsThere() throws IOException {
        Journal journal = open();
        addNumbers(journal, 1, 3);
        Path segment = segments().get(0);
        byte[] before = Files.readAllBytes(segment);
        disk.failOnce("Input/output error", step -> step.startsWith("write"));
        assertThatThrownBy(() -> add(journal, "refused")).isInstanceOf(BridgeException.Unavailable.class);
        java.nio.ByteBuffer all = java.nio.ByteBuffer.wrap(before).position(lastNonZero(before) + 1);
        new Frame(4, 3, Frame.Kind.ENTRY, "refused".getBytes(StandardCharsets.UTF_8)).writeTo(all);
        Files.write(segment, before);

        assertThat(afterCrash()).isEqualTo(numbers(1, 3));
    }

    @Test
    void whatNeitherCouldBeWrittenNorDisownedIsUnknown() {
        Journal journal = open();
        addNumbers(journal, 1, 3);
        disk.fail("Input/output error", step -> step.startsWith("write"));
        assertThatThrownBy(() -> add(journal, "unknown")).isInstanceOf(BridgeException.UnknownOutcome.class);
        assertThatThrownBy(() -> add(journal, "refused"))
                .isInstanceOf(BridgeException.Unavailable.class)
                .isNotInstanceOf(BridgeException.UnknownOutcome.class);
        disk.heal();
        add(journal, "4");
        assertThat(afterCrash()).isEqualTo(numbers(1, 4));
    }

    @Test
    void itGrowsNoFurtherThanItMayAndTakesEntriesAgainAfterACheckpoint() throws IOException {
        Journal journal = open(Fsync.ALWAYS, 4 * SEGMENT);
        long added = 0;
        try {
            while (added < 10_000) {
                journal.requireRoom();
                added = add(journal, "x".repeat(50));
            }
        } catch (BridgeException.Unavailable e) {
            assertThat(e).hasMessageContaining("no room").hasMessageContaining("nothing was changed");
        }
        assertThat(added).isBetween(100L, 1000L);
        assertThat(journal.bytes()).isLessThanOrEqualTo(4 * SEGMENT);
        journal.checkpoint(added);
        journal.requireRoom();
        add(journal, "again");
        assertThat(afterCrash()).containsExactly("again");
    }

    @Test
    void aFullDiskIsMetBeforeAnEntryIsBegun() {
        Journal journal = open();
        disk.fail("No space left on device", step -> step.startsWith("create"));
        assertThatThrownBy(journal::requireRoom)
                .isInstanceOf(BridgeException.Unavailable.class)
                .hasMessageContaining("No space left on device");
        disk.heal();
        journal.requireRoom();
        disk.fail("No space left on device", step -> step.startsWith("create"));
        add(journal, "1");
        assertThat(afterCrash()).containsExactly("1");
    }

    @Test
    void anEntryLargerThanASegmentIsKept() throws IOException {
        Journal journal = open();
        String large = "L".repeat(5 * SEGMENT);
        add(journal, "1");
        add(journal, large);
        add(journal, "2");
        assertThat(afterCrash()).containsExactly("1", large, "2");
    }

    @Test
    void aCheckpointThatCannotBeWrittenDropsNothing() throws IOException {
        Journal journal = open();
        addNumbers(journal, 1, 500);
        disk.fail("Input/output error", step -> step.startsWith("write"));
        assertThatThrownBy(() -> journal.checkpoint(500)).isInstanceOf(BridgeException.Unavailable.class);
        disk.heal();
        assertThat(afterCrash()).isEqualTo(numbers(1, 500));
    }

    @Test
    void underEverysecACheckpointIsDurableAllTheSame() {
        Journal journal = open(Fsync.EVERYSEC, 64 * SEGMENT);
        add(journal, "1");
        disk.steps.clear();
        journal.checkpoint(1);
        assertThat(disk.steps).contains("sync spare");
    }

    @Test
    void aClosedOneTakesNothing() {
        Journal journal = open();
        journal.close();
        assertThatThrownBy(() -> add(journal, "1")).isInstanceOf(BridgeException.Unavailable.class);
    }
}
