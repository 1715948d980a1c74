package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;

/**
 * A sorted set per record, for the processed comments of an issue: the members are the ids, the scores their places.
 * What is no list of different strings is kept exactly in the hint, beside the strings in it.
 */
final class SequenceForm extends Form {
    SequenceForm(Keys keys) {
        super(keys);
    }

    @Override
    Step read(RecordKey key) {
        return Step.of("ZRANGE", keys.value(key), "0", "-1", "WITHSCORES");
    }

    @Override
    Step readPlainSet(RecordKey key) {
        return Step.of("SMEMBERS", keys.value(key));
    }

    @Override
    Stored decode(RecordKey key, @Nullable String meta, List<String> content, boolean plainSet) {
        List<String> kept = plainSet ? MemberForm.inOrder(content) : content;
        Stored stored = new Stored(key, meta, kept, plainSet, null, 0);
        return new Stored(key, meta, kept, plainSet, image(exact(stored), ids(stored)), 0);
    }

    private static List<String> ids(Stored stored) {
        return stored.plainSet() ? stored.content() : everySecond(stored.content(), 0);
    }

    private static @Nullable JsonNode image(@Nullable JsonNode exact, List<String> ids) {
        if (exact != null && plainIds(exact).equals(ids)) {
            return exact;
        }
        if (exact == null && ids.isEmpty()) {
            return null;
        }
        return merged(exact, ids);
    }

    /** A plain client changed the set: what only the hint can hold stays, of all else the set is right. */
    private static ArrayNode merged(@Nullable JsonNode exact, List<String> ids) {
        ArrayNode image = Json.array();
        Set<String> left = new java.util.LinkedHashSet<>(ids);
        if (exact != null && exact.isArray()) {
            for (JsonNode element : exact) {
                if (!element.isTextual() || left.remove(element.textValue())) {
                    image.add(element);
                }
            }
        }
        left.forEach(id -> image.add(Json.text(id)));
        return image;
    }

    /** The ids that the set can hold, in order. */
    private static List<String> plainIds(JsonNode image) {
        List<String> ids = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        if (image.isArray()) {
            for (JsonNode element : image) {
                if (element.isTextual() && seen.add(element.textValue())) {
                    ids.add(element.textValue());
                }
            }
        }
        return ids;
    }

    @Override
    void guard(Stored before, Commit commit) {
        if (before.plainSet()) {
            MemberForm.checkSet(keys.value(before.key()), before.content(), commit);
        } else if (before.content().isEmpty()) {
            commit.expectAbsent();
        } else {
            commit.checkList(read(before.key()), before.content());
        }
    }

    @Override
    Kept change(Stored before, JsonNode after, long order, Commit commit) {
        List<String> ids = plainIds(after);
        List<String> known = ids(before);
        boolean appends = !before.plainSet() && startsWith(ids, known);
        if (!appends) {
            remove(before, commit);
        }
        List<String> added = appends ? ids.subList(known.size(), ids.size()) : ids;
        List<String> content = appends ? new ArrayList<>(before.content()) : new ArrayList<>();
        if (!added.isEmpty()) {
            List<String> scored = MemberForm.scored(added, content.isEmpty() ? 0 : lastScore(before) + 1);
            commit.effect(Step.of("ZADD", keys.value(before.key()), scored));
            for (int i = 0; i < scored.size(); i += 2) {
                content.add(scored.get(i + 1));
                content.add(scored.get(i));
            }
        }
        boolean plain = after.isArray() && !ids.isEmpty() && ids.size() == after.size();
        return new Kept(plain ? nothingToAdd() : exactly(after), content);
    }

    private static long lastScore(Stored before) {
        return MemberForm.order(before.content().get(before.content().size() - 1));
    }

    static <T> boolean startsWith(List<T> list, List<T> start) {
        return list.size() >= start.size() && list.subList(0, start.size()).equals(start);
    }

    @Override
    void remove(Stored before, Commit commit) {
        if (!before.content().isEmpty()) {
            commit.effect(Step.of("DEL", keys.value(before.key())));
        }
    }
}
