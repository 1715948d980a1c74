package poppo.bridge.plan;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import poppo.bridge.shadow.Rollout;

/**
 * A way from files to Redis: stages that never go down.
 *
 * @param stages at least one
 */
public record Plan(String name, Set<Channel> notifications, List<Stage> stages) {
    public Plan {
        notifications = Set.copyOf(notifications);
        stages = List.copyOf(stages);
    }

    /** The first stage that isn't behind {@code present}; their number when all are. */
    int placeOf(Rollout present) {
        return IntStream.range(0, stages.size())
                .filter(each -> !stages.get(each).target().isBelow(present))
                .findFirst()
                .orElse(stages.size());
    }

    /** The first stage whose target is above {@code present}; empty where none is. */
    OptionalInt firstAbove(Rollout present) {
        return IntStream.range(0, stages.size())
                .filter(each -> present.isBelow(stages.get(each).target()))
                .findFirst();
    }

    /**
     * The same way in little time, for a rehearsal: holds are at most {@code hold}, diffs are made throughout them, and what
     * only time or much traffic can show (how many comparisons, quiet files, shares and ratios of them) is not asked for.
     */
    public Plan compressed(Duration hold) {
        return new Plan(
                name,
                Set.of(Channel.LOG, Channel.EVENTS),
                stages.stream().map(stage -> stage.compressed(hold)).toList());
    }

    boolean isLast(int stage) {
        return stage == stages.size() - 1;
    }
}
