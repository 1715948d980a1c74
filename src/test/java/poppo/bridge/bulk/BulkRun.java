package poppo.bridge.bulk;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import poppo.bridge.cli.CommandRun;
import poppo.bridge.machine.TemporaryDirectory;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.state.Json;

/**
 * Backfill and diff beside what Lettuce alone reaches with the same hashes: in one JVM, on one server, both warm, in turns.
 * Prints the rates as JSON, records a second.
 *
 * <p>The heap is whatever the JVM is given: 256 MiB is what is asked for.
 */
public final class BulkRun {
    private static final int WARM = 60_000;

    private final Path directory;
    private final RedisServerProcess server;
    private final RawLettuce raw;

    private BulkRun(Path directory, RedisServerProcess server, RawLettuce raw) {
        this.directory = directory;
        this.server = server;
        this.raw = raw;
    }

    /** What is measured, each a list of one rate a round. */
    public enum Rate {
        RAW_HSET,
        BACKFILL,
        RAW_HGETALL,
        DIFF
    }

    /** Such a run in a JVM of its own; the rates of each round. */
    public static Map<Rate, List<Double>> inChild(int heapMegabytes, Path directory, int issues, int rounds)
            throws IOException, InterruptedException {
        List<String> arguments = List.of(directory.toString(), Integer.toString(issues), Integer.toString(rounds));
        ObjectNode report =
                Child.start(heapMegabytes, BulkRun.class, arguments).await().json();
        Map<Rate, List<Double>> rates = new EnumMap<>(Rate.class);
        for (Rate rate : Rate.values()) {
            List<Double> each = new ArrayList<>();
            report.path(rate.name()).forEach(figure -> each.add(figure.doubleValue()));
            rates.put(rate, each);
        }
        return rates;
    }

    /** @param args directory to work in (it has to be empty), how many issues, how many rounds */
    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        int issues = Integer.parseInt(args[1]);
        int rounds = Integer.parseInt(args[2]);
        List<double[]> all = new ArrayList<>();
        try (RedisServerProcess server = RedisServerProcess.start(directory.resolve("redis"));
                RawLettuce raw = new RawLettuce(server.uri())) {
            BulkRun run = new BulkRun(directory, server, raw);
            run.round(run.make("warm", Math.min(WARM, issues)), Math.min(WARM, issues));
            Path state = run.make("state", issues);
            for (int round = 0; round < rounds; round++) {
                all.add(run.round(state, issues));
            }
        }
        System.out.println(Json.compact(report(all)));
    }

    private static ObjectNode report(List<double[]> rounds) {
        ObjectNode report = Json.object();
        for (Rate rate : Rate.values()) {
            ArrayNode each = report.putArray(rate.name());
            rounds.forEach(round -> each.add(Math.round(round[rate.ordinal()])));
        }
        return report;
    }

    private Path make(String name, int issues) throws IOException {
        Path state = Files.createDirectory(directory.resolve(name));
        new BigDirectory(state, issues, 1).make();
        return state;
    }

    private double[] round(Path state, int issues) throws IOException {
        double hset = raw.hset(issues, 1);
        double hgetall = raw.hgetall(issues);
        raw.flushAll();
        double backfill = command(state, "backfill").get("ratePerSecond").asDouble();
        ObjectNode diff = command(state, "diff");
        double compared = diff.get("compared").asDouble();
        raw.flushAll();
        // As if no bridge had been there.
        TemporaryDirectory.delete(state.resolve(".bridge"));
        return new double[] {
            hset, backfill, hgetall, 1000 * compared / diff.get("tookMillis").asDouble()
        };
    }

    private ObjectNode command(Path state, String name) {
        CommandRun.Outcome outcome = CommandRun.inRealTime(
                name, "--json", "--offline", "--state-dir", state.toString(), "--redis-uri", server.uri());
        if (outcome.exitCode() != 0) {
            throw new IllegalStateException(name + " ended with " + outcome.exitCode() + ": " + outcome.err());
        }
        return (ObjectNode) Json.parse(outcome.out());
    }
}
