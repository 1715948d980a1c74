package poppo.bridge.cli;

import java.io.IOException;
import poppo.bridge.replay.Ground;

/** The ground that the command replays on, for tests of other packages. */
public final class ReplayGrounds {
    private ReplayGrounds() {}

    public static Ground own(boolean hasFaults) throws IOException {
        return ReplayGround.own(hasFaults);
    }

    public static Ground on(String redisUri) {
        return ReplayGround.on(redisUri);
    }

    public static void close(Ground ground) {
        ((ReplayGround) ground).close();
    }
}
