package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Issues and comments that were dealt with. */
public abstract class ProcessedContract extends Contract {
    @Test
    void aProcessedIssueIsItsNumber() {
        assertBecame(run(new Operation.AddProcessedIssue(7)), "7");
        assertAbsent(RecordKey.processedIssue(8));
    }

    @Test
    void theSecondTimeChangesNothing() {
        add(8, 7);

        doneWithoutChange(new Operation.AddProcessedIssue(8));

        assertThat(ids(StateCollection.PROCESSED_ISSUES)).containsExactly("8", "7");
    }

    @Test
    void processedIssuesKeepTheOrderTheyCameIn() {
        add(30, Limits.MAX_ISSUE, 1, 200, 4294967295L, 2);

        assertThat(ids(StateCollection.PROCESSED_ISSUES))
                .containsExactly("30", "9007199254740991", "1", "200", "4294967295", "2");
    }

    @Test
    void theOrderIsThatOfTheStampsWhoeverCameFirst() {
        Stamp earlier = stamps.next();
        add(2);
        store.execute(new Operation.AddProcessedIssue(3), earlier);

        assertThat(ids(StateCollection.PROCESSED_ISSUES)).containsExactly("3", "2");
    }

    @Test
    void aRemovedIssueIsGone() {
        add(3, 2, 1);

        Execution removed = run(new Operation.RemoveProcessedIssue(2));

        assertThat(removed.after()).isNull();
        assertAbsent(RecordKey.processedIssue(2));
        assertThat(ids(StateCollection.PROCESSED_ISSUES)).containsExactly("3", "1");
    }

    @Test
    void removingWhatIsNotThereChangesNothing() {
        add(3);

        doneWithoutChange(new Operation.RemoveProcessedIssue(2));
    }

    @Test
    void whoeverComesBackStandsAtTheEnd() {
        add(3, 2, 1);
        done(new Operation.RemoveProcessedIssue(3));
        add(3);

        assertThat(ids(StateCollection.PROCESSED_ISSUES)).containsExactly("2", "1", "3");
    }

    @Test
    void theStampsOrderIsKeptWithTheRecord() {
        Stamp stamp = stamps.next();
        store.execute(new Operation.AddProcessedIssue(7), stamp);
        done(new Operation.AddProcessedIssue(7));

        assertThat(store.read(RecordKey.processedIssue(7)).order()).isEqualTo(stamp.order());
        assertThat(store.page(StateCollection.PROCESSED_ISSUES, null, 1).get(0).order())
                .isEqualTo(stamp.order());
    }

    @Test
    void commentsKeepTheOrderTheyCameIn() {
        done(new Operation.AddProcessedComment(7, "b"));
        done(new Operation.AddProcessedComment(7, "10"));
        done(new Operation.AddProcessedComment(8, "x"));
        done(new Operation.AddProcessedComment(7, "a"));

        assertBecame(run(new Operation.AddProcessedComment(7, "9")), "['b','10','a','9']");
        assertJson(image(RecordKey.processedComments(8)), "['x']");
        assertAbsent(RecordKey.processedComments(9));
    }

    @Test
    void aCommentTheSecondTimeChangesNothing() {
        done(new Operation.AddProcessedComment(7, "b"));
        done(new Operation.AddProcessedComment(7, "a"));

        doneWithoutChange(new Operation.AddProcessedComment(7, "b"));

        assertJson(image(RecordKey.processedComments(7)), "['b','a']");
    }

    @Test
    void thoseOfOneIssueAreOneRecord() {
        done(new Operation.AddProcessedComment(10, "a"));
        done(new Operation.AddProcessedComment(9, "a"));
        done(new Operation.AddProcessedComment(10, "b"));

        List<Versioned> all = store.page(StateCollection.PROCESSED_COMMENTS, null, 10);

        assertThat(ids(all)).containsExactly("9", "10");
        assertJson(all.get(1).image(), "['a','b']");
    }

    @ParameterizedTest
    @ValueSource(strings = {"IC_kwDOO1bc0c6xYz12", "コメント🕊", "12", "a b", "\"\\", "null"})
    void everyCommentIdIsText(String id) {
        done(new Operation.AddProcessedComment(7, "first"));
        done(new Operation.AddProcessedComment(7, id));

        assertThat(image(RecordKey.processedComments(7))).hasSize(2);
        assertThat(image(RecordKey.processedComments(7)).get(1).textValue()).isEqualTo(id);
    }

    @Test
    void issuesAndProcessedIssuesOfOneNumberAreDifferentRecords() {
        add(7);
        done(checkout(7, "p1"));
        done(new Operation.AddProcessedComment(7, "c"));
        done(new Operation.ResetIssue(7));

        assertJson(image(RecordKey.processedIssue(7)), "7");
        assertJson(image(RecordKey.processedComments(7)), "['c']");
    }

    private void add(long... numbers) {
        for (long number : numbers) {
            done(new Operation.AddProcessedIssue(number));
        }
    }
}
