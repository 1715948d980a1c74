package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.Decision.Code;

/** Running tasks, pending tasks and the last run. */
public abstract class TaskContract extends Contract {
    @Test
    void aTaskGetsItsStartTimeAtTheEnd() {
        Execution written = run(runningTask("t1", "{'type':'a','issue':7,'9':null}"));

        assertBecame(written, "{'9':null,'type':'a','issue':7,'startTime':'@T'}".replace("@T", time(now)));
        assertSame(answer(written), image(RecordKey.runningTask("t1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'2025-06-21T00:00:00.000Z'", "null", "5", "''"})
    void aStartTimeThatIsThereIsKept(String startTime) {
        String task = "{'startTime':" + startTime + ",'type':'a'}";

        assertBecame(run(runningTask("t1", task)), task);
    }

    @Test
    void anEmptyTaskIsATask() {
        assertBecame(run(runningTask("t1", "{}")), "{'startTime':'@T'}".replace("@T", time(now)));
    }

    @Test
    void aTaskWrittenAgainIsReplacedWholeInItsPlace() {
        done(runningTask("b", "{'x':1}"));
        done(runningTask("a", "{}"));

        assertBecame(run(runningTask("b", "{'startTime':'s'}")), "{'startTime':'s'}");

        assertThat(ids(StateCollection.RUNNING_TASKS)).containsExactly("b", "a");
    }

    @Test
    void tasksKeepTheOrderTheyCameIn() {
        for (String id : new String[] {"z", "a", "ポッポ🕊", "m:1", "A"}) {
            done(runningTask(id, "{}"));
        }

        assertThat(ids(StateCollection.RUNNING_TASKS)).containsExactly("z", "a", "ポッポ🕊", "m:1", "A");
    }

    @Test
    void theStampsOrderIsKeptWithTheTask() {
        Stamp stamp = stamps.next();
        store.execute(runningTask("t1", "{}"), stamp);
        done(runningTask("t1", "{'x':1}"));

        assertThat(store.read(RecordKey.runningTask("t1")).order()).isEqualTo(stamp.order());
    }

    @Test
    void aRemovedTaskIsGone() {
        done(runningTask("a", "{}"));
        done(runningTask("b", "{}"));
        done(runningTask("c", "{}"));

        Execution removed = run(new Operation.RemoveRunningTask("b", null));

        assertThat(removed.before()).isNotNull();
        assertThat(removed.after()).isNull();
        assertAbsent(RecordKey.runningTask("b"));
        assertThat(ids(StateCollection.RUNNING_TASKS)).containsExactly("a", "c");
    }

    @Test
    void aTaskThatComesBackStandsAtTheEnd() {
        done(runningTask("a", "{}"));
        done(runningTask("b", "{}"));
        done(new Operation.RemoveRunningTask("a", null));
        done(runningTask("a", "{}"));

        assertThat(ids(StateCollection.RUNNING_TASKS)).containsExactly("b", "a");
    }

    @Test
    void removingAnUnknownTaskIsRefused() {
        refused(Code.NOT_FOUND, new Operation.RemoveRunningTask("t1", null));
    }

    @Test
    void aTaskThatIsNotOldEnoughStays() {
        done(runningTask("t1", "{}"));

        doneWithoutChange(new Operation.RemoveRunningTask("t1", now));
    }

    @Test
    void theOldTasksAreRemovedAndNamed() {
        Instant limit = now.minus(MINUTE);
        doneAt(limit.minusMillis(1), runningTask("old", "{}"));
        doneAt(limit, runningTask("edge", "{}"));
        done(runningTask("new", "{}"));
        done(runningTask("old too", "{'startTime':'2025-06-21T00:00:00.000Z'}"));
        done(runningTask("no time", "{'startTime':null}"));
        done(runningTask("no date", "{'startTime':'yesterday'}"));

        assertThat(store.removeRunningTasks(limit, stamps.next())).containsExactlyInAnyOrder("old", "old too");

        assertThat(ids(StateCollection.RUNNING_TASKS)).containsExactlyInAnyOrder("edge", "new", "no time", "no date");
        assertThat(store.removeRunningTasks(limit, stamps.next())).isEmpty();
    }

    @Test
    void aTaskInProcessingIsNoIssue() {
        done(runningTask("7", "{'status':'processing','processId':'p1'}"));

        assertThat(store.processing()).isEmpty();
        assertThat(store.heldBy("p1")).isEmpty();
        assertThat(store.orphans(now)).isEmpty();
    }

    @Test
    void pendingTasksAreAbsentUntilSet() {
        assertAbsent(RecordKey.PENDING_TASKS);

        assertBecame(run(new Operation.SetPendingTasks(array("[]"))), "[]");
    }

    @Test
    void pendingTasksKeepTheirOrderAndRepeats() {
        String tasks = "[{'n':2},{'n':1},{'n':2},'text',null,[],{}]";

        assertBecame(run(new Operation.SetPendingTasks(array(tasks))), tasks);
    }

    @Test
    void settingReplacesThemAll() {
        done(new Operation.SetPendingTasks(array("[{'n':2},{'n':1}]")));

        assertBecame(run(new Operation.SetPendingTasks(array("[{'n':3}]"))), "[{'n':3}]");
    }

    @Test
    void appendedTasksStandAtTheEnd() {
        assertBecame(run(new Operation.AppendPendingTask(json("{'n':2}"))), "[{'n':2}]");
        assertBecame(run(new Operation.AppendPendingTask(json("{'n':1}"))), "[{'n':2},{'n':1}]");
        assertBecame(run(new Operation.AppendPendingTask(json("{'n':2}"))), "[{'n':2},{'n':1},{'n':2}]");
    }

    @Test
    void theLastRunIsStampedAtEverySave() {
        assertAbsent(RecordKey.LAST_RUN);
        assertBecame(
                run(new Operation.SetLastRun(object("{'timestamp':'mine','n':null}"))),
                "{'timestamp':'@T','n':null}".replace("@T", time(now)));
        assertBecame(run(new Operation.SetLastRun(object("{}"))), "{'timestamp':'@T'}".replace("@T", time(now)));
    }
}
