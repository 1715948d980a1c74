package poppo.bridge.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** What all cycles came to, as a Markdown table, and what was measured beside it. */
final class FaultReport {
    private static final int TOLD_OF_A_KIND = 3;

    private final List<Cycle.Result> results = new ArrayList<>();
    private final List<String> notRun = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();
    private final long seed;

    FaultReport(long seed) {
        this.seed = seed;
    }

    void add(Cycle.Result result) {
        results.add(result);
        add("cycle " + results.size() + ", " + result.fault() + " in " + result.phase(), result.findings());
    }

    /** Notes what was found where: a few of each kind, and how many more there are. */
    void add(String where, List<Finding> found) {
        for (Finding.Kind kind : Finding.Kind.values()) {
            List<Finding> ofKind =
                    found.stream().filter(each -> each.kind() == kind).toList();
            ofKind.stream().limit(TOLD_OF_A_KIND).forEach(each -> findings.add(where + ": " + each));
            if (ofKind.size() > TOLD_OF_A_KIND) {
                findings.add(where + ": " + (ofKind.size() - TOLD_OF_A_KIND) + " more " + kind.label());
            }
        }
    }

    /** A planned cycle that could not be run: it counts neither as passed nor as broken. */
    void notRun(PhaseUnderTest phase, Fault fault, String why) {
        notRun.add(fault.label() + " in " + phase.label() + ": " + why);
    }

    int cycles() {
        return results.size();
    }

    List<String> findings() {
        return findings;
    }

    String toMarkdown() {
        StringBuilder text = new StringBuilder();
        text.append(
                        "| fault | phase | cycles | acknowledged | lost | two holders | went back | time to files p50/p99, ms")
                .append(" | time back to Redis p50/p99, ms |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
        Map<String, List<Cycle.Result>> rows = new TreeMap<>();
        for (Cycle.Result result : results) {
            String key = String.format(
                    "%02d %02d", result.fault().ordinal(), result.phase().ordinal());
            rows.computeIfAbsent(key, any -> new ArrayList<>()).add(result);
        }
        rows.values()
                .forEach(row -> text.append(
                        row(row.get(0).fault().label(), row.get(0).phase().label(), row)));
        text.append(row("**all**", "", results));
        text.append("\nSeed ")
                .append(seed)
                .append(". ")
                .append(others())
                .append("\n\n")
                .append(failOver());
        list(text, "Not run", notRun);
        list(text, "Broken", findings);
        return text.toString();
    }

    private static String row(String fault, String phase, List<Cycle.Result> row) {
        return Stream.of(
                                fault,
                                phase,
                                Integer.toString(row.size()),
                                sum(row, Cycle.Result::acknowledged),
                                sum(row, result -> result.count(Finding.Kind.LOST)),
                                sum(row, result -> result.count(Finding.Kind.TWO_HOLDERS)),
                                sum(row, result -> result.count(Finding.Kind.WENT_BACK)),
                                new Percentiles(row.stream()
                                                .flatMap(result -> result.toFiles().stream()
                                                        .boxed())
                                                .toList())
                                        .both(),
                                new Percentiles(row.stream()
                                                .flatMap(result -> result.toRedis().stream()
                                                        .boxed())
                                                .toList())
                                        .both())
                        .reduce("|", (line, cell) -> line + " " + cell + " |")
                + "\n";
    }

    private static String sum(List<Cycle.Result> row, ToLongFunction<Cycle.Result> of) {
        return String.format(Locale.ROOT, "%,d", row.stream().mapToLong(of).sum())
                .replace(',', ' ');
    }

    private String others() {
        List<String> kinds = new ArrayList<>();
        for (Finding.Kind kind : Finding.Kind.values()) {
            if (kind.ordinal() > Finding.Kind.WENT_BACK.ordinal()) {
                kinds.add(kind.label() + " " + sum(results, result -> result.count(kind)));
            }
        }
        return "Writes answered as not done: " + sum(results, Cycle.Result::notDone) + ", without a clear answer: "
                + sum(results, Cycle.Result::unknown) + ". Also looked for: " + String.join(", ", kinds)
                + ". Planned and not run: " + notRun.size() + ".";
    }

    private String failOver() {
        Percentiles waits = new Percentiles(results.stream()
                .filter(result -> result.phase() == PhaseUnderTest.REDIS_WRITE
                        && result.fault().part() == Fault.Part.REDIS)
                .flatMap(result -> result.failOver().stream())
                .toList());
        return "Fail-over in redis-write: " + waits.count()
                + " calls were under way between the fault and the first write that the files answered; they took p50 "
                + waits.millis(50) + " ms, p99 " + waits.millis(99) + " ms, at most " + waits.millis(100)
                + " ms. The command time-out is " + Rig.COMMAND_TIMEOUT.toMillis() + " ms.\n";
    }

    private static void list(StringBuilder text, String title, List<String> items) {
        if (!items.isEmpty()) {
            text.append("\n").append(title).append(":\n\n");
            items.forEach(item -> text.append("- ").append(item).append("\n"));
        }
    }
}
