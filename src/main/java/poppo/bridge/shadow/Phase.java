package poppo.bridge.shadow;

import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Labels;

/**
 * Where a project stands on its way from files to Redis. This is the table of DESIGN §2; all routing follows from it,
 * and nothing else asks which phase it is.
 *
 * <p>A phase with a percent routes the records inside it by its first route, and the others by the second. While Redis
 * is not believed, every record takes the third.
 */
public enum Phase {
    //          label          percent        inside                 outside                when Redis is down
    FILE("file", Percent.NONE, Route.FILES, Route.FILES, Route.FILES),
    DUAL_WRITE("dual-write", Percent.NONE, Route.DUAL, Route.DUAL, Route.FILES_MEANWHILE),
    REDIS_READ("redis-read", Percent.READ, Route.DUAL_READ_REDIS, Route.DUAL, Route.FILES_MEANWHILE),
    REDIS_WRITE("redis-write", Percent.WRITE, Route.REDIS_MIRRORED, Route.DUAL_READ_REDIS, Route.FILES_MEANWHILE),
    REDIS_ONLY("redis-only", Percent.NONE, Route.REDIS, Route.REDIS, Route.REFUSED);

    /** Which of the rollout's percents picks the records of a phase. */
    enum Percent {
        NONE,
        READ,
        WRITE
    }

    private final String label;
    private final Percent percent;
    private final Route inside;
    private final Route outside;
    private final Route whenDown;

    Phase(String label, Percent percent, Route inside, Route outside, Route whenDown) {
        this.label = label;
        this.percent = percent;
        this.inside = inside;
        this.outside = outside;
        this.whenDown = whenDown;
    }

    /** The name in every interface and on disk. */
    public String label() {
        return label;
    }

    /**
     * The phase called {@code label}.
     *
     * @throws BridgeException.Invalid naming those there are
     */
    public static Phase of(String label) {
        return Labels.find("phase", label, values(), Phase::label);
    }

    /** Whether operations touch Redis at all. */
    public boolean usesRedis() {
        return this != FILE;
    }

    /** The authority over records inside the phase's percent, while Redis is believed. */
    public Authority authority() {
        return inside.authority();
    }

    /** Whether the files hold the whole state in this phase. */
    public boolean keepsFiles() {
        return whenDown != Route.REFUSED;
    }

    Percent percent() {
        return percent;
    }

    Route inside() {
        return inside;
    }

    Route outside() {
        return outside;
    }

    Route whenDown() {
        return whenDown;
    }

    @Override
    public String toString() {
        return label;
    }
}
