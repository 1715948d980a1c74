package poppo.bridge.replay;

import java.util.List;

/**
 * How all runs of one fixture came out.
 *
 * @param notes what is odd about the fixture, in words
 */
public record FixtureOutcome(Fixture fixture, List<Outcome> outcomes, List<String> notes) {
    public boolean isSame() {
        return outcomes.stream().allMatch(Outcome::isSame);
    }

    /** Whether all is the same, and the fixture says all it could say. */
    public boolean isAsExpected() {
        return isSame() && notes.isEmpty();
    }

    public long differences() {
        return outcomes.stream().mapToLong(Outcome::count).sum();
    }

    long answers() {
        return outcomes.stream().mapToLong(Outcome::answers).sum();
    }

    long runs() {
        return outcomes.stream().filter(outcome -> outcome.leftOut() == null).count();
    }

    long nanos() {
        return outcomes.stream().mapToLong(Outcome::nanos).sum();
    }
}
