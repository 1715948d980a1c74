package poppo.bridge.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.redis.RedisServerProcess;

/** From {@code java -jar poppo-bridge.jar serve} to the first issue that it answers a worker with. */
final class Starts extends Contest {
    private static final int ISSUES = 1000;
    private static final String PLAIN_17 = "JDK 17";
    private static final String PLAIN_25 = "JDK 25";
    private static final String CACHED_25 = "JDK 25, AOT cache";
    private static final Path JAR =
            Path.of(System.getProperty("bench.directory", "target")).resolve("poppo-bridge.jar");

    private Path state;
    private RedisServerProcess server;

    Starts() {
        super("start");
    }

    @Override
    boolean isCold() {
        return true;
    }

    @Override
    void open() throws IOException, InterruptedException {
        if (!Files.exists(JAR)) {
            for (String side : List.of(PLAIN_17, PLAIN_25, CACHED_25)) {
                leaveOut(side, "there is no jar; mvn package makes it");
            }
            return;
        }
        server = newServer();
        state = newDirectory(ISSUES);
        Optional<Path> java17 = Tools.java(17);
        if (java17.isPresent()) {
            measure(PLAIN_17, java17.get().toString());
        } else {
            leaveOut(PLAIN_17, "there is no JDK 17");
        }
        Optional<Path> java25 = Tools.java(25);
        if (java25.isPresent()) {
            Path cache = newDirectory(0).resolve("poppo-bridge.aot");
            serve(java25.get().toString(), "-XX:AOTCacheOutput=" + cache);
            measure(PLAIN_25, java25.get().toString());
            measure(CACHED_25, java25.get().toString(), "-XX:AOTCache=" + cache);
        } else {
            leaveOut(PLAIN_25, "there is no JDK 25");
            leaveOut(CACHED_25, "there is no JDK 25");
        }
    }

    private void measure(String side, String... java) {
        side(side, () -> Map.of("start", serve(java)));
    }

    /** In ns; it is stopped again. */
    private double serve(String... java) throws IOException, InterruptedException {
        String port = Integer.toString(HttpProcess.freePort());
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(List.of("-jar", JAR.toString(), "serve", "--state-dir", state.toString()));
        command.addAll(List.of("--redis-uri", server.uri(), "--port", port));
        URI issue = URI.create("http://127.0.0.1:" + port + "/v1/projects/default/issues/1");
        try (HttpProcess serving = HttpProcess.start(command, issue)) {
            return serving.nanosToFirstAnswer();
        }
    }

    @Override
    List<Goal> goals() {
        return List.of(
                new Goal("start to first answer, JDK 17", Unit.MILLIS, Term.of(PLAIN_17, "start"), Bound.atMost(1e9)),
                new Goal(
                        "start to first answer, JDK 25 with its AOT cache / without",
                        Unit.MILLIS,
                        Term.of(CACHED_25, "start"),
                        Bound.atMost(0.6e9),
                        Term.of(PLAIN_25, "start")));
    }
}
