package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import poppo.bridge.state.Decision.Code;

/** Reading records with their versions, and state transfer by compare-and-set. */
public abstract class CopyContract extends Contract {
    private static final RecordKey ISSUE = RecordKey.issue(7);

    @Test
    void manyRecordsAreReadInTheOrderAskedFor() {
        done(update(7, "{'status':'a'}"));
        done(register("p1", "{'pid':1}"));
        done(new Operation.AddProcessedIssue(7));
        List<RecordKey> keys = List.of(
                RecordKey.process("p1"),
                RecordKey.issue(8),
                ISSUE,
                RecordKey.LAST_RUN,
                RecordKey.processedIssue(7),
                ISSUE,
                RecordKey.PENDING_TASKS);

        List<Versioned> read = store.readAll(keys);

        assertThat(read).extracting(Versioned::key).containsExactlyElementsOf(keys);
        assertThat(read)
                .containsExactlyElementsOf(keys.stream().map(store::read).toList());
        assertThat(read.stream().map(record -> record.image() != null))
                .containsExactly(true, false, true, false, true, true, false);
    }

    @Test
    void readingNothingGivesNothing() {
        assertThat(store.readAll(List.of())).isEmpty();
        assertThat(store.replaceAll(List.of())).isEmpty();
    }

    @Test
    void aRecordSaysWhichStoreItIsFrom() {
        Execution done = run(update(7, "{'status':'a'}"));

        assertThat(done.served()).isNotNull();
        assertThat(store.read(ISSUE).served()).isNotNull();
    }

    @Test
    void readingChangesNoVersion() {
        done(update(7, "{'status':'a'}"));
        String version = store.read(ISSUE).version();
        everything();

        assertThat(store.read(ISSUE).version()).isEqualTo(version);
    }

    @Test
    void whatIsNewHasANewVersion() {
        String absent = store.read(ISSUE).version();
        done(update(7, "{'status':'a'}"));
        String first = store.read(ISSUE).version();
        done(update(7, "{'status':'b'}"));
        String second = store.read(ISSUE).version();

        assertThat(Stream.of(absent, first, second).distinct()).hasSize(3);
    }

    @Test
    void aCopyCreatesARecordThatIsNotThere() {
        Versioned absent = store.read(ISSUE);

        assertThat(store.replaceAll(List.of(copy(absent, "{'status':'a'}")))).containsExactly(true);

        assertJson(issue(7), "{'status':'a'}");
    }

    @Test
    void aCopyReplacesARecordWhole() {
        done(checkout(7, "p1"));

        assertThat(store.replaceAll(List.of(copy(store.read(ISSUE), "{'x':1}"))))
                .containsExactly(true);

        assertJson(issue(7), "{'x':1}");
        assertThat(store.processing()).isEmpty();
        assertThat(store.heldBy("p1")).isEmpty();
    }

    @Test
    void aCopyOfNothingRemovesTheRecord() {
        done(checkout(7, "p1"));

        assertThat(store.replaceAll(List.of(copy(store.read(ISSUE), null)))).containsExactly(true);

        assertAbsent(ISSUE);
        assertThat(store.processing()).isEmpty();
        assertThat(ids(StateCollection.ISSUES)).isEmpty();
    }

    @Test
    void aNewerRecordIsLeftAlone() {
        done(update(7, "{'status':'a'}"));
        Versioned seen = store.read(ISSUE);
        done(update(7, "{'status':'newer'}"));

        assertNotWritten(copy(seen, "{'status':'copy'}"));
        assertNotWritten(copy(seen, null));
        assertThat(new Issue(issue(7)).status()).isEqualTo("newer");
    }

    @Test
    void aRecordCreatedMeanwhileIsLeftAlone() {
        Versioned absent = store.read(ISSUE);
        done(update(7, "{'status':'newer'}"));

        assertNotWritten(copy(absent, "{'status':'copy'}"));
        assertNotWritten(copy(absent, null));
    }

    @Test
    void aRecordRemovedMeanwhileDoesNotComeBack() {
        done(update(7, "{'status':'a'}"));
        Versioned seen = store.read(ISSUE);
        done(new Operation.ResetIssue(7));

        assertNotWritten(copy(seen, "{'status':'copy'}"));
        assertAbsent(ISSUE);
    }

    @Test
    void aRecordCopiedMeanwhileIsLeftAlone() {
        Versioned absent = store.read(ISSUE);
        putIssue(7, "{'status':'newer'}");

        assertNotWritten(copy(absent, "{'status':'copy'}"));
    }

    @Test
    void aVersionNeverGivenOutIsNotMet() {
        done(update(7, "{'status':'a'}"));

        assertNotWritten(new Replacement(ISSUE, json("{}"), "no such version", null, 0));
        assertNotWritten(new Replacement(RecordKey.issue(8), json("{}"), "no such version", null, 0));
    }

