package poppo.bridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What the topics of the contract have in common: the store of the enclosing {@link StoreUnderTest}, and words to say
 * what is expected of it.
 *
 * <p>Time: {@link #now} is the real time at which the test began. A holder is dead because it was last heard of more
 * than a TTL before that; no test looks into the future, since a server has a clock of its own.
 */
@ExtendWith(Contract.Opening.class)
public abstract class Contract {
    static final Duration TTL = StateManager.HEARTBEAT_TTL;
    static final Duration MINUTE = Duration.ofMinutes(1);

    /** As exact as a server's remaining time to live tells it. */
    private static final Duration LAST_SEEN_PRECISION = Duration.ofSeconds(1);

    TestClock clock = new TestClock();
    Stamp.Source stamps = new Stamp.Source(clock);
    Instant now = clock.instant();
    StateManager store;

    /** A time at which a sign of life has expired by {@link #now}. */
    Instant longAgo() {
        return now.minus(TTL).minus(MINUTE);
    }

    Execution run(Operation operation) {
        return store.execute(operation, stamps.next());
    }

    /** Executes in the past. */
    Execution runAt(Instant time, Operation operation) {
        clock.set(time);
        try {
            return run(operation);
        } finally {
            clock.set(now);
        }
    }

    /** Executes what must be fulfilled, and gives its answer. */
    JsonNode done(Operation operation) {
        return answer(run(operation));
    }

    JsonNode doneAt(Instant time, Operation operation) {
        return answer(runAt(time, operation));
    }

    static JsonNode answer(Execution execution) {
        if (execution.decision() instanceof Decision.Changed changed) {
            return changed.answer();
        }
        assertThat(execution.decision()).isInstanceOf(Decision.Unchanged.class);
        return ((Decision.Unchanged) execution.decision()).answer();
    }

    /** Executes what must be refused with {@code code}, having changed nothing at all. */
    Decision.Refused refused(Decision.Code code, Operation operation) {
        List<String> before = everything();
        Execution execution = run(operation);
        assertThat(execution.decision()).isInstanceOf(Decision.Refused.class);
        Decision.Refused refused = (Decision.Refused) execution.decision();
        assertThat(refused.code()).isEqualTo(code);
        assertThat(execution.isDone()).isFalse();
        assertThat(execution.after()).isEqualTo(execution.before());
        assertThat(everything()).as("a refusal changes nothing").isEqualTo(before);
        return refused;
    }

    /** Executes what must be fulfilled without a change to anything. */
    JsonNode doneWithoutChange(Operation operation) {
        List<String> before = everything();
        JsonNode answer = done(operation);
        assertThat(everything()).as("nothing is changed").isEqualTo(before);
        return answer;
    }

    /** The whole state, versions included. */
    List<String> everything() {
        List<String> all = new ArrayList<>();
        for (StateCollection collection : StateCollection.values()) {
            for (Versioned record : store.page(collection, null, Integer.MAX_VALUE)) {
                all.add(record.key() + " " + record.version() + " " + record.order() + " " + text(record.image()));
            }
        }
        all.add("processing " + store.processing());
        store.orphans(now).forEach(orphan -> all.add("orphan " + orphan.issue() + " of " + orphan.processId()));
        return all;
    }

    static String text(JsonNode image) {
        return image == null ? "absent" : Json.compact(image);
    }

    JsonNode image(RecordKey key) {
        Versioned read = store.read(key);
        assertThat(read.key()).isEqualTo(key);
        return read.image();
    }

    JsonNode issue(long number) {
        return image(RecordKey.issue(number));
    }

    /** Reads JSON that is written with ' for ", so that it can be read in Java, too. */
    static JsonNode json(String text) {
        return Json.parse(text.replace('\'', '"'));
    }

    /** Expects exactly this {@link #json}: fields, their order, types, and the text of numbers. */
    static void assertJson(JsonNode actual, String expected) {
        assertSame(actual, json(expected));
    }

    static void assertSame(JsonNode actual, JsonNode value) {
        assertThat(text(actual)).isEqualTo(Json.compact(value));
        assertThat(actual).isEqualTo(value);
    }

    /** Expects an executed change to be what its execution says it is, everywhere one can look. */
    void assertBecame(Execution execution, String expected) {
        assertThat(execution.decision()).isInstanceOf(Decision.Changed.class);
        assertJson(execution.after(), expected);
        assertJson(image(execution.key()), expected);
        assertJson(store.readAll(List.of(execution.key())).get(0).image(), expected);
    }

    void assertAbsent(RecordKey key) {
        assertThat(text(image(key))).isEqualTo("absent");
    }

    void assertLastSeen(String process, Instant expected) {
        Optional<Instant> seen = store.lastSeen(process, now);
        assertThat(seen).isPresent();
        assertClose(seen.get(), expected);
    }

    void assertNotSeen(String process) {
        assertThat(store.lastSeen(process, now)).isEmpty();
    }

    static void assertClose(Instant actual, Instant expected) {
        assertThat(Duration.between(expected, actual).abs()).isLessThan(LAST_SEEN_PRECISION);
    }

    /** Puts a record there as it is, by state transfer. */
    void put(RecordKey key, String json) {
        put(key, json, null);
    }

    void put(RecordKey key, String json, Instant holderSeen) {
        copy(key, json(json), holderSeen, stamps.next().order());
    }

    void copy(RecordKey key, JsonNode image, Instant holderSeen, long order) {
        Replacement copy = new Replacement(key, image, store.read(key).version(), holderSeen, order);
        assertThat(store.replaceAll(List.of(copy))).containsExactly(true);
    }

    void putIssue(long number, String json) {
        put(RecordKey.issue(number), json);
    }

    static Operation.Checkout checkout(long issue, String process) {
        return new Operation.Checkout(issue, process, null, null, null);
    }

    static Operation.Checkin checkin(long issue, String process) {
        return new Operation.Checkin(issue, process, Issue.COMPLETED, null);
    }

    static Operation.UpdateStatus update(long issue, String fields) {
        return new Operation.UpdateStatus(issue, object(fields));
    }

    static Operation.PutRunningTask runningTask(String id, String task) {
        return new Operation.PutRunningTask(id, object(task));
    }

    static Operation.RegisterProcess register(String id, String fields) {
        return new Operation.RegisterProcess(id, object(fields));
    }

    static ObjectNode object(String json) {
        return (ObjectNode) json(json);
    }

    static ArrayNode array(String json) {
        return (ArrayNode) json(json);
    }

    /** An issue taken by a process that was not heard of since. */
    void takenByDead(long issue, String process) {
        doneAt(longAgo(), checkout(issue, process));
    }

    static String time(Instant instant) {
        return Stamp.time(instant);
    }

    List<String> ids(StateCollection collection) {
        return ids(store.page(collection, null, Integer.MAX_VALUE));
    }

    static List<String> ids(List<Versioned> records) {
        return records.stream().map(record -> record.key().id()).toList();
    }

    /** Asks the enclosing test instance for a store, and closes it. */
    static final class Opening implements BeforeEachCallback, AfterEachCallback {
        @Override
        public void beforeEach(ExtensionContext context) throws Exception {
            Contract contract = contract(context);
            StoreUnderTest subject = context.getRequiredTestInstances()
                    .findInstance(StoreUnderTest.class)
                    .orElseThrow(() -> new IllegalStateException("nest a contract in a StoreUnderTest"));
            contract.store = subject.open(contract.clock);
        }

        @Override
        public void afterEach(ExtensionContext context) {
            StateManager store = contract(context).store;
            if (store != null) {
                store.close();
            }
        }

        private static Contract contract(ExtensionContext context) {
            return (Contract) context.getRequiredTestInstance();
        }
    }
}
