package poppo.bridge.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.util.SortedMap;
import poppo.bridge.machine.Disk;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.LocalStateManager;

/** The stores that a replay runs on. The wiring knows them by name. */
public interface Ground {
    /** Opens a state directory in which nothing happens by itself. */
    LocalStateManager openFiles(Path stateDirectory, Clock clock, Disk disk);

    /** Connects to a project's Redis. */
    Redis openRedis(String project);

    /** How the shadow manager works; nothing in it may happen by itself. */
    ShadowOptions options();

    /**
     * What can happen to the Redis.
     *
     * @throws poppo.bridge.state.BridgeException.Invalid when it is not the replay's own
     */
    Trouble trouble();

    /** One project on the Redis. */
    interface Redis {
        FencedStateManager manager();

        /** All its keys as plain clients read them. */
        SortedMap<String, JsonNode> content();

        /** Removes all its keys. */
        void remove();
    }

    /** A Redis server's troubles. Each lasts until {@link #heal}; emptying is over at once. */
    interface Trouble {
        void kill();

        void freeze();

        /** Restarts it without its data. */
        void empty();

        void heal();
    }
}
