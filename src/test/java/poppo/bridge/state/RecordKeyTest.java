package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RecordKeyTest {
    private static final int RECORDS = 100_000;

    /** Pinned for good: a record must not change sides when a new version of the bridge comes. */
    @ParameterizedTest
    @CsvSource({
        "issues, 1, 35",
        "issues, 123, 97",
        "issues, 9007199254740991, 38",
        "processes, p1, 69",
        "processes, ポッポ🕊, 20",
        "processed-issues, 123, 76",
        "processed-comments, 123, 73",
        "running-tasks, issue-123, 12",
        "pending-tasks, pending-tasks, 85",
        "last-run, last-run, 24"
    })
    void theBucketOfARecordNeverChanges(String collection, String id, int bucket) {
        assertThat(new RecordKey(StateCollection.of(collection), id).rolloutBucket())
                .isEqualTo(bucket);
    }

    static Stream<LongFunction<RecordKey>> kinds() {
        return Stream.of(
                RecordKey::issue,
                RecordKey::processedIssue,
                RecordKey::processedComments,
                number -> RecordKey.process("poppo-" + number),
                number -> RecordKey.runningTask("issue-" + number));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void bucketsAreRoughlyEquallyFull(LongFunction<RecordKey> kind) {
        int[] full = new int[100];
        LongStream.rangeClosed(1, RECORDS).mapToObj(kind).forEach(key -> full[key.rolloutBucket()]++);

        assertThat(Arrays.stream(full)).allSatisfy(count -> assertThat(count).isBetween(800, 1200));
    }

    @Test
    void raisingThePercentOnlyAddsRecords() {
        Set<RecordKey> before = Set.of();
        for (int percent = 0; percent <= 100; percent += 5) {
            Set<RecordKey> now = rolledOut(percent);
            assertThat(now).containsAll(before);
            before = now;
        }
        assertThat(rolledOut(0)).isEmpty();
        assertThat(rolledOut(100)).hasSize(1000);
    }

    private static Set<RecordKey> rolledOut(int percent) {
        return LongStream.rangeClosed(1, 1000)
                .mapToObj(RecordKey::issue)
                .filter(key -> key.rolloutBucket() < percent)
                .collect(Collectors.toSet());
    }

    @Test
    void aKeyIsWrittenAsItsPath() {
        assertThat(RecordKey.issue(7)).hasToString("issues/7");
        assertThat(RecordKey.process("a/b")).hasToString("processes/a/b");
        assertThat(RecordKey.processedIssue(7)).hasToString("processed-issues/7");
        assertThat(RecordKey.processedComments(7)).hasToString("processed-comments/7");
        assertThat(RecordKey.runningTask("t")).hasToString("running-tasks/t");
        assertThat(RecordKey.PENDING_TASKS).hasToString("pending-tasks");
        assertThat(RecordKey.LAST_RUN).hasToString("last-run");
    }

    @Test
    void aNumberedKeyKnowsItsNumber() {
        assertThat(RecordKey.issue(Limits.MAX_ISSUE).number()).isEqualTo(Limits.MAX_ISSUE);
    }

    @ParameterizedTest
    @EnumSource(StateCollection.class)
    void aCollectionIsFoundByItsLabel(StateCollection collection) {
        assertThat(StateCollection.of(collection.label())).isSameAs(collection);
        assertThat(collection).hasToString(collection.label());
    }

    @Test
    void anUnknownCollectionIsRefusedNamingThoseThereAre() {
        assertThatThrownBy(() -> StateCollection.of("Issues"))
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessage("collection: 'Issues' is none of issues, processes, processed-issues, processed-comments,"
                        + " running-tasks, pending-tasks, last-run");
    }
}