    @Test
    void everyCollectionLeavesTheNewerAlone() {
        fill();
        List<Versioned> seen = all();
        assertThat(seen).hasSize(StateCollection.values().length);
        changeAll();
        List<String> newer = everything();

        List<Boolean> written = store.replaceAll(seen.stream()
                .map(record -> new Replacement(record.key(), record.image(), record.version(), null, record.order()))
                .toList());

        assertThat(written).hasSize(seen.size()).containsOnly(false);
        assertThat(everything()).isEqualTo(newer);
    }

    @Test
    void eachOfManyCopiesStandsForItself() {
        done(update(8, "{'status':'a'}"));
        Versioned seen = store.read(RecordKey.issue(8));
        done(update(8, "{'status':'newer'}"));

        List<Boolean> written = store.replaceAll(List.of(
                copy(store.read(ISSUE), "{'status':'seven'}"),
                copy(seen, "{'status':'eight'}"),
                copy(store.read(RecordKey.issue(9)), "{'status':'nine'}")));

        assertThat(written).containsExactly(true, false, true);
        assertJson(issue(7), "{'status':'seven'}");
        assertThat(new Issue(issue(8)).status()).isEqualTo("newer");
        assertJson(issue(9), "{'status':'nine'}");
    }

    @Test
    void ofTwoCopiesOfOneRecordTheFirstIsWritten() {
        Versioned absent = store.read(ISSUE);

        assertThat(store.replaceAll(List.of(copy(absent, "{'status':'a'}"), copy(absent, "{'status':'b'}"))))
                .containsExactly(true, false);

        assertJson(issue(7), "{'status':'a'}");
    }

    @Test
    void theListsFollowACopy() {
        putIssue(7, "{'status':'processing','processId':'p1'}");
        putIssue(8, "{'status':'processing','processId':'p2'}");
        assertThat(store.processing()).containsExactly(7L, 8L);
        assertThat(store.heldBy("p1")).containsExactly(7L);

        putIssue(7, "{'status':'processing','processId':'p2'}");
        assertThat(store.heldBy("p1")).isEmpty();
        assertThat(store.heldBy("p2")).containsExactly(7L, 8L);

        putIssue(7, "{'status':'completed','processId':'p2'}");
        assertThat(store.processing()).containsExactly(8L);
        assertThat(store.heldBy("p2")).containsExactly(8L);
    }

    @Test
    void aCopyStartsTheHoldersHeartbeat() {
        put(ISSUE, "{'status':'processing','processId':'p1'}", now.minus(MINUTE));

        assertLastSeen("p1", now.minus(MINUTE));
        assertThat(store.orphans(now)).isEmpty();
        refused(Code.ALREADY_CHECKED_OUT, checkout(7, "p2"));
    }

    @Test
    void aCopyOfAProcessStartsItsHeartbeat() {
        put(RecordKey.process("p1"), "{'pid':1}", now.minus(MINUTE));

        assertLastSeen("p1", now.minus(MINUTE));
    }

    @Test
    void aCopyOfTheLongDeadBringsNobodyBack() {
        put(ISSUE, "{'status':'processing','processId':'p1'}", longAgo());

        assertNotSeen("p1");
        assertThat(store.orphans(now)).extracting(Orphan::issue).containsExactly(7L);
        done(checkout(7, "p2"));
    }

    @Test
    void aCopyNeverShortensAHeartbeat() {
        done(checkout(7, "p1"));

        put(ISSUE, "{'status':'processing','processId':'p1'}", now.minus(MINUTE));
        put(RecordKey.process("p1"), "{'pid':1}", longAgo());
        put(RecordKey.issue(8), "{'status':'processing','processId':'p1'}");

        assertLastSeen("p1", now);
    }

    @Test
    void aCopyIsNoSignOfLifeByItself() {
        put(RecordKey.process("p1"), "{'pid':1}");
        putIssue(7, "{'status':'processing','processId':'p1'}");

        assertNotSeen("p1");
    }

    @Test
    void copiesStandWhereTheyStoodInTheOtherStore() {
        long first = stamps.next().order();
        long second = stamps.next().order();
        long third = stamps.next().order();
        copy(RecordKey.processedIssue(3), json("3"), null, third);
        copy(RecordKey.processedIssue(1), json("1"), null, first);
        copy(RecordKey.processedIssue(2), json("2"), null, second);
        copy(RecordKey.runningTask("x"), json("{}"), null, second);
        copy(RecordKey.runningTask("y"), json("{}"), null, first);
        done(new Operation.AddProcessedIssue(4));
        done(runningTask("a", "{}"));

        assertThat(ids(StateCollection.PROCESSED_ISSUES)).containsExactly("1", "2", "3", "4");
        assertThat(ids(StateCollection.RUNNING_TASKS)).containsExactly("y", "x", "a");
        assertThat(store.read(RecordKey.processedIssue(2)).order()).isEqualTo(second);
    }

