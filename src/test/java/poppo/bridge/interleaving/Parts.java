package poppo.bridge.interleaving;

import java.nio.file.Path;
import poppo.bridge.machine.Waits;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.MemoryRedis;

/** Makes what a bridge is put together from; a mutation makes one of the parts wrong. */
class Parts {
    SteppedFiles files(MemoryFiles files, Life life, Weather weather, ForeignWriter foreign) {
        return new SteppedFiles(files, life, weather, foreign);
    }

    SteppedRedis redis(MemoryRedis redis, Life life, Weather weather, RedisServer server) {
        return new SteppedRedis(redis, life, weather, server);
    }

    SteppedDisk disk(Platter platter, Life life, Weather weather, Path journal, Runnable killSometimes) {
        return new SteppedDisk(platter, life, weather, journal, killSometimes);
    }

    Waits waits(Life life) {
        return life;
    }
}
