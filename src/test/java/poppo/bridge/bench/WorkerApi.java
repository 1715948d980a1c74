package poppo.bridge.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import poppo.bridge.bench.Goal.Bound;
import poppo.bridge.bench.Goal.Term;
import poppo.bridge.bench.Goal.Unit;
import poppo.bridge.cli.Main;
import poppo.bridge.machine.Resource;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.Json;

/**
 * Checkout and checkin over HTTP, called by {@code wrk}, beside a bare endpoint that does one hand-written script per
 * request. The one that isn't called waits meanwhile.
 */
final class WorkerApi extends Contest {
    private static final int ISSUES = 1000;
    private static final int HEAP = 512;
    private static final List<String> FSYNCS = List.of("everysec", "always");
    private static final int CONNECTIONS = 8;
    private static final String LENGTH = "4s";
    /** The compiler is at work for the first hundred thousand calls. */
    private static final String WARM_UP = "25s";

    WorkerApi() {
        super("http");
    }

    @Override
    void open() throws IOException, InterruptedException {
        if (!Tools.isOnPath("wrk")) {
            leaveOut("bare", "wrk is not on the PATH");
            return;
        }
        Path script = newDirectory(0).resolve("pairs.lua");
        Files.writeString(script, Resource.text(WorkerApi.class, "pairs.lua"));
        for (String fsync : FSYNCS) {
            RedisServerProcess server = newServer();
            Path state = newDirectory(ISSUES);
            Bridges.open(state, server.uri(), "default", Phase.REDIS_WRITE).close();
            Path settings = newDirectory(0).resolve("bridge.yml");
            Files.writeString(settings, """
                    bridge:
                      state-dir: %s
                      redis:
                        uri: %s
                      journal:
                        fsync: %s
                    """.formatted(state, server.uri(), fsync));
            String port = Integer.toString(HttpProcess.freePort());
            serve(fsync, script, port, Main.class, "serve", "--config", settings.toString(), "--port", port);
        }
        String port = Integer.toString(HttpProcess.freePort());
        serve("bare", script, port, BareRun.class, newServer().uri(), port);
    }

    private void serve(String side, Path script, String port, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port);
        keep(HttpProcess.start(HttpProcess.java(main, HEAP, arguments), uri.resolve("/v1/projects/default/issues/1")));
        wrk(script, uri, WARM_UP);
        side(side, () -> wrk(script, uri, LENGTH));
    }

    private static Map<String, Double> wrk(Path script, URI uri, String length)
            throws IOException, InterruptedException {
        String count = Integer.toString(CONNECTIONS);
        Process process = new ProcessBuilder(
                        "wrk", "-t", count, "-c", count, "-d", length, "-s", script.toString(), uri.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        ObjectNode report = (ObjectNode)
                Json.parse(said.lines().reduce((first, second) -> second).orElse("{}"));
        if (report.path("failed").asInt(1) > 0) {
            throw new IllegalStateException("calls of " + uri + " failed; wrk said " + said);
        }
        return Map.of(
                "pairs",
                report.path("pairs").doubleValue(),
                "p99",
                1e3 * report.path("p99Micros").doubleValue());
    }

    @Override
    List<Goal> goals() {
        return List.of(
                pairs("everysec", Bound.ratioAtLeast(0.6)),
                p99("everysec"),
                pairs("always", Bound.NONE),
                p99("always"));
    }

    private static Goal pairs(String fsync, Bound bound) {
        return new Goal(
                "HTTP, 8 connections, journal " + fsync + ": checkout + checkin / bare Micronaut + EVALSHA",
                Unit.PER_SECOND,
                Term.of(fsync, "pairs"),
                bound,
                Term.of("bare", "pairs"));
    }

    private static Goal p99(String fsync) {
        return new Goal(
                "one of these calls, p99", Unit.MILLIS, Term.of(fsync, "p99"), Bound.NONE, Term.of("bare", "p99"));
    }
}
