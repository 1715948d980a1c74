package poppo.bridge.shadow;

import java.util.function.LongConsumer;
import poppo.bridge.shadow.CarryOver.Tally;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.StateCollection;

/** A backfill without its writes: reads both stores as it would, and leaves no trace in either. */
public final class Rehearsal {
    private Rehearsal() {}

    /**
     * Counts what a backfill would look at and copy; also on stores that nothing was done with, not even fenced.
     *
     * @param progress told after each chunk how many records were compared so far; may throw to stop
     * @throws poppo.bridge.state.BridgeException.Conflict {@code not-lossless}, as the backfill would
     */
    public static ShadowStateManager.Copied of(
            LocalStateManager files, FencedStateManager redis, LongConsumer progress) {
        new Survival(files, redis).require(() -> progress.accept(0));
        Tally[] tally = {Tally.NONE};
        try (Walk walk = new Walk(files, redis)) {
            for (StateCollection collection : StateCollection.values()) {
                walk.through(collection, chunk -> {
                    long differing = chunk.stream()
                            .filter(pair -> !pair.compare().agrees())
                            .count();
                    tally[0] = tally[0].plus(new Tally(chunk.size(), differing, 0));
                    progress.accept(tally[0].compared());
                });
            }
        }
        return new ShadowStateManager.Copied(tally[0].compared(), tally[0].copied(), 0, null);
    }
}
