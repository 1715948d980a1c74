package poppo.bridge.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;

/**
 * One way to run a fixture: on a bare store, or on the shadow manager in a phase or across several.
 *
 * @param label for people
 * @param store the kind of manager
 * @param rollouts the phases in turn, of the shadow manager; the first is in force at the start
 * @param every after so many calls the next of them is; 0 for none but the first
 */
public record Course(String label, Store store, List<Rollout> rollouts, long every) {
    private static final List<Rollout> THERE_AND_BACK = List.of(
            Rollout.of(Phase.FILE),
            Rollout.of(Phase.DUAL_WRITE),
            Rollout.of(Phase.REDIS_READ),
            new Rollout(Phase.REDIS_WRITE, 100, 50),
            Rollout.of(Phase.REDIS_WRITE),
            Rollout.of(Phase.REDIS_ONLY),
            Rollout.of(Phase.REDIS_WRITE),
            Rollout.of(Phase.FILE),
            Rollout.of(Phase.REDIS_READ),
            Rollout.of(Phase.REDIS_ONLY),
            Rollout.of(Phase.FILE));

    /** Which manager. */
    public enum Store {
        FILE,
        REDIS,
        SHADOW,
        /** The shadow manager, following the phases that were recorded. */
        SHADOW_AS_RECORDED
    }

    public static final Course FILES = new Course("file store", Store.FILE, List.of(), 0);
    public static final Course REDIS = new Course("redis store", Store.REDIS, List.of(), 0);
    public static final Course AS_RECORDED =
            new Course("phases as recorded", Store.SHADOW_AS_RECORDED, List.of(Rollout.of(Phase.FILE)), 0);

    public static Course in(Phase phase) {
        return new Course("phase " + phase.label(), Store.SHADOW, List.of(Rollout.of(phase)), 0);
    }

    /** Through all phases and back, over and over, one further after every so many calls. */
    public static Course across(long every) {
        return new Course("phase changes, every " + every + " calls", Store.SHADOW, THERE_AND_BACK, every);
    }

    /** Both stores, every phase, and across their changes. */
    public static List<Course> all(long every) {
        List<Course> all = new ArrayList<>(List.of(FILES, REDIS));
        Arrays.stream(Phase.values()).map(Course::in).forEach(all::add);
        all.add(across(every));
        all.add(AS_RECORDED);
        return List.copyOf(all);
    }

    /** Why a fixture can't be run this way; null when it can. */
    @Nullable
    String unfit(Fixture fixture, boolean hasFaults) {
        if (store == Store.SHADOW_AS_RECORDED) {
            return fixture.hasPhaseChanges() ? null : "no phase change is recorded";
        }
        if (fixture.hasForeignWrites() && mayHaveAuthorityInRedis()) {
            return "it holds foreign writes, which count only while the files have authority";
        }
        if (hasFaults
                && (store == Store.REDIS
                        || !rollouts.stream().allMatch(r -> r.phase().keepsFiles()))) {
            return "without its files nothing goes on while Redis is in trouble";
        }
        return null;
    }

    /** Whether the state is carried over from store to store on the way, and what is soft may stay behind. */
    boolean carriesOver() {
        return every > 0 || store == Store.SHADOW_AS_RECORDED;
    }

    /** Whether files may be copies of what is in Redis, rather than what an operation has written. */
    boolean mayHaveAuthorityInRedis() {
        return store == Store.REDIS
                || store == Store.SHADOW_AS_RECORDED
                || rollouts.stream().anyMatch(rollout -> rollout.phase().compareTo(Phase.REDIS_WRITE) >= 0);
    }

    /** The phase in force at a call, counted from 0; null when the one before goes on. */
    @Nullable
    Rollout changeAt(long call) {
        if (every == 0 || call == 0 || call % every != 0) {
            return null;
        }
        return rollouts.get((int) (call / every % rollouts.size()));
    }
}
