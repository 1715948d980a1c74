package poppo.bridge.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.util.Statistics;
import poppo.bridge.state.Json;

/**
 * Runs {@link BridgeBenchmark} in rounds and judges the ratio of medians that each promise is about. A round runs every
 * benchmark for a moment, so a machine that is busy for a while is so for both sides of a ratio; the median round counts.
 *
 * <p>Arguments are JMH's. Exits with 1 when a ratio is over its bound, and with 2 when it could not be measured.
 */
public final class BenchmarkReport {
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 9);
    private static final Path RESULT = Path.of(System.getProperty("bench.result", "target/bench.json"));

    private static final List<Bound> BOUNDS =
            List.of(new Bound("fileCheckout", "legacyRewrite", 0.2), new Bound("bridgeRead", "rawHgetall", 1.3));

    private final Map<String, List<Statistics>> rounds = new TreeMap<>();

    private BenchmarkReport() {}

    /** A promise: the median of {@code measured} is at most so many times that of {@code reference}. */
    private record Bound(String measured, String reference, double most) {}

    public static void main(String[] args) throws IOException, CommandLineOptionException, RunnerException {
        BenchmarkReport report = new BenchmarkReport();
        CommandLineOptions options = new CommandLineOptions(args);
        for (int round = 0; round < ROUNDS; round++) {
            Collection<RunResult> results = new Runner(options).run();
            // The first round is for the compiler.
            if (round > 0) {
                report.add(results);
            }
        }
        report.writeJson();
        System.exit(report.print());
    }

    private void add(Collection<RunResult> results) {
        for (RunResult result : results) {
            String[] name = result.getParams().getBenchmark().split("\\.", -1);
            rounds.computeIfAbsent(name[name.length - 1], benchmark -> new ArrayList<>())
                    .add(result.getPrimaryResult().getStatistics());
        }
    }

    private List<Double> ratios(Bound bound) {
        List<Statistics> measured = rounds.getOrDefault(bound.measured, List.of());
        List<Statistics> reference = rounds.getOrDefault(bound.reference, List.of());
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < Math.min(measured.size(), reference.size()); round++) {
            ratios.add(median(measured.get(round)) / median(reference.get(round)));
        }
        return ratios;
    }

    private static double median(Statistics statistics) {
        return statistics.getPercentile(50);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.isEmpty() ? Double.NaN : sorted.get(sorted.size() / 2);
    }

    /** Returns the exit status. */
    private int print() {
        System.out.printf("%n%-26s %12s  %s%n", "benchmark", "p50 in µs", "by round");
        rounds.forEach((benchmark, statistics) -> {
            List<Double> medians =
                    statistics.stream().map(BenchmarkReport::median).toList();
            System.out.printf("%-26s %12.1f  %s%n", benchmark, median(medians), text(medians, "%.1f"));
        });
        System.out.printf("%n%-26s %12s  %-6s  %s%n", "ratio", "median", "bound", "by round");
        return BOUNDS.stream().mapToInt(this::print).max().orElse(0);
    }

    private int print(Bound bound) {
        List<Double> ratios = ratios(bound);
        boolean within = median(ratios) <= bound.most;
        String verdict = ratios.isEmpty() ? "not measured" : within ? "within" : "OVER ITS BOUND";
        System.out.printf(
                "%-26s %12.3f  %-6s  %s  %s%n",
                bound.measured + " / " + bound.reference,
                median(ratios),
                "≤ " + bound.most,
                text(ratios, "%.3f"),
                verdict);
        return ratios.isEmpty() ? 2 : within ? 0 : 1;
    }

    private static String text(List<Double> values, String format) {
        return String.join(" ", values.stream().map(format::formatted).toList());
    }

    private void writeJson() throws IOException {
        ObjectNode json = Json.object();
        json.put("java", System.getProperty("java.version"));
        json.put("processors", Runtime.getRuntime().availableProcessors());
        json.put("load", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        ArrayNode bounds = json.putArray("bounds");
        for (Bound bound : BOUNDS) {
            ObjectNode entry = bounds.addObject();
            entry.put("measured", bound.measured)
                    .put("reference", bound.reference)
                    .put("most", bound.most);
            List<Double> ratios = ratios(bound);
            entry.put("ratio", median(ratios));
            ratios.forEach(entry.withArray("rounds")::add);
        }
        ObjectNode benchmarks = json.putObject("benchmarks");
        rounds.forEach((benchmark, statistics) ->
                statistics.forEach(round -> add(benchmarks.withArray(benchmark).addObject(), round)));
        Path parent = RESULT.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(RESULT, json.toPrettyString() + "\n");
    }

    /** One round, in µs. */
    private static void add(ObjectNode round, Statistics statistics) {
        round.put("samples", statistics.getN());
        for (double percentile : new double[] {50, 95, 99, 100}) {
            round.put("p" + (int) percentile, statistics.getPercentile(percentile));
        }
    }
}
