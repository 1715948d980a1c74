package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;

/** A list of JSON texts, for the pending tasks. What is no list, or an empty one, is kept in the hint. */
final class ListForm extends Form {
    ListForm(Keys keys) {
        super(keys);
    }

    @Override
    Step read(RecordKey key) {
        return Step.of("LRANGE", keys.pendingTasks, "0", "-1");
    }

    @Override
    Stored decode(RecordKey key, @Nullable String meta, List<String> content, boolean plainSet) {
        Stored stored = new Stored(key, meta, content, false, null, 0);
        return new Stored(key, meta, content, false, content.isEmpty() ? exact(stored) : image(content), 0);
    }

    private ArrayNode image(List<String> content) {
        ArrayNode image = Json.array();
        for (int i = 0; i < content.size(); i++) {
            image.add(parse(content.get(i), keys.pendingTasks + "[" + i + "]"));
        }
        return image;
    }

    /** Length and both ends: a queue changes there, and comparing all of a long one would cost too much. */
    @Override
    void guard(Stored before, Commit commit) {
        int size = before.content().size();
        commit.check(Step.of("LLEN", keys.pendingTasks), Integer.toString(size));
        if (size > 0) {
            commit.check(
                    Step.of("LINDEX", keys.pendingTasks, "0"), before.content().get(0));
            commit.check(
                    Step.of("LINDEX", keys.pendingTasks, "-1"), before.content().get(size - 1));
        }
    }

    @Override
    Kept change(Stored before, JsonNode after, long order, Commit commit) {
        List<String> tasks = new ArrayList<>();
        if (after.isArray()) {
            after.forEach(task -> tasks.add(Json.compact(task)));
        }
        boolean appends = SequenceForm.startsWith(tasks, before.content());
        if (!appends) {
            commit.checkList(read(before.key()), before.content());
            remove(before, commit);
        }
        List<String> added = appends ? tasks.subList(before.content().size(), tasks.size()) : tasks;
        if (!added.isEmpty()) {
            commit.effect(Step.of("RPUSH", keys.pendingTasks, added));
        }
        return new Kept(tasks.isEmpty() ? exactly(after) : nothingToAdd(), tasks);
    }

    @Override
    void remove(Stored before, Commit commit) {
        if (!before.content().isEmpty()) {
            commit.effect(Step.of("DEL", keys.pendingTasks));
        }
    }
}
