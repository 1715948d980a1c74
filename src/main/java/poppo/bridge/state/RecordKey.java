package poppo.bridge.state;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Names one record. The record is the unit of everything: of ordering, of compare-and-set, of rollout, of comparison.
 *
 * @param collection where it belongs
 * @param id an issue number in decimal, a process or task id; of a single-record collection its own name
 */
public record RecordKey(StateCollection collection, String id) {
    public static final RecordKey PENDING_TASKS =
            new RecordKey(StateCollection.PENDING_TASKS, StateCollection.PENDING_TASKS.label());
    public static final RecordKey LAST_RUN = new RecordKey(StateCollection.LAST_RUN, StateCollection.LAST_RUN.label());

    /**
     * The key that {@link #toString} gives as {@code text}.
     *
     * @param field what to name when it is none
     * @throws BridgeException.Invalid when it is none
     */
    public static RecordKey parse(String field, String text) {
        int slash = text.indexOf('/');
        StateCollection collection = StateCollection.of(slash < 0 ? text : text.substring(0, slash));
        if (collection.isSingle() != (slash < 0)) {
            throw new BridgeException.Invalid(
                    field, "'" + text + "' names no record; write it like issues/7 or last-run");
        }
        return new RecordKey(collection, Limits.id(field, text.substring(slash + 1)));
    }

    public static RecordKey issue(long number) {
        return new RecordKey(StateCollection.ISSUES, Long.toString(number));
    }

    public static RecordKey process(String id) {
        return new RecordKey(StateCollection.PROCESSES, id);
    }

    public static RecordKey processedIssue(long number) {
        return new RecordKey(StateCollection.PROCESSED_ISSUES, Long.toString(number));
    }

    /** All processed comments of one issue. */
    public static RecordKey processedComments(long number) {
        return new RecordKey(StateCollection.PROCESSED_COMMENTS, Long.toString(number));
    }

    public static RecordKey runningTask(String id) {
        return new RecordKey(StateCollection.RUNNING_TASKS, id);
    }

    /** The id as an issue number, in a numbered collection. */
    public long number() {
        return Long.parseLong(id);
    }

    /**
     * Where this record stands in a rollout, 0 to 99: it takes part in a rollout of more percent than this. The hash is
     * CRC-32C of the key's text, fixed for good, so a record never flips back and forth and a raised percent only adds
     * records.
     */
    public int rolloutBucket() {
        CRC32C crc = new CRC32C();
        crc.update(toString().getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % 100);
    }

    /** The same in every run, unlike that of an enum: what is done in the order of a hash table can be repeated. */
    @Override
    public int hashCode() {
        return 31 * collection.label().hashCode() + id.hashCode();
    }

    @Override
    public String toString() {
        return collection.isSingle() ? id : collection.label() + "/" + id;
    }
}
