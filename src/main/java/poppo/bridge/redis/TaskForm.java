package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;

/** A field of one hash per record, for running tasks; the content is JSON text, the hint its place in the order. */
final class TaskForm extends Form {
    TaskForm(Keys keys) {
        super(keys);
    }

    @Override
    Step read(RecordKey key) {
        return Step.of("HGET", keys.runningTasks, key.id());
    }

    @Override
    Stored decode(RecordKey key, @Nullable String meta, List<String> content, boolean plainSet) {
        JsonNode image = content.isEmpty() ? null : parse(content.get(0), keys.runningTasks + "/" + key.id());
        return new Stored(key, meta, content, false, image, order(meta));
    }

    static long order(@Nullable String meta) {
        try {
            return meta == null ? 0 : Long.parseLong(meta.substring(meta.indexOf(' ') + 1));
        } catch (NumberFormatException e) {
            throw new BridgeException.Corrupt(
                    "the bridge's own metadata in Redis reads '" + meta
                            + "', which it never wrote: refill Redis from the files",
                    e);
        }
    }

    @Override
    void guard(Stored before, Commit commit) {
        guardText(read(before.key()), before, commit);
    }

    static void guardText(Step read, Stored before, Commit commit) {
        if (before.content().isEmpty()) {
            commit.checkNil(read);
        } else {
            commit.check(read, before.content().get(0));
        }
    }

    @Override
    Kept change(Stored before, JsonNode after, long order, Commit commit) {
        String json = Json.compact(after);
        commit.effect(Step.of("HSET", keys.runningTasks, before.key().id(), json));
        return new Kept(Long.toString(order), List.of(json));
    }

    @Override
    void remove(Stored before, Commit commit) {
        commit.effect(Step.of("HDEL", keys.runningTasks, before.key().id()));
    }
}
