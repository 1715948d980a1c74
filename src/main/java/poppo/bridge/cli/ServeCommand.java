package poppo.bridge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import poppo.bridge.web.Role;
import poppo.bridge.web.Token;
import poppo.bridge.web.WebOptions;

/** {@code serve}: runs the bridge, or a standby for the one that runs already, until it is told to end. */
@Command(
        name = "serve",
        description = "Run the bridge, or a standby where another one runs already.",
        footerHeading = "%nEvery setting of the configuration file can also be given by the environment,%n"
                + "e.g. bridge.redis.uri as BRIDGE_REDIS_URI; 'config' lists them all.%n")
final class ServeCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--state-dir", paramLabel = "DIR", description = "The directory with the project's JSON files.")
    private @Nullable String stateDir;

    @Option(
            names = "--redis-uri",
            paramLabel = "URI",
            description = "The Redis to move to; without it an embedded one is started.")
    private @Nullable String redisUri;

    @Option(
            names = "--phase",
            paramLabel = "PHASE",
            description = "The phase to be in: file, dual-write, redis-read, redis-write or redis-only; without it, the"
                    + " one the directory was left in.")
    private @Nullable String phase;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "The address to listen on; default 127.0.0.1.")
    private @Nullable String host;

    @Option(names = "--port", paramLabel = "PORT", description = "The port to listen on; default 7379, 0 for any.")
    private @Nullable String port;

    @Option(names = "--config", paramLabel = "FILE", description = "A YAML file with settings.")
    private @Nullable Path config;

    ServeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        session.interrupts().stopBy(end::countDown);
        Configuration configuration = Configuration.load(config, System.getenv(), given());
        try (Serving serving = new Serving(configuration.projects(), web(configuration), session, end)) {
            serving.run();
        }
        return ExitCode.INTERRUPTED;
    }

    private Map<Setting, String> given() {
        Map<Setting, String> given = new EnumMap<>(Setting.class);
        put(given, Setting.STATE_DIR, stateDir);
        put(given, Setting.REDIS_URI, redisUri);
        put(given, Setting.PHASE, phase);
        put(given, Setting.HOST, host);
        put(given, Setting.PORT, port);
        put(given, Setting.PROJECT, session.options().givenProject());
        return given;
    }

    private static void put(Map<Setting, String> given, Setting setting, @Nullable String value) {
        if (value != null) {
            given.put(setting, value);
        }
    }

    private static WebOptions web(Configuration configuration) {
        List<Token> tokens = new ArrayList<>();
        String worker = configuration.workerToken();
        String operator = configuration.operatorToken();
        if (worker != null) {
            tokens.add(new Token(Role.WORKER, worker));
        }
        if (operator != null) {
            tokens.add(new Token(Role.OPERATOR, operator));
        }
        WebOptions defaults = WebOptions.defaults();
        return new WebOptions(
                configuration.host(),
                configuration.port(),
                tokens,
                defaults.allowedHosts(),
                defaults.callThreads(),
                defaults.callQueue(),
                defaults.eventStreams());
    }
}
