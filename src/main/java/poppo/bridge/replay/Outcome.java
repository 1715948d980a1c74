package poppo.bridge.replay;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one run of a fixture came out.
 *
 * @param concurrent whether calls ran at the same time that did when they were recorded
 * @param answers how many were compared
 * @param comparedKeys whether Redis's keys were compared in the end
 * @param failOvers how often the belief was taken from Redis meanwhile
 * @param count of differences, of which {@code differences} has the first
 * @param leftOut why it was not run at all; null when it was
 */
public record Outcome(
        Course course,
        boolean concurrent,
        long answers,
        boolean comparedKeys,
        long failOvers,
        List<Difference> differences,
        long count,
        long nanos,
        @Nullable String leftOut) {
    static Outcome leftOut(Course course, boolean concurrent, String why) {
        return new Outcome(course, concurrent, 0, false, 0, List.of(), 0, 0, why);
    }

    public boolean isSame() {
        return count == 0;
    }

    /** The course, and whether it was run concurrently. */
    public String label() {
        return course.label() + (concurrent ? ", concurrent" : "");
    }
}
