package poppo.bridge.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import poppo.bridge.state.Json;

/**
 * Runs the contests, and judges the ratios of medians that the goals are about. In a round each side of a contest works for
 * a moment, so a machine that is busy for a while is so for all of them.
 *
 * <p>The argument is a regular expression for the names of contests. Prints the table, and writes {@code bench.json} and
 * {@code bench.html}. A goal that is not met is said there; it makes no failure, since a busy machine may be why.
 */
public final class Benchmark {
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final Path DIRECTORY = Path.of(System.getProperty("bench.directory", "target"));

    private Benchmark() {}

    private static List<Contest> contests() {
        return List.of(
                new OwnCost(),
                new Reads(),
                new Commits(),
                new DualWrites(),
                new FileCheckouts(1_000),
                new FileCheckouts(10_000),
                new FileCheckouts(100_000),
                new FileWriters(),
                new Orphans(),
                new Bulk(),
                new WorkerApi(),
                new Pauses(),
                new RedisMemory(),
                new Heap(),
                new Starts());
    }

    public static void main(String[] args) throws Exception {
        Pattern wanted = Pattern.compile(args[0]);
        ObjectNode json = machine();
        ObjectNode measured = json.putObject("contests");
        List<Judged> table = new ArrayList<>();
        for (Contest contest : contests()) {
            if (wanted.matcher(contest.name()).find()) {
                Figures figures = run(contest);
                measured.set(contest.name(), figures.toJson());
                contest.goals().forEach(goal -> table.add(Judged.of(goal, figures)));
            }
        }
        table.forEach(row -> json.withArray("goals").add(row.toJson()));
        print(table);
        Files.createDirectories(DIRECTORY);
        Files.writeString(DIRECTORY.resolve("bench.json"), json.toPrettyString() + "\n");
        Files.writeString(DIRECTORY.resolve("bench.html"), new BenchmarkPage(json, table).html());
        // What a contest's client libraries left running doesn't keep us.
        System.exit(0);
    }

    private static Figures run(Contest contest) throws Exception {
        Figures figures = new Figures();
        try (contest) {
            System.err.println(contest.name());
            contest.open();
            contest.leftOut().forEach(figures::leaveOut);
            // Round 0 is for the compiler.
            for (int round = contest.isCold() ? 1 : 0; round <= ROUNDS; round++) {
                for (Map.Entry<String, Side> side : contest.sides().entrySet()) {
                    Map<String, Double> found = side.getValue().round();
                    if (round > 0) {
                        figures.add(side.getKey(), found);
                    }
                }
            }
        }
        return figures;
    }

    private static ObjectNode machine() throws IOException {
        ObjectNode json = Json.object();
        json.put("java", System.getProperty("java.version"));
        json.put("processors", Runtime.getRuntime().availableProcessors());
        json.put("load", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        json.put("rounds", ROUNDS);
        return json;
    }

    private static void print(List<Judged> table) {
        List<List<String>> rows = Stream.concat(
                        Stream.of(List.of("row", "baseline", "ours", "ratio", "goal", "")),
                        table.stream().map(Judged::cells))
                .toList();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                int at = column;
                int width = rows.stream()
                        .mapToInt(each -> each.get(at).length())
                        .max()
                        .orElse(0);
                line.append(("%" + (column == 0 || column > 3 ? "-" : "") + width + "s  ").formatted(row.get(column)));
            }
            System.out.println(line.toString().stripTrailing());
        }
    }
}