    @Test
    void aCopyOfARecordThatIsThereLeavesItInItsPlace() {
        long first = stamps.next().order();
        copy(RecordKey.runningTask("x"), json("{}"), null, stamps.next().order());
        copy(RecordKey.runningTask("y"), json("{}"), null, stamps.next().order());

        copy(RecordKey.runningTask("y"), json("{'a':1}"), null, first);

        assertThat(ids(StateCollection.RUNNING_TASKS)).containsExactly("x", "y");
    }

    @Test
    void anOperationGoesOnFromACopy() {
        done(new Operation.AddProcessedComment(7, "a"));
        put(RecordKey.processedComments(7), "['a','b']");
        put(RecordKey.PENDING_TASKS, "[1]");

        assertBecame(run(new Operation.AddProcessedComment(7, "c")), "['a','b','c']");
        assertBecame(run(new Operation.AppendPendingTask(json("2"))), "[1,2]");
    }

    @Test
    void emptyRecordsAreNotAbsent() {
        for (RecordKey key : List.of(ISSUE, RecordKey.process("p"), RecordKey.runningTask("t"), RecordKey.LAST_RUN)) {
            put(key, "{}");
            assertJson(image(key), "{}");
        }
        for (RecordKey key : List.of(RecordKey.processedComments(7), RecordKey.PENDING_TASKS)) {
            put(key, "[]");
            assertJson(image(key), "[]");
        }
        assertThat(all()).hasSize(6);
    }

    @Test
    void aWholeStateCarriedOutAndBackIsTheSame() {
        fill();
        try (MemoryStateManager other = new MemoryStateManager()) {
            List<String> images = images(store);
            carry(store, other);
            assertThat(images(other)).isEqualTo(images);

            all().forEach(record -> copy(record.key(), null, null, record.order()));
            assertThat(all()).isEmpty();
            assertThat(store.processing()).isEmpty();

            carry(other, store);
            assertThat(images(store)).isEqualTo(images);
            assertThat(store.processing()).containsExactly(7L);
        }
    }

    private static void carry(StateManager from, StateManager to) {
        List<Versioned> records = all(from);
        List<Replacement> copies = records.stream()
                .map(record -> new Replacement(
                        record.key(), record.image(), to.read(record.key()).version(), null, record.order()))
                .toList();
        assertThat(to.replaceAll(copies)).hasSize(records.size()).containsOnly(true);
    }

    private static List<String> images(StateManager from) {
        return all(from).stream()
                .map(record -> record.key() + " " + text(record.image()))
                .toList();
    }

    private void fill() {
        Instant earlier = now.minus(MINUTE);
        doneAt(earlier, new Operation.Checkout(7, "p1", 42L, "t", object("{'x':'12','y':12,'z':null}")));
        doneAt(earlier, register("p1", "{'pid':42,'host':'h'}"));
        doneAt(earlier, new Operation.AddProcessedIssue(7));
        doneAt(earlier, new Operation.AddProcessedComment(7, "b"));
        doneAt(earlier, runningTask("t1", "{'n':1e3}"));
        doneAt(earlier, new Operation.SetPendingTasks(array("[{'a':[]},{'a':{}}]")));
        doneAt(earlier, new Operation.SetLastRun(object("{'n':1.50}")));
    }

    private void changeAll() {
        done(update(7, "{'status':'processing','x':'changed'}"));
        done(register("p1", "{'pid':43}"));
        done(new Operation.RemoveProcessedIssue(7));
        done(new Operation.AddProcessedComment(7, "a"));
        done(runningTask("t1", "{'n':2}"));
        done(new Operation.AppendPendingTask(json("{}")));
        done(new Operation.SetLastRun(object("{'n':2}")));
    }

    private List<Versioned> all() {
        return all(store);
    }

    private static List<Versioned> all(StateManager from) {
        List<Versioned> all = new ArrayList<>();
        for (StateCollection collection : StateCollection.values()) {
            all.addAll(from.page(collection, null, Integer.MAX_VALUE));
        }
        return all;
    }

    private Replacement copy(Versioned seen, String image) {
        JsonNode node = image == null ? null : json(image);
        return new Replacement(
                seen.key(), node, seen.version(), null, stamps.next().order());
    }

    private void assertNotWritten(Replacement copy) {
        List<String> before = everything();

        assertThat(store.replaceAll(List.of(copy))).containsExactly(false);

        assertThat(everything()).isEqualTo(before);
    }
}
