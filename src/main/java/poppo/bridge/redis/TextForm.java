package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;

/** One JSON text, for the last run. */
final class TextForm extends Form {
    TextForm(Keys keys) {
        super(keys);
    }

    @Override
    Step read(RecordKey key) {
        return Step.of("GET", keys.lastRun);
    }

    @Override
    Stored decode(RecordKey key, @Nullable String meta, List<String> content, boolean plainSet) {
        JsonNode image = content.isEmpty() ? null : parse(content.get(0), keys.lastRun);
        return new Stored(key, meta, content, false, image, 0);
    }

    @Override
    void guard(Stored before, Commit commit) {
        TaskForm.guardText(read(before.key()), before, commit);
    }

    @Override
    Kept change(Stored before, JsonNode after, long order, Commit commit) {
        String json = Json.compact(after);
        commit.effect(Step.of("SET", keys.lastRun, json));
        return new Kept(nothingToAdd(), List.of(json));
    }

    @Override
    void remove(Stored before, Commit commit) {
        commit.effect(Step.of("DEL", keys.lastRun));
    }
}
