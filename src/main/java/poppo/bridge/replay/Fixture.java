package poppo.bridge.replay;

import java.nio.file.Path;
import java.util.List;

/**
 * A fixture: what a project was, what was asked of it and answered, and what it was in the end.
 *
 * <pre>
 * README.md           origin, and what it shows
 * before/             a state directory; without it, an empty one (git keeps none)
 * operations.jsonl    {@link Header}, then a {@link Recorded} call a line; without it nothing happened
 * after/              the state directory in the end; without it, it follows from the operations
 * after-redis.jsonl   what plain clients see of Redis in the end; without it that is not looked at
 * </pre>
 *
 * @param lines where in {@code operations.jsonl} each call stands, counted from 1
 * @param notes what is odd but understood, in words
 */
public record Fixture(Path directory, Header header, List<Recorded> calls, List<Integer> lines, List<String> notes) {
    static final String BEFORE = "before";
    static final String OPERATIONS = "operations.jsonl";
    static final String AFTER = "after";
    static final String AFTER_REDIS = "after-redis.jsonl";

    public Fixture {
        calls = List.copyOf(calls);
        lines = List.copyOf(lines);
        notes = List.copyOf(notes);
    }

    public String name() {
        return header.name();
    }

    public Path before() {
        return directory.resolve(BEFORE);
    }

    public Path operations() {
        return directory.resolve(OPERATIONS);
    }

    public Path after() {
        return directory.resolve(AFTER);
    }

    public Path afterRedis() {
        return directory.resolve(AFTER_REDIS);
    }

    boolean hasForeignWrites() {
        return calls.stream().anyMatch(call -> call.call() instanceof Call.ForeignWrite);
    }

    boolean hasPhaseChanges() {
        return calls.stream().anyMatch(call -> call.call() instanceof Call.ChangePhase);
    }

    /** The same with other calls, which stand where these did. */
    Fixture with(List<Recorded> others) {
        return new Fixture(directory, header, others, lines, notes);
    }
}
