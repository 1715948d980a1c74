package poppo.bridge.interleaving;

import java.util.SplittableRandom;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.state.BridgeException;

/** Changes the phase while everybody works. */
final class Operator {
    private static final int[] PERCENTS = {0, 50, 100, 100};

    private final World world;
    private final SplittableRandom random;

    Operator(World world, SplittableRandom random) {
        this.world = world;
        this.random = random;
    }

    /** A rollout; more often one in which Redis has authority. */
    static Rollout anyRollout(SplittableRandom random, boolean redisOnly) {
        Phase[] phases = Phase.values();
        int most = redisOnly ? phases.length : phases.length - 1;
        Phase phase = random.nextInt(3) == 0 ? Phase.REDIS_WRITE : phases[random.nextInt(most)];
        return new Rollout(phase, percent(random), percent(random));
    }

    private static int percent(SplittableRandom random) {
        return PERCENTS[random.nextInt(PERCENTS.length)];
    }

    void run() {
        int changes = random.nextInt(4);
        for (int i = 0; i < changes && world.clientsWork(); i++) {
            wait(random.nextInt(40));
            change(anyRollout(random, world.weather.has(Weather.Kind.REDIS_ONLY)));
        }
    }

    private void wait(int turns) {
        for (int i = 0; i < turns && world.clientsWork(); i++) {
            world.scheduler.pause("waits for a good moment");
        }
    }

    private void change(Rollout target) {
        try {
            world.scheduler.note("changes to " + target);
            world.inBridge(bridge -> bridge.change(target, "operator", "a test"));
            world.scheduler.note("has changed to " + target);
        } catch (BridgeException.Unavailable e) {
            world.scheduler.note("could not change: " + e.getMessage());
        } catch (Killed e) {
            world.scheduler.note("was killed while changing");
        }
    }
}
