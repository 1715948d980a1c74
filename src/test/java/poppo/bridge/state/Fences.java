package poppo.bridge.state;

/** Fences as whoever has just looked. */
public final class Fences {
    private Fences() {}

    /** Puts {@code epoch} in the place of whatever the server holds. */
    public static void fence(FencedStateManager redis, long epoch) {
        redis.fence(redis.probe().epoch(), epoch);
    }
}
