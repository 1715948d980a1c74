package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who a process is, and when it was last heard of. */
public abstract class ProcessContract extends Contract {
    private static final String FIELDS = "{'pid':42,'host':'h','tmuxSession':null,'extra':{'b':[1.50],'a':'1'}}";

    @Test
    void aRegistrationIsKeptAsItIs() {
        Execution registered = run(register("p1", FIELDS));

        assertBecame(registered, FIELDS);
        assertJson(answer(registered), FIELDS);
        assertThat(registered.before()).isNull();
        assertLastSeen("p1", now);
    }

    @Test
    void aRegistrationReplacesTheEarlierOneWhole() {
        done(register("p1", FIELDS));

        assertBecame(run(register("p1", "{'host':'i'}")), "{'host':'i'}");
    }

    @Test
    void anEmptyRegistrationIsNotAbsent() {
        assertBecame(run(register("p1", "{}")), "{}");
        assertThat(ids(StateCollection.PROCESSES)).containsExactly("p1");
    }

    @Test
    void aProcessNeverHeardOfIsNotThere() {
        assertAbsent(RecordKey.process("p1"));
        assertNotSeen("p1");
        assertThat(store.heldBy("p1")).isEmpty();
    }

    @Test
    void aHeartbeatLeavesTheRegistrationAlone() {
        done(register("p1", FIELDS));

        doneWithoutChange(new Operation.RenewProcess("p1"));

        assertJson(image(RecordKey.process("p1")), FIELDS);
    }

    @Test
    void aRegistrationOutlivesItsProcess() {
        doneAt(longAgo(), register("p1", FIELDS));

        assertNotSeen("p1");
        assertJson(image(RecordKey.process("p1")), FIELDS);
    }

    @Test
    void aProcessIsHeardOfForAWholeTtl() {
        doneAt(now.minus(TTL).plus(MINUTE), register("p1", FIELDS));

        assertLastSeen("p1", now.minus(TTL).plus(MINUTE));
    }

    @Test
    void aRegistrationBringsTheDeadBack() {
        takenByDead(7, "p1");

        done(register("p1", FIELDS));

        assertLastSeen("p1", now);
        assertThat(store.orphans(now)).isEmpty();
    }

    @Test
    void aRegistrationHoldsNothing() {
        done(register("p1", "{'status':'processing','processId':'p1'}"));

        assertThat(store.processing()).isEmpty();
        assertThat(store.heldBy("p1")).isEmpty();
        assertThat(ids(StateCollection.ISSUES)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ポッポ🕊", "a b:c/{d}", "7", "issue:7", "heartbeat:p1", "*?[a]", "%2F", ".", ".."})
    void everyIdIsAProcessOfItsOwn(String id) {
        done(register("other", "{'host':'o'}"));

        assertBecame(run(register(id, FIELDS)), FIELDS);

        assertLastSeen(id, now);
        assertJson(image(RecordKey.process("other")), "{'host':'o'}");
        assertThat(ids(StateCollection.PROCESSES)).containsExactlyInAnyOrder("other", id);
    }
}
