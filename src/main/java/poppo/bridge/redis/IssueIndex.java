package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;

/** What goes with a change of an issue: who holds it, until when, and who is told. */
final class IssueIndex {
    /** Not looked up yet: due at once, and then the heartbeat itself is asked. */
    static final String UNKNOWN_DEADLINE = "0";

    private final Keys keys;
    private final Duration ttl;

    IssueIndex(Keys keys, Duration ttl) {
        this.keys = keys;
        this.ttl = ttl;
    }

    void write(
            Stored before, @Nullable JsonNode after, @Nullable SignOfLife sign, @Nullable String time, Commit commit) {
        String number = before.key().id();
        String oldHolder = Issue.holder(before.image());
        String newHolder = Issue.holder(after);
        boolean indexed =
                before.meta() != null && Issue.isProcessing(before.image()) && Objects.equals(oldHolder, newHolder);
        if (Issue.isProcessing(after)) {
            if (!indexed) {
                hold(number, newHolder, commit);
            }
            writeDeadline(number, new Issue(Objects.requireNonNull(after)), sign, indexed, commit);
        } else if (before.meta() == null || Issue.isProcessing(before.image())) {
            commit.effect(Step.of("SREM", keys.processing, number));
            commit.effect(Step.of("ZREM", keys.deadlines, number));
        }
        if (oldHolder != null && !oldHolder.equals(newHolder)) {
            commit.effect(Step.of("SREM", keys.held(oldHolder), number));
        }
        publish(before, after, time, commit);
    }

    private void hold(String number, @Nullable String holder, Commit commit) {
        commit.effect(Step.of("SADD", keys.processing, number));
        if (holder != null) {
            commit.effect(Step.of("SADD", keys.held(holder), number));
        }
    }

    private void writeDeadline(String number, Issue after, @Nullable SignOfLife sign, boolean indexed, Commit commit) {
        String holder = after.processId();
        if (holder == null) {
            Instant last = after.lastHeartbeat();
            String deadline = last == null ? UNKNOWN_DEADLINE : Long.toString(SignOfLife.expiry(last, ttl));
            commit.effect(Step.of("ZADD", keys.deadlines, deadline, number));
        } else if (sign != null && sign.processId().equals(holder)) {
            String deadline = Long.toString(sign.expiry());
            commit.effect(
                    indexed
                            ? Step.of("ZADD", keys.deadlines, "GT", deadline, number)
                            : Step.of("ZADD", keys.deadlines, deadline, number));
        } else if (!indexed) {
            commit.effect(Step.of("ZADD", keys.deadlines, UNKNOWN_DEADLINE, number));
        }
    }

    private void publish(Stored before, @Nullable JsonNode after, @Nullable String time, Commit commit) {
        JsonNode oldStatus = status(before.image());
        JsonNode newStatus = status(after);
        if (oldStatus.equals(newStatus)) {
            return;
        }
        ObjectNode event = Json.object();
        event.set("issue", Json.number(before.key().number()));
        event.set("status", newStatus);
        event.set("oldStatus", oldStatus);
        event.put("processId", Issue.holder(after));
        event.put("timestamp", time);
        commit.effect(Step.keyless("PUBLISH", keys.statusChanged, Json.compact(event)));
    }

    private static JsonNode status(@Nullable JsonNode image) {
        JsonNode status = image == null ? null : image.get(Issue.STATUS);
        return status == null ? Json.nullValue() : status;
    }
}
