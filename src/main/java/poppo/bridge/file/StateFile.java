package poppo.bridge.file;

import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.util.Arrays;
import java.util.Comparator;
import poppo.bridge.state.StateCollection;

/** The files of a state directory, each with the collection it holds and the lock that guards it. */
@SuppressWarnings("ImmutableEnumChecker") // shapes are stateless
enum StateFile {
    ISSUE_STATUS(StateCollection.ISSUES, "issue-status.json", "issue-status.json.lock", new IssuesShape()),
    PROCESSED_ISSUES(StateCollection.PROCESSED_ISSUES, "processed-issues.json", new NumbersShape()),
    PROCESSED_COMMENTS(StateCollection.PROCESSED_COMMENTS, "processed-comments.json", new CommentsShape()),
    RUNNING_TASKS(StateCollection.RUNNING_TASKS, "running-tasks.json", new TasksShape()),
    PENDING_TASKS(
            StateCollection.PENDING_TASKS,
            "pending-tasks.json",
            new SingleShape("pending-tasks", JsonNodeType.ARRAY, "an array of tasks")),
    LAST_RUN(StateCollection.LAST_RUN, "last-run.json", new SingleShape("last-run", JsonNodeType.OBJECT, "an object")),
    PROCESSES(StateCollection.PROCESSES, ".bridge/processes.json", ".bridge/processes.json.lock", new ProcessesShape());

    private final StateCollection collection;
    private final String path;
    private final String lock;
    private final Shape shape;

    StateFile(StateCollection collection, String path, Shape shape) {
        this(collection, path, ".locks/" + path + ".lock", shape);
    }

    StateFile(StateCollection collection, String path, String lock, Shape shape) {
        this.collection = collection;
        this.path = path;
        this.lock = lock;
        this.shape = shape;
    }

    static StateFile of(StateCollection collection) {
        return Arrays.stream(values())
                .filter(file -> file.collection == collection)
                .findFirst()
                .orElseThrow();
    }

    StateCollection collection() {
        return collection;
    }

    /** Within the state directory. */
    String path() {
        return path;
    }

    /** Likewise. */
    String lock() {
        return lock;
    }

    Shape shape() {
        return shape;
    }

    /** How the collection is listed. */
    Comparator<Entry> listOrder() {
        return switch (this) {
            case ISSUE_STATUS, PROCESSED_COMMENTS -> Entry.BY_NUMBER;
            case PROCESSES -> Entry.BY_ID;
            default -> Entry.BY_ORDER;
        };
    }

    /** Whether the order of its entries is the order they came in. */
    boolean isInsertionOrdered() {
        return this == PROCESSED_ISSUES || this == RUNNING_TASKS;
    }
}
