package poppo.bridge.redis;

import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/** The key names of spec/redis-layout.md, and those the bridge adds under {@code bridge:}. */
final class Keys {
    /** Numbered records share a hash of metadata in runs of so many, few enough for Redis's compact encoding. */
    static final int BUCKET = 64;

    /** {@code epoch} and {@code revision}. */
    final String authority;

    final String shapes;
    final String processing;
    final String processedIssues;
    final String runningTasks;
    final String pendingTasks;
    final String lastRun;
    /** When the holder of an issue in processing expires, in ms; 0 where it has yet to be looked up. */
    final String deadlines;
    /** When each process expires, in ms; also after its heartbeat key is gone. */
    final String heartbeats;

    final String statusChanged;
    private final String prefix;

    Keys(String prefix) {
        this(prefix, prefix + "bridge:authority");
    }

    private Keys(String prefix, String authority) {
        this.prefix = prefix;
        this.authority = authority;
        shapes = prefix + "bridge:shapes";
        processing = prefix + "processing_issues";
        processedIssues = prefix + "processed_issues";
        runningTasks = prefix + "running_tasks";
        pendingTasks = prefix + "pending_tasks";
        lastRun = prefix + "last_run";
        deadlines = prefix + "bridge:deadlines";
        heartbeats = prefix + "bridge:heartbeats";
        statusChanged = prefix + "issue:status:changed";
    }

    /** The same layout once more, where no other program looks, under the same authority. */
    Keys scratch() {
        return new Keys(prefix + "bridge:scratch:", authority);
    }

    /** The pattern of all of the project's keys. */
    String all() {
        return prefix + "*";
    }

    String issue(String number) {
        return prefix + "issue:" + number;
    }

    String process(String id) {
        return prefix + "process:" + id;
    }

    String heartbeat(String processId) {
        return prefix + "heartbeat:" + processId;
    }

    String processedComments(String number) {
        return prefix + "processed_comments:" + number;
    }

    /** The issues that a process holds. */
    String held(String processId) {
        return prefix + "bridge:held:" + processId;
    }

    /** The key that holds a record's content. */
    String value(RecordKey key) {
        return switch (key.collection()) {
            case ISSUES -> issue(key.id());
            case PROCESSES -> process(key.id());
            case PROCESSED_ISSUES -> processedIssues;
            case PROCESSED_COMMENTS -> processedComments(key.id());
            case RUNNING_TASKS -> runningTasks;
            case PENDING_TASKS -> pendingTasks;
            case LAST_RUN -> lastRun;
        };
    }

    /** The hash that holds a record's revision and hint, in the field named by its id. */
    String meta(RecordKey key) {
        return hasBuckets(key.collection()) ? bucket(key.collection(), bucket(key.number())) : meta(key.collection());
    }

    String meta(StateCollection collection) {
        return prefix + "bridge:meta:" + collection.label();
    }

    String bucket(StateCollection collection, long bucket) {
        return buckets(collection) + ":" + bucket;
    }

    /** The buckets of a numbered collection that hold anything, in order. */
    String buckets(StateCollection collection) {
        return prefix + "bridge:" + collection.label();
    }

    static long bucket(long number) {
        return Math.floorDiv(number, BUCKET);
    }

    static boolean hasBuckets(StateCollection collection) {
        return collection == StateCollection.ISSUES || collection == StateCollection.PROCESSED_COMMENTS;
    }
}
