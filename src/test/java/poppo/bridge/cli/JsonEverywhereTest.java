package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import poppo.bridge.state.Json;

/** Each command, with {@code --json}, prints JSON and nothing else on standard output. */
@Timeout(120)
class JsonEverywhereTest {
    private static final String RULE =
            "noise add x --pointer /metadata/* --reason why --owner ann --expires 2999-01-31T00:00:00Z";
    private static final String PLAN = "migration-plans/standard.yml";

    /** They tell a story, a line of JSON for each part: {@link Session#tell}, of which {@code serve} is the example here. */
    private static final Set<String> LONG = Set.of("serve", "demo", "plan rehearse", "record watch");

    @TempDir
    Path home;

    @Test
    void everyCommandPrintsJsonOnRequest() throws Exception {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("config", "config");
        lines.put("metrics list", "metrics list");
        lines.put("metrics dashboard", "metrics dashboard");
        lines.put("metrics alerts", "metrics alerts");
        lines.put("completion", "completion fish");
        lines.put("man", "man");
        lines.put("plan list", "plan list");
        lines.put("plan show", "plan show standard");
        lines.put("plan lint", "plan lint " + PLAN);
        lines.put("replay", "replay fixtures/two-crons --phase file");
        lines.put("status", "status");
        lines.put("doctor", "doctor");
        lines.put("phase show", "phase show");
        lines.put("record start", "record start --name seen --out " + home.resolve("fixtures"));
        lines.put("record stop", "record stop");
        lines.put("backfill", "backfill");
        lines.put("phase set", "phase set dual-write");
        lines.put("diff", "diff");
        lines.put("foreign-writes", "foreign-writes");
        lines.put("noise add", RULE);
        lines.put("noise", "noise");
        lines.put("noise remove", "noise remove x");
        lines.put("plan run", "plan run " + PLAN);
        lines.put("plan status", "plan status");
        lines.put("plan pause", "plan pause --reason seen");
        lines.put("plan resume", "plan resume --reason seen");
        lines.put("plan approve", "plan approve --reason seen");
        lines.put("plan abort", "plan abort --reason seen");
        lines.put("rollback", "rollback");
        Set<String> all = new TreeSet<>(lines.keySet());
        all.addAll(LONG);
        assertThat(all).isEqualTo(commands());

        Path state = Files.createDirectory(home.resolve("state"));
        Files.createDirectory(home.resolve("fixtures"));
        try (EndToEndServe bridge = EndToEndServe.start(state)) {
            bridge.done("PATCH", "issues/1", "{'status':'queued'}");
            for (Map.Entry<String, String> each : lines.entrySet()) {
                List<String> args = new ArrayList<>(List.of(each.getValue().split(" ")));
                args.addAll(List.of("--json", "--url", bridge.url()));
                CommandRun.Outcome outcome = CommandRun.of(args.toArray(String[]::new));
                assertThat(outcome.out()).as(each + " " + outcome.err()).isNotBlank();
                assertThat(Json.parse(outcome.out()).isContainerNode())
                        .as(each.getKey())
                        .isTrue();
            }
        }
    }

    @Test
    void aServerTellsItsStoryInLinesOfJson() throws Exception {
        Path state = Files.createDirectory(home.resolve("state"));
        try (EndToEndServe bridge = EndToEndServe.startUntil(
                java.util.regex.Pattern.compile(".*poppo-bridge serves http://127\\.0\\.0\\.1:(\\d+);.*"),
                "--json",
                "--state-dir",
                state.toString(),
                "--port",
                "0")) {
            assertThat(bridge.said())
                    .hasSizeGreaterThan(1)
                    .allSatisfy(line ->
                            assertThat(Json.parse(line).path("said").asText()).isNotEmpty());
            long redis = Long.parseLong(bridge.said().get(0).replaceAll(".*\\(pid (\\d+)\\).*", "$1"));
            bridge.terminate();
            ProcessHandle.of(redis).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** Those that can be run. */
    private static Set<String> commands() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        CommandLine root = Main.commandLine(Terminal.of(nowhere, nowhere, Map.of(), 0), new Interrupts(), Pace.SYSTEM);
        Set<String> found = new TreeSet<>();
        root.getSubcommands().values().forEach(each -> collect(each, found));
        return found;
    }

    private static void collect(CommandLine command, Set<String> into) {
        if (command.getCommand() instanceof java.util.concurrent.Callable<?>) {
            into.add(command.getCommandSpec().qualifiedName().substring("poppo-bridge ".length()));
        }
        command.getSubcommands().values().forEach(each -> collect(each, into));
    }
}
