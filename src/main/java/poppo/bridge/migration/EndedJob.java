package poppo.bridge.migration;

import java.util.List;
import java.util.stream.Stream;

/**
 * A kind of job, and how one of it ended.
 *
 * @param outcome {@code done}, {@code failed} or {@code cancelled}
 */
public record EndedJob(String kind, String outcome) {
    /** All there can be. */
    public static List<EndedJob> all() {
        return Stream.of(Jobs.BACKFILL, Jobs.DIFF)
                .flatMap(kind -> Stream.of(Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
                        .map(state -> new EndedJob(kind, state.label())))
                .toList();
    }
}
