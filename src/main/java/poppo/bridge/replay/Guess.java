package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Decision;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;

/**
 * Which operations make of a record what it has become: guessed from what changed, and taken only if the operation,
 * asked, says just that.
 */
final class Guess {
    private final RecordKey key;
    private final @Nullable JsonNode before;
    private final @Nullable JsonNode after;
    private final Stamp.Source stamps;

    private Guess(RecordKey key, @Nullable JsonNode before, @Nullable JsonNode after, Stamp.Source stamps) {
        this.key = key;
        this.before = before;
        this.after = after;
        this.stamps = stamps;
    }

    /** An operation, and when it was executed as far as the record tells. */
    record Step(Operation operation, Stamp stamp) {}

    /** The operations that lead from one image to the other; none where none do. */
    static List<Step> of(RecordKey key, @Nullable JsonNode before, @Nullable JsonNode after, Stamp.Source stamps) {
        Guess guess = new Guess(key, before, after, stamps);
        for (Supplier<List<Step>> each : guess.candidates()) {
            try {
                List<Step> steps = each.get();
                if (!steps.isEmpty() && guess.isRight(steps)) {
                    return steps;
                }
            } catch (BridgeException.Invalid noSuchOperation) {
                continue;
            }
        }
        return List.of();
    }

    private boolean isRight(List<Step> steps) {
        JsonNode image = before;
        for (Step step : steps) {
            Decision decision = step.operation().decide(image, issue -> true, step.stamp());
            if (!(decision instanceof Decision.Changed changed)) {
                return false;
            }
            image = changed.after();
        }
        return after == null || image == null
                ? after == image
                : Json.compact(after).equals(Json.compact(image));
    }

    /** The likelier ones first. */
    private List<Supplier<List<Step>>> candidates() {
        String id = key.id();
        return switch (key.collection()) {
            case ISSUES ->
                after == null
                        ? List.of(() -> now(new Operation.ResetIssue(key.number())))
                        : List.of(
                                this::heartbeat,
                                this::checkout,
                                this::checkin,
                                () -> updatedLater(checkout()),
                                () -> updatedLater(checkin()),
                                this::update);
            case RUNNING_TASKS ->
                List.of(() -> now(
                        after instanceof ObjectNode task
                                ? new Operation.PutRunningTask(id, task)
                                : new Operation.RemoveRunningTask(id, null)));
            case PROCESSED_ISSUES ->
                List.of(() -> now(
                        after == null
                                ? new Operation.RemoveProcessedIssue(key.number())
                                : new Operation.AddProcessedIssue(key.number())));
            case PROCESSED_COMMENTS -> List.of(this::comments);
            case PENDING_TASKS -> List.of(this::appended, this::set);
            case LAST_RUN ->
                after instanceof ObjectNode info
                        ? List.of(() -> at("timestamp", new Operation.SetLastRun(info)))
                        : List.of();
            case PROCESSES -> List.of();
        };
    }

    private List<Step> heartbeat() {
        return at(Issue.LAST_HEARTBEAT, new Operation.Heartbeat(key.number(), null));
    }

    private List<Step> checkout() {
        JsonNode now = Objects.requireNonNull(after);
        JsonNode pid = now.path(Issue.PID);
        ObjectNode metadata = now.get(Issue.METADATA) instanceof ObjectNode given ? given : null;
        return at(
                Issue.START_TIME,
                new Operation.Checkout(
                        key.number(),
                        now.path(Issue.PROCESS_ID).asText(),
                        pid.isIntegralNumber() ? pid.longValue() : null,
                        now.path(Issue.TASK_TYPE).textValue(),
                        metadata));
    }

    private List<Step> checkin() {
        JsonNode now = Objects.requireNonNull(after);
        String holder = Issue.holder(before);
        return holder == null
                ? List.of()
                : at(
                        Issue.END_TIME,
                        new Operation.Checkin(
                                key.number(), holder, now.path(Issue.STATUS).asText(), now.get(Issue.RESULT)));
    }

    /** The legacy class takes the time of {@code lastUpdated} apart, when it has waited for its lock. */
    private List<Step> updatedLater(List<Step> first) {
        if (first.isEmpty()) {
            return first;
        }
        ObjectNode status = Json.object();
        status.set(Issue.STATUS, Objects.requireNonNull(after).path(Issue.STATUS));
        List<Step> steps = new ArrayList<>(first);
        steps.addAll(at(Issue.LAST_UPDATED, new Operation.UpdateStatus(key.number(), status)));
        return steps;
    }

    private List<Step> update() {
        JsonNode now = Objects.requireNonNull(after);
        ObjectNode fields = Json.object();
        for (Map.Entry<String, JsonNode> field : now.properties()) {
            boolean isSame = before != null && field.getValue().equals(before.get(field.getKey()));
            if (!isSame || field.getKey().equals(Issue.STATUS)) {
                fields.set(field.getKey(), field.getValue());
            }
        }
        return at(Issue.LAST_UPDATED, new Operation.UpdateStatus(key.number(), fields));
    }

    private List<Step> comments() {
        return behindBefore().stream()
                .map(id -> step(new Operation.AddProcessedComment(key.number(), id.asText())))
                .toList();
    }

    private List<Step> appended() {
        return behindBefore().stream()
                .map(task -> step(new Operation.AppendPendingTask(task)))
                .toList();
    }

    /** The elements that the list has more than it had. */
    private List<JsonNode> behindBefore() {
        List<JsonNode> more = new ArrayList<>();
        for (int i = before == null ? 0 : before.size(); after != null && i < after.size(); i++) {
            more.add(after.get(i));
        }
        return more;
    }

    private List<Step> set() {
        return after instanceof ArrayNode tasks ? now(new Operation.SetPendingTasks(tasks)) : List.of();
    }

    private List<Step> now(Operation operation) {
        return List.of(step(operation));
    }

    private Step step(Operation operation) {
        return new Step(operation, stamps.next());
    }

    /** With the time that a field of the record tells. */
    private List<Step> at(String field, Operation operation) {
        return time(field)
                .map(time -> {
                    Stamp stamp = stamps.next();
                    return List.of(new Step(operation, new Stamp(time, stamp.order(), stamp.nonce())));
                })
                .orElse(List.of());
    }

    private Optional<Instant> time(String field) {
        String text = after == null ? null : after.path(field).textValue();
        try {
            return Optional.ofNullable(text).map(Instant::parse);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
