package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;

/**
 * A member of one sorted set per record, for processed issues; the score is the place in the order they came in, and
 * stands in for a revision. Where plain clients made it a set, which knows no order, it counts as ordered by number, and
 * the first change makes it a sorted set.
 */
final class MemberForm extends Form {
    MemberForm(Keys keys) {
        super(keys);
    }

    @Override
    boolean hasMeta() {
        return false;
    }

    @Override
    Step read(RecordKey key) {
        return Step.of("ZSCORE", keys.processedIssues, key.id());
    }

    @Override
    Step readPlainSet(RecordKey key) {
        return Step.of("SMEMBERS", keys.processedIssues);
    }

    private JsonNode number(RecordKey key) {
        try {
            return Json.number(key.number());
        } catch (NumberFormatException e) {
            throw new BridgeException.Corrupt(
                    "Redis key " + keys.processedIssues + " holds '" + key.id() + "', which is no issue number", e);
        }
    }

    @Override
    Stored decode(RecordKey key, @Nullable String meta, List<String> content, boolean plainSet) {
        if (plainSet) {
            return new PlainSet(content).find(key);
        }
        return content.isEmpty()
                ? Stored.absent(key)
                : new Stored(key, null, content, false, number(key), order(content.get(0)));
    }

    /** A set that plain clients made, read once for all of its members that are asked for. */
    final class PlainSet {
        private final List<String> members;
        private final Map<String, Integer> places = new HashMap<>();

        PlainSet(List<String> content) {
            members = inOrder(content);
            for (int i = 0; i < members.size(); i++) {
                places.put(members.get(i), i);
            }
        }

        Stored find(RecordKey key) {
            Integer at = places.get(key.id());
            return new Stored(key, null, members, true, at == null ? null : number(key), at == null ? 0 : at + 1L);
        }

        /** In their order, those behind {@code after}; all where that is null or no member. */
        List<String> behind(@Nullable String after) {
            Integer at = places.get(after);
            return members.subList(at == null ? 0 : at + 1, members.size());
        }
    }

    static long order(String score) {
        return (long) Double.parseDouble(score);
    }

    /** By number; what isn't one comes last. */
    static List<String> inOrder(List<String> members) {
        List<String> sorted = new ArrayList<>(members);
        sorted.sort((a, b) -> a.length() == b.length() ? a.compareTo(b) : Integer.compare(a.length(), b.length()));
        return sorted;
    }

    @Override
    void guard(Stored before, Commit commit) {
        if (before.plainSet()) {
            checkSet(keys.processedIssues, before.content(), commit);
        } else if (before.image() == null) {
            commit.checkNil(read(before.key()));
        } else {
            commit.check(read(before.key()), before.content().get(0));
        }
    }

    static void checkSet(String key, List<String> members, Commit commit) {
        commit.check(Step.of("SCARD", key), Integer.toString(members.size()));
        for (Step part : Step.of("SMISMEMBER", key, members).split()) {
            commit.checkList(part, part.args().stream().map(member -> "1").toList());
        }
    }

    @Override
    Kept change(Stored before, JsonNode after, long order, Commit commit) {
        convert(before, commit);
        commit.effect(Step.of(
                "ZADD", keys.processedIssues, Long.toString(order), before.key().id()));
        return new Kept(nothingToAdd(), List.of(Long.toString(order)));
    }

    private void convert(Stored before, Commit commit) {
        if (before.plainSet()) {
            commit.effect(Step.of("DEL", keys.processedIssues));
            commit.effect(Step.of("ZADD", keys.processedIssues, scored(before.content(), 1)));
        }
    }

    /** The members with ascending scores from {@code first} on, as ZADD takes them. */
    static List<String> scored(List<String> members, long first) {
        List<String> args = new ArrayList<>(members.size() * 2);
        for (String member : members) {
            args.add(Long.toString(first++));
            args.add(member);
        }
        return args;
    }

    @Override
    void remove(Stored before, Commit commit) {
        convert(before, commit);
        commit.effect(Step.of("ZREM", keys.processedIssues, before.key().id()));
    }
}
