package poppo.bridge.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.state.StateManager;

/**
 * How one project is opened.
 *
 * @param redisUri null starts an embedded Redis beside the bridge
 * @param webhook where plans are told of; null for nowhere
 * @param rollout the phase to be in; null for the one the directory was left in
 */
record ProjectSettings(
        String name,
        Path stateDir,
        @Nullable String redisUri,
        @Nullable Rollout rollout,
        Duration commandTimeout,
        Duration heartbeatTtl,
        ShadowOptions shadow,
        @Nullable URI webhook) {

    /** The same, in the phase the directory was left in. */
    ProjectSettings withoutRollout() {
        return new ProjectSettings(name, stateDir, redisUri, null, commandTimeout, heartbeatTtl, shadow, webhook);
    }

    /** With the defaults, in the phase the directory was left in. */
    static ProjectSettings of(String name, Path stateDir, @Nullable String redisUri) {
        return new ProjectSettings(
                name,
                stateDir,
                redisUri,
                null,
                Duration.ofMillis(500),
                StateManager.HEARTBEAT_TTL,
                ShadowOptions.defaults(),
                null);
    }
}
