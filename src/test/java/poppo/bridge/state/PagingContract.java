package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Listing collections, whole and page by page. */
public abstract class PagingContract extends Contract {
    @ParameterizedTest
    @EnumSource(StateCollection.class)
    void anEmptyCollectionHasNoPages(StateCollection collection) {
        assertThat(store.page(collection, null, 10)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 50, 120, 121, Integer.MAX_VALUE})
    void pagesOfAnySizeShowEachIssueOnceByNumber(int size) {
        List<String> numbers = shuffledIssues(120);

        assertThat(paged(StateCollection.ISSUES, size)).containsExactlyElementsOf(numbers);
    }

    @Test
    void sparseAndHugeNumbersStandInTheirOrder() {
        List<Long> numbers =
                List.of(Limits.MAX_ISSUE, 1L, 10L, 9L, 4294967295L, 4294967296L, 100L, 2L, Limits.MAX_ISSUE - 1);
        numbers.forEach(number -> done(update(number, "{'status':'x'}")));
        numbers.forEach(number -> done(new Operation.AddProcessedComment(number, "c")));
        String[] ascending =
                numbers.stream().sorted().map(number -> Long.toString(number)).toArray(String[]::new);

        assertThat(paged(StateCollection.ISSUES, 2)).containsExactly(ascending);
        assertThat(paged(StateCollection.PROCESSED_COMMENTS, 2)).containsExactly(ascending);
    }

    @Test
    void aPageGoesOnAfterANumberThatIsNotThere() {
        done(update(2, "{'status':'x'}"));
        done(update(10, "{'status':'x'}"));
        done(update(30, "{'status':'x'}"));

        assertThat(ids(store.page(StateCollection.ISSUES, "9", 10))).containsExactly("10", "30");
        assertThat(ids(store.page(StateCollection.ISSUES, "11", 10))).containsExactly("30");
        assertThat(ids(store.page(StateCollection.ISSUES, "1", 1))).containsExactly("2");
        assertThat(store.page(StateCollection.ISSUES, "30", 10)).isEmpty();
        assertThat(store.page(StateCollection.ISSUES, "9007199254740991", 10)).isEmpty();
    }

    @Test
    void aPageOfNoneIsEmpty() {
        done(update(2, "{'status':'x'}"));

        assertThat(store.page(StateCollection.ISSUES, null, 0)).isEmpty();
    }

    @Test
    void pagesGoOnOverWhatIsRemovedMeanwhile() {
        shuffledIssues(10);
        assertThat(ids(store.page(StateCollection.ISSUES, null, 5))).endsWith("5");

        done(new Operation.ResetIssue(5));

        assertThat(ids(store.page(StateCollection.ISSUES, "5", 3))).containsExactly("6", "7", "8");
    }

    @Test
    void whatIsListedIsWhatIsRead() {
        takenByDead(7, "p1");
        done(checkout(8, "p2"));
        done(new Operation.AddProcessedIssue(9));
        done(runningTask("t", "{'a':null}"));
        done(register("p1", "{'pid':1}"));

        for (StateCollection collection : StateCollection.values()) {
            assertThat(store.page(collection, null, 10))
                    .allSatisfy(listed -> assertThat(listed).isEqualTo(store.read(listed.key())));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 1000})
    void inOrderOfArrivalPagesGoOnAfterTheLastShown(int size) {
        String[] arrival = {"30", "4", "500", "1", "9007199254740991", "22", "3"};
        for (String number : arrival) {
            done(new Operation.AddProcessedIssue(Long.parseLong(number)));
            done(runningTask("task " + number, "{}"));
        }

        assertThat(paged(StateCollection.PROCESSED_ISSUES, size)).containsExactly(arrival);
        assertThat(paged(StateCollection.RUNNING_TASKS, size))
                .containsExactlyElementsOf(
                        List.of(arrival).stream().map(id -> "task " + id).toList());
    }

    @Test
    void inOrderOfArrivalAnIdNoLongerThereBeginsAgain() {
        done(new Operation.AddProcessedIssue(3));
        done(new Operation.AddProcessedIssue(2));
        done(runningTask("b", "{}"));
        done(runningTask("a", "{}"));

        assertThat(ids(store.page(StateCollection.PROCESSED_ISSUES, "99", 10))).containsExactly("3", "2");
        assertThat(ids(store.page(StateCollection.RUNNING_TASKS, "gone", 1))).containsExactly("b");
    }

    @Test
    void theOrderOfArrivalIsShown() {
        done(new Operation.AddProcessedIssue(3));
        done(new Operation.AddProcessedIssue(2));

        List<Versioned> listed = store.page(StateCollection.PROCESSED_ISSUES, null, 10);

        assertThat(listed.get(0).order()).isPositive().isLessThan(listed.get(1).order());
    }

    @Test
    void recordsThatDoNotStandInOrderOfArrivalHaveNone() {
        done(update(7, "{'status':'x'}"));
        done(register("p1", "{}"));
        done(new Operation.AddProcessedComment(7, "c"));
        done(new Operation.AppendPendingTask(json("1")));

        assertThat(store.read(RecordKey.issue(7)).order()).isZero();
        assertThat(store.read(RecordKey.process("p1")).order()).isZero();
        assertThat(store.read(RecordKey.processedComments(7)).order()).isZero();
        assertThat(store.read(RecordKey.PENDING_TASKS).order()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000})
    void processesAreShownOnceEach(int size) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            ids.add((i % 2 == 0 ? "P" : "ポ") + i);
            done(register(ids.get(i), "{'n':" + i + "}"));
        }

        assertThat(paged(StateCollection.PROCESSES, size)).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void aSingleRecordIsAPageOfItsOwn() {
        done(new Operation.AppendPendingTask(json("1")));
        done(new Operation.SetLastRun(object("{}")));

        assertThat(store.page(StateCollection.PENDING_TASKS, null, 10))
                .extracting(Versioned::key)
                .containsExactly(RecordKey.PENDING_TASKS);
        assertThat(store.page(StateCollection.LAST_RUN, null, 10))
                .extracting(Versioned::key)
                .containsExactly(RecordKey.LAST_RUN);
        assertThat(store.page(StateCollection.PENDING_TASKS, RecordKey.PENDING_TASKS.id(), 10))
                .isEmpty();
    }

    @Test
    void processingIsListedByNumberWholly() {
        List<Long> numbers = List.of(Limits.MAX_ISSUE, 10L, 9L, 4294967296L, 1L);
        numbers.forEach(number -> done(checkout(number, "p1")));
        done(update(5, "{'status':'completed','processId':'p1'}"));
        Long[] ascending = numbers.stream().sorted().toArray(Long[]::new);

        assertThat(store.processing()).containsExactly(ascending);
        assertThat(store.heldBy("p1")).containsExactly(ascending);
    }

    private List<String> shuffledIssues(int count) {
        List<Long> numbers =
                new ArrayList<>(LongStream.rangeClosed(1, count).boxed().toList());
        Collections.shuffle(numbers, new Random(7));
        numbers.forEach(number -> done(update(number, "{'status':'x'}")));
        return numbers.stream().sorted().map(number -> Long.toString(number)).toList();
    }

    private List<String> paged(StateCollection collection, int size) {
        List<String> shown = new ArrayList<>();
        List<Versioned> page = store.page(collection, null, size);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(size);
            shown.addAll(ids(page));
            assertThat(shown).as("no page is shown twice").doesNotHaveDuplicates();
            page = store.page(collection, shown.get(shown.size() - 1), size);
        }
        return shown;
    }
}
