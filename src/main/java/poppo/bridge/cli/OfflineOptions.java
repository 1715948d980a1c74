package poppo.bridge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Chooses between a running bridge and the two stores themselves. */
final class OfflineOptions {
    @Option(
            names = "--offline",
            description = "Work straight on the two stores. No bridge may run on the directory meanwhile.")
    private boolean offline;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "With --offline: the state directory; default $BRIDGE_STATE_DIR.")
    private @Nullable Path stateDir;

    @Option(
            names = "--redis-uri",
            paramLabel = "URI",
            description =
                    "With --offline: Redis; default $BRIDGE_REDIS_URI, and without it the embedded Redis that 'serve'"
                            + " keeps beside the directory.")
    private @Nullable String redisUri;

    /** The bridge or the stores that the options name. */
    MigrationApi open(Session session) {
        return open(session, OfflineMigration::open);
    }

    /** As {@link #open}, for who goes through everything once. */
    MigrationApi stream(Session session) {
        return open(session, OfflineMigration::stream);
    }

    /** As {@link #stream}, leaving no trace. */
    JobApi rehearse(Session session) {
        return offline ? OfflineRehearsal.open(settings(session.options().project(), System.getenv())) : open(session);
    }

    private MigrationApi open(Session session, Function<ProjectSettings, OfflineMigration> opener) {
        if (offline) {
            return opener.apply(settings(session.options().project(), System.getenv()));
        }
        if (stateDir != null || redisUri != null) {
            throw CommandFailure.usage((stateDir != null ? "--state-dir" : "--redis-uri")
                    + " goes with --offline only; a running bridge has its own, see --url");
        }
        return session.options().client();
    }

    private ProjectSettings settings(String project, Map<String, String> environment) {
        String directory = stateDir == null ? environment.get(Setting.STATE_DIR.variable()) : stateDir.toString();
        if (directory == null || directory.isBlank()) {
            throw CommandFailure.usage("--offline needs --state-dir, the directory with the project's JSON files");
        }
        String uri = redisUri == null ? environment.get(Setting.REDIS_URI.variable()) : redisUri;
        Path path = Path.of(directory).toAbsolutePath().normalize();
        if (!Files.isDirectory(path)) {
            throw CommandFailure.outOfReach("there is no state directory " + path + "; correct --state-dir", null);
        }
        return ProjectSettings.of(project, path, uri == null || uri.isBlank() ? null : uri);
    }
}
