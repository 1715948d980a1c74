package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Decision.Changed;
import poppo.bridge.state.Decision.Code;
import poppo.bridge.state.Decision.Effects;
import poppo.bridge.state.Decision.Refused;
import poppo.bridge.state.Decision.Unchanged;

/**
 * What a caller wants done to one record, as a pure function: {@link #decide} is the only place where its meaning is
 * written, and both stores run it. What the issue operations do follows StatusManager (spec/legacy-files.md), but for
 * the defects named there: a held issue is not handed out twice.
 *
 * <p>Constructors check the limits of spec/http-api.md and throw {@link BridgeException.Invalid}.
 */
public sealed interface Operation {
    /** The record it is about. */
    RecordKey key();

    /**
     * Decides. Pure: the same arguments give the same decision, and nothing else is touched.
     *
     * @param before the record as it is, or null; not changed
     * @param liveness asked only where the decision depends on it
     */
    Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp);

    /**
     * Whether it only says that somebody lives. Such a write is soft state: answered at once, written with the next
     * batch, kept out of the journal.
     */
    default boolean isSoft() {
        return false;
    }

    /**
     * What an execution under {@code stamp} was answered, if {@code image} shows its effect; null if it doesn't. For whoever
     * executed it once and lost the answer.
     *
     * <p>In general: executing it again would change nothing. So an operation that carries the stamp's time into the record
     * recognises its own work, and one that doesn't is as good as done when the record is as it would make it. Where
     * repeating does change something, or is refused on the very record that it made, the operation knows itself by the
     * trace it leaves.
     *
     * @param before what the record was before that execution
     */
    default @Nullable JsonNode answerIfDone(@Nullable JsonNode image, Before before, Stamp stamp) {
        Decision again = decide(image, issue -> true, stamp);
        if (again instanceof Unchanged unchanged) {
            return unchanged.answer();
        }
        boolean changesNothing = again instanceof Changed changed && Before.isSame(key(), changed.after(), image);
        return changesNothing ? ((Changed) again).answer() : null;
    }

    /**
     * Whether {@code image} shows that an execution has had no effect so far, or that it makes no difference whether it had.
     *
     * @param before what the record was before that execution
     */
    default boolean isUndone(@Nullable JsonNode image, Before before) {
        return before.is(image);
    }

    /** The name in metrics, journal and recordings: the class name in kebab case. */
    default String name() {
        return KebabCase.name(getClass());
    }

    /**
     * An operation that was tried before, with an outcome nobody knows, and must take effect once. Where the record shows that
     * it did, it is answered as it was then; where the record shows that it didn't, it is executed; where others have moved
     * the record on so that it shows neither, it is refused with {@link Code#UNKNOWN_OUTCOME}.
     *
     * @param before what the record was before the first try
     * @param tries the stamps of all tries so far
     */
    record Retry(Operation operation, Before before, List<Stamp> tries) implements Operation {
        @Override
        public RecordKey key() {
            return operation.key();
        }

        @Override
        public String name() {
            return operation.name();
        }

        @Override
        public Decision decide(@Nullable JsonNode image, Liveness liveness, Stamp stamp) {
            if (operation.isUndone(image, before)) {
                return operation.decide(image, liveness, stamp);
            }
            for (Stamp earlier : tries) {
                JsonNode answer = operation.answerIfDone(image, before, earlier);
                if (answer != null) {
                    return new Unchanged(answer, Effects.NONE);
                }
            }
            String detail =
                    key() + " has been changed by others since this was first tried, so that it can't be told any"
                            + " more whether it took effect";
            return new Refused(Code.UNKNOWN_OUTCOME, detail, Json.object());
        }
    }

    /**
     * An operation decided by a store that need not have heard of everybody.
     *
     * @param alive a process known to live, whatever the store knows
     */
    record Witnessed(Operation operation, String alive) implements Operation {
        @Override
        public RecordKey key() {
            return operation.key();
        }

        @Override
        public String name() {
            return operation.name();
        }

        @Override
        public boolean isSoft() {
            return operation.isSoft();
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            return operation.decide(
                    before, issue -> alive.equals(issue.processId()) || liveness.isHolderAlive(issue), stamp);
        }
    }

    /** An operation on an issue's record. */
    sealed interface OnIssue extends Operation {
        long issue();

        @Override
        default RecordKey key() {
            return RecordKey.issue(issue());
        }
    }

    /**
     * Takes an issue for a process. Refused while another process holds it and lives; for the holder itself only the
     * sign of life changes.
     */
    record Checkout(
            long issue,
            String processId,
            @Nullable Long pid,
            @Nullable String taskType,
            @Nullable ObjectNode metadata) implements OnIssue {
        public Checkout {
            Limits.issueNumber(issue);
            Limits.id(Issue.PROCESS_ID, processId);
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            if (before == null || !Issue.isProcessing(before)) {
                return take(before, stamp, null);
            }
            Issue held = new Issue(before);
            if (processId.equals(held.processId())) {
                return renew(before, stamp);
            }
            if (liveness.isHolderAlive(held)) {
                return Operation.heldBy(issue, held);
            }
            return take(before, stamp, held.processId());
        }

        private Decision take(@Nullable JsonNode before, Stamp stamp, @Nullable String deadHolder) {
            ObjectNode after = before == null ? Json.object() : Json.copy(before);
            after.put(Issue.STATUS, Issue.PROCESSING);
            after.put(Issue.LAST_UPDATED, stamp.time());
            after.put(Issue.PROCESS_ID, processId);
            after.set(Issue.PID, pid == null ? Json.nullValue() : Json.number(pid));
            after.put(Issue.START_TIME, stamp.time());
            after.put(Issue.LAST_HEARTBEAT, stamp.time());
            if (taskType == null) {
                after.remove(Issue.TASK_TYPE);
            } else {
                after.put(Issue.TASK_TYPE, taskType);
            }
            after.set(Issue.METADATA, freshMetadata());
            String oldStatus = before == null ? null : new Issue(before).status();
            LabelRequest label = LabelRequest.of(issue, oldStatus, Issue.PROCESSING, stamp);
            return new Changed(
                    after, after, Effects.alive(processId).withLabel(label).assumingDead(deadHolder));
        }

        private ObjectNode freshMetadata() {
            ObjectNode fresh = Json.object();
            fresh.set("retryCount", Json.number(0));
            fresh.set("errorCount", Json.number(0));
            if (metadata != null) {
                fresh.setAll(metadata);
            }
            return Json.inJavaScriptOrder(fresh);
        }

        /** The label request goes out again, since a caller may repeat itself because the first answer was lost. */
        private Decision renew(JsonNode before, Stamp stamp) {
            ObjectNode after = Json.copy(before);
            after.put(Issue.LAST_HEARTBEAT, stamp.time());
            if (pid != null) {
                after.set(Issue.PID, Json.number(pid));
            }
            LabelRequest label = LabelRequest.of(issue, null, Issue.PROCESSING, stamp);
            return new Changed(after, after, Effects.alive(processId).withLabel(label));
        }
    }

    /** Ends a holding. Only the holder may. */
    record Checkin(
            long issue,
            String processId,
            String status,
            @Nullable JsonNode result) implements OnIssue {
        public Checkin {
            Limits.issueNumber(issue);
            Limits.id(Issue.PROCESS_ID, processId);
            Limits.id(Issue.STATUS, status);
            if (Issue.PROCESSING.equals(status)) {
                throw new BridgeException.Invalid(Issue.STATUS, "a checkin can't leave an issue in 'processing'");
            }
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            if (before == null) {
                return Operation.unknown(issue);
            }
            Issue held = new Issue(before);
            if (!processId.equals(held.processId())) {
                ObjectNode members = Json.object();
                members.put("holder", held.isProcessing() ? held.processId() : null);
                return new Refused(
                        Code.NOT_HOLDER, "issue " + issue + " is not held by process '" + processId + "'", members);
            }
            ObjectNode after = Json.copy(before);
            after.put(Issue.STATUS, status);
            after.put(Issue.END_TIME, stamp.time());
            after.put(Issue.LAST_UPDATED, stamp.time());
            after.set(Issue.RESULT, result == null ? Json.object() : result);
            Operation.letGo(after);
            LabelRequest label = LabelRequest.of(issue, held.status(), status, stamp);
            return new Changed(after, after, Effects.NONE.withLabel(label));
        }

        /** By its times: who has checked in is no holder any more, and a repetition would be refused. */
        @Override
        public @Nullable JsonNode answerIfDone(@Nullable JsonNode image, Before before, Stamp stamp) {
            boolean isMine = image != null
                    && Operation.isEndedAt(image, status, stamp)
                    && Objects.equals(image.get(Issue.RESULT), result == null ? Json.object() : result);
            return isMine ? image : null;
        }
    }

    /**
     * Merges fields into an issue and creates it where there is none. It can't take an issue away from a live holder:
     * that is refused as a checkout would be.
     */
    record UpdateStatus(long issue, ObjectNode fields) implements OnIssue {
        private static final Set<String> TEXTS =
                Set.of(Issue.PROCESS_ID, Issue.START_TIME, Issue.LAST_HEARTBEAT, Issue.END_TIME, Issue.LAST_UPDATED);

        public UpdateStatus {
            Limits.issueNumber(issue);
            Limits.id(Issue.STATUS, fields.path(Issue.STATUS).textValue());
            for (Map.Entry<String, JsonNode> field : fields.properties()) {
                check(field.getKey(), field.getValue());
            }
        }

        private static void check(String name, JsonNode value) {
            if (TEXTS.contains(name) && !value.isTextual() && !value.isNull()) {
                throw new BridgeException.Invalid(name, "must be a string or null");
            }
            if (name.equals(Issue.PROCESS_ID) && value.isTextual()) {
                Limits.id(name, value.textValue());
            }
            if (name.equals(Issue.PID) && !value.isIntegralNumber() && !value.isNull()) {
                throw new BridgeException.Invalid(name, "must be a whole number or null");
            }
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            Issue held = new Issue(before == null ? Json.object() : before);
            ObjectNode after = Json.copy(held.json());
            after.put(Issue.STATUS, fields.path(Issue.STATUS).textValue());
            after.put(Issue.LAST_UPDATED, stamp.time());
            after.setAll(fields);
            after = Json.inJavaScriptOrder(after);
            String newHolder = Issue.holder(after);
            boolean handsOver =
                    held.isProcessing() && Issue.isProcessing(after) && !Objects.equals(held.processId(), newHolder);
            if (handsOver && liveness.isHolderAlive(held)) {
                return Operation.heldBy(issue, held);
            }
            Effects effects = Effects.alive(Objects.equals(newHolder, Issue.holder(before)) ? null : newHolder)
                    .withLabel(LabelRequest.of(
                            issue, held.status(), fields.path(Issue.STATUS).textValue(), stamp));
            return new Changed(after, after, handsOver ? effects.assumingDead(held.processId()) : effects);
        }
    }

    /** Removes an issue's record, whoever holds it. */
    record ResetIssue(long issue) implements OnIssue {
        public ResetIssue {
            Limits.issueNumber(issue);
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            return Operation.remove(before);
        }
    }

    /**
     * Says that the holder of an issue lives. Answers {@code {"alive": false}} when the issue is not in processing, or
     * not held by {@code processId}.
     *
     * @param processId who must hold it; null for whoever does
     */
    record Heartbeat(long issue, @Nullable String processId) implements OnIssue {
        public Heartbeat {
            Limits.issueNumber(issue);
            if (processId != null) {
                Limits.id(Issue.PROCESS_ID, processId);
            }
        }

        @Override
        public boolean isSoft() {
            return true;
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            boolean alive = Issue.isProcessing(before) && (processId == null || processId.equals(Issue.holder(before)));
            ObjectNode answer = Json.object().put("alive", alive);
            if (!alive) {
                return new Unchanged(answer, Effects.NONE);
            }
            ObjectNode after = Json.copy(Objects.requireNonNull(before));
            after.put(Issue.LAST_HEARTBEAT, stamp.time());
            return new Changed(after, answer, Effects.alive(Issue.holder(before)));
        }
    }

    /** Takes an issue from its dead holder, so that it can be checked out again. */
    record ReleaseOrphan(long issue) implements OnIssue {
        private static final String ORPHAN_RELEASED = "orphan-released";

        public ReleaseOrphan {
            Limits.issueNumber(issue);
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            if (before == null) {
                return Operation.unknown(issue);
            }
            Issue held = new Issue(before);
            if (!held.isProcessing()) {
                return new Refused(Code.NOT_PROCESSING, "issue " + issue + " is not in processing", Json.object());
            }
            if (liveness.isHolderAlive(held)) {
                return Operation.holder(Code.HOLDER_ALIVE, "the holder of issue " + issue + " is alive", held);
            }
            ObjectNode after = Json.copy(before);
            after.put(Issue.STATUS, Issue.PENDING);
            after.put(Issue.LAST_UPDATED, stamp.time());
            after.put(Issue.END_TIME, stamp.time());
            after.put(Issue.REASON, ORPHAN_RELEASED);
            Operation.letGo(after);
            LabelRequest label = LabelRequest.of(issue, held.status(), Issue.PENDING, stamp);
            return new Changed(after, after, Effects.NONE.withLabel(label).assumingDead(held.processId()));
        }

        /** By its times: a released issue is not in processing, and a repetition would be refused. */
        @Override
        public @Nullable JsonNode answerIfDone(@Nullable JsonNode image, Before before, Stamp stamp) {
            boolean isMine = image != null
                    && Operation.isEndedAt(image, Issue.PENDING, stamp)
                    && ORPHAN_RELEASED.equals(image.path(Issue.REASON).textValue());
            return isMine ? image : null;
        }
    }

    /** Writes down who a process is; it counts as a sign of life. */
    record RegisterProcess(String id, ObjectNode fields) implements Operation {
        public RegisterProcess {
            Limits.id("id", id);
        }

        @Override
        public RecordKey key() {
            return RecordKey.process(id);
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            return new Changed(fields, fields, Effects.alive(id));
        }
    }

    /** Renews a process's own heartbeat, registered or not. The issues it holds are {@link Heartbeat}s of their own. */
    record RenewProcess(String id) implements Operation {
        public RenewProcess {
            Limits.id("id", id);
        }

        @Override
        public RecordKey key() {
            return RecordKey.process(id);
        }

        @Override
        public boolean isSoft() {
            return true;
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            return new Unchanged(Json.nullValue(), Effects.alive(id));
        }
    }

    /** Notes an issue as processed. */
    record AddProcessedIssue(long issue) implements Operation {
        public AddProcessedIssue {
            Limits.issueNumber(issue);
        }

        @Override
        public RecordKey key() {
            return RecordKey.processedIssue(issue);
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            JsonNode number = Json.number(issue);
            return before == null
                    ? new Changed(number, Json.nullValue(), Effects.NONE)
                    : new Unchanged(Json.nullValue(), Effects.NONE);
        }
    }

    /** Forgets that an issue was processed. */
    record RemoveProcessedIssue(long issue) implements Operation {
        public RemoveProcessedIssue {
            Limits.issueNumber(issue);
        }

        @Override
        public RecordKey key() {
            return RecordKey.processedIssue(issue);
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            return Operation.remove(before);
        }
    }

    /** Notes a comment of an issue as processed; the ids keep the order they came in. */
    record AddProcessedComment(long issue, String commentId) implements Operation {
        public AddProcessedComment {
            Limits.issueNumber(issue);
            Limits.id("commentId", commentId);
        }

        @Override
        public RecordKey key() {
            return RecordKey.processedComments(issue);
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            ArrayNode after = Json.array();
            if (before != null) {
                for (JsonNode known : before) {
                    if (commentId.equals(known.textValue())) {
                        return new Unchanged(Json.nullValue(), Effects.NONE);
                    }
                    after.add(known);
                }
            }
            after.add(commentId);
            return new Changed(after, Json.nullValue(), Effects.NONE);
        }

        /** The list only grows, and noting a comment twice is noting it once. */
        @Override
        public boolean isUndone(@Nullable JsonNode image, Before before) {
            return true;
        }
    }

    /** Writes a running task; {@code startTime} is stamped where it is absent. */
    record PutRunningTask(String id, ObjectNode task) implements Operation {
        static final String START_TIME = "startTime";

        public PutRunningTask {
            Limits.id("id", id);
        }

        @Override
        public RecordKey key() {
            return RecordKey.runningTask(id);
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            ObjectNode after = task;
            if (!task.has(START_TIME)) {
                after = Json.copy(task);
                after.put(START_TIME, stamp.time());
            }
            return new Changed(after, after, Effects.NONE);
        }
    }

    /**
     * Removes a running task.
     *
     * @param startedBefore only if it started before this; null in any case
     */
    record RemoveRunningTask(String id, @Nullable Instant startedBefore) implements Operation {
        public RemoveRunningTask {
            Limits.id("id", id);
        }

        @Override
        public RecordKey key() {
            return RecordKey.runningTask(id);
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            if (before == null) {
                return new Refused(Code.NOT_FOUND, "there is no running task '" + id + "'", Json.object());
            }
            if (startedBefore != null && !isOlder(before, startedBefore)) {
                return new Unchanged(Json.nullValue(), Effects.NONE);
            }
            return Operation.remove(before);
        }

        /** A repetition would not find it. That somebody else removed it at the same time makes no difference to anyone. */
        @Override
        public @Nullable JsonNode answerIfDone(@Nullable JsonNode image, Before before, Stamp stamp) {
            return image == null && !before.isAbsent()
                    ? Json.nullValue()
                    : Operation.super.answerIfDone(image, before, stamp);
        }

        /** Whether a task started before {@code limit}; one that doesn't say when is never taken for old. */
        public static boolean isOlder(JsonNode task, Instant limit) {
            Instant start = new Issue(task).startTime();
            return start != null && start.isBefore(limit);
        }
    }

    /** Replaces the list of pending tasks. */
    record SetPendingTasks(ArrayNode tasks) implements Operation {
        @Override
        public RecordKey key() {
            return RecordKey.PENDING_TASKS;
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            return new Changed(tasks, Json.nullValue(), Effects.NONE);
        }
    }

    /** Appends one task to the pending ones. */
    record AppendPendingTask(JsonNode task) implements Operation {
        @Override
        public RecordKey key() {
            return RecordKey.PENDING_TASKS;
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            ArrayNode after = Json.array();
            if (before != null) {
                before.forEach(after::add);
            }
            after.add(task);
            return new Changed(after, Json.nullValue(), Effects.NONE);
        }

        /** By a task like it behind what the list was: a repetition would append a second one. */
        @Override
        public @Nullable JsonNode answerIfDone(@Nullable JsonNode image, Before before, Stamp stamp) {
            return before.isBeginningOf(image) && isAppended(image, before) ? Json.nullValue() : null;
        }

        /** As long as nothing was taken from the list, what is not there was never appended. */
        @Override
        public boolean isUndone(@Nullable JsonNode image, Before before) {
            return !before.moved() && before.isBeginningOf(image) && !isAppended(image, before);
        }

        private boolean isAppended(@Nullable JsonNode image, Before before) {
            for (int i = before.size(); image != null && i < image.size(); i++) {
                if (task.equals(image.get(i))) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Writes the last run; {@code timestamp} is stamped at every save. */
    record SetLastRun(ObjectNode info) implements Operation {
        @Override
        public RecordKey key() {
            return RecordKey.LAST_RUN;
        }

        @Override
        public Decision decide(@Nullable JsonNode before, Liveness liveness, Stamp stamp) {
            ObjectNode after = Json.copy(info);
            after.put("timestamp", stamp.time());
            return new Changed(after, Json.nullValue(), Effects.NONE);
        }
    }

    private static Decision remove(@Nullable JsonNode before) {
        return before == null
                ? new Unchanged(Json.nullValue(), Effects.NONE)
                : new Changed(null, Json.nullValue(), Effects.NONE);
    }

    private static boolean isEndedAt(JsonNode image, String status, Stamp stamp) {
        return status.equals(image.path(Issue.STATUS).textValue())
                && stamp.time().equals(image.path(Issue.END_TIME).textValue())
                && stamp.time().equals(image.path(Issue.LAST_UPDATED).textValue());
    }

    private static void letGo(ObjectNode issue) {
        issue.putNull(Issue.PROCESS_ID);
        issue.putNull(Issue.PID);
        issue.putNull(Issue.LAST_HEARTBEAT);
    }

    private static Refused unknown(long issue) {
        return new Refused(Code.UNKNOWN_ISSUE, "issue " + issue + " is not known", Json.object());
    }

    private static Refused heldBy(long issue, Issue held) {
        return holder(
                Code.ALREADY_CHECKED_OUT,
                "issue " + issue + " is held by process '" + held.processId() + "', which is alive",
                held);
    }

    private static Refused holder(Code code, String detail, Issue held) {
        ObjectNode members = Json.object();
        members.put("holder", held.processId());
        members.set(
                Issue.START_TIME,
                held.json().path(Issue.START_TIME).isMissingNode()
                        ? Json.nullValue()
                        : held.json().get(Issue.START_TIME));
        return new Refused(code, detail, members);
    }
}
