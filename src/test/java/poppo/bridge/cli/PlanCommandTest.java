package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.plan.ShippedPlans;

class PlanCommandTest {
    private static final String STATUS = """
            {"name":"standard","state":"running","stage":1,"step":"hold","waitsFor":"hold","why":"",\
            "started":"2026-01-01T00:00:00.000Z","since":"2026-01-01T00:01:00.000Z","until":"2026-01-01T12:01:00.000Z",\
            "stages":[{"name":"prepare","phase":"file","readPercent":100,"writePercent":100,"holdSeconds":0,\
            "approval":false,"onBreach":"pause","state":"passed"},\
            {"name":"a tenth","phase":"redis-read","readPercent":10,"writePercent":100,"holdSeconds":43200,\
            "approval":true,"onBreach":"rollback","state":"present"}],\
            "gates":[{"name":"breaker","passed":true,"measured":"closed","bound":"closed"}],"approvals":[]}""";
    private static final String SCREEN = """


              plan 'standard': running

                  stage     phase             hold         before it   on a breach
              x   prepare   file              0 s                      pause
              >   a tenth   redis-read 10 %   12 h 0 min   approval    rollback

              does    holds the stage
              since   2026-01-01T00:01:00.000Z
              until   2026-01-01T12:01:00.000Z

              gate               measured   asked
              breaker   passed   closed     closed
            """;

    @TempDir
    Path directory;

    private final StubBridge bridge = new StubBridge();

    @AfterEach
    void stop() {
        bridge.close();
    }

    private CommandRun.Outcome run(String... args) {
        return CommandRun.of(with(args));
    }

    private String[] with(String... args) {
        String[] all = java.util.Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--url";
        all[args.length + 1] = bridge.url();
        return all;
    }

    private String plan(String text) throws IOException {
        return Files.writeString(directory.resolve("plan.yml"), text).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard", "cautious", "single-evening"})
    void thePlansShippedAreFound(String name) {
        String file = "migration-plans/" + name + ".yml";
        CommandRun.Outcome outcome = CommandRun.of("plan", "lint", file);
        assertThat(outcome.out()).startsWith(file + ": ok: plan '" + name + "' with ");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard", "cautious", "single-evening"})
    void aShippedPlanIsListedShownAsItIsWrittenAndTakenByItsBareName(String name) throws IOException {
        assertThat(CommandRun.of("plan", "list").out()).containsPattern("(?m)^  " + name + " +[0-9]+ ");
        assertThat(CommandRun.of("plan", "show", name).out())
                .isEqualTo(Files.readString(Path.of("migration-plans", name + ".yml")));
        assertThat(CommandRun.of("plan", "lint", name).out()).startsWith(name + ": ok: plan '" + name + "' with ");
    }

    @Test
    void noPlanIsShippedThatIsNotListed() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("migration-plans"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(ShippedPlans.NAMES.stream()
                            .map(name -> name + ".yml")
                            .toList());
        }
    }

    @Test
    void lintNamesEachFaultAsCompilersDo() throws IOException {
        String file =
                plan("format: 1\nname: x\nstages:\n  - { name: a, phase: fille }\n  - { name: a, phase: file }\n");
        CommandRun.Outcome outcome = CommandRun.of("plan", "lint", file);
        assertThat(outcome.out())
                .isEqualTo(file + ":4:23: 'phase' is none that there is: did you mean 'file'?, but is 'fille'\n" + file
                        + ":5:13: there are two stages called 'a'; name them apart\n" + file + ": 2 faults\n");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(CommandRun.of("plan", "lint", file, "--json").out())
                .contains("\"valid\": false", "\"line\": 4", "\"column\": 23");
    }

    @Test
    void whatIsNoPlanFileIsRefusedInOneLine() throws IOException {
        String none = directory.resolve("none.yml").toString();
        assertRefused(none, "there is no plan " + none + "; name a file, or one of standard, cautious, single-evening");
        assertRefused("standart", "there is no plan standart; did you mean 'standard'?");
        assertRefused(directory.toString(), directory + " can't be read (it is a directory); name the plan's file");
        Path binary = Files.write(directory.resolve("b"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertRefused(binary.toString(), binary + " is not UTF-8; save it so");
        Path huge = directory.resolve("huge");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(10 << 20);
        }
        assertRefused(huge.toString(), huge + " has 10,485,760 bytes, far more than a plan has; name the plan's file");
        assertThat(CommandRun.of("plan", "lint", plan("")).out()).contains(":1:1: the plan is empty");
    }

    private static void assertRefused(String file, String message) {
        CommandRun.Outcome outcome = CommandRun.of("plan", "lint", file);
        assertThat(outcome.err()).isEqualTo("poppo-bridge: " + message + "\n");
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    @Test
    void runSendsThePlanAsItStandsInItsFile() throws IOException {
        bridge.on("POST /plan", 202, STATUS);
        String text = "# mine\nformat: 1\nname: x\nstages: [{ name: a, phase: file }]\n";
        CommandRun.Outcome outcome = run("plan", "run", plan(text));
        assertThat(bridge.bodies()).containsExactly(text);
        assertThat(outcome.out())
                .contains(SCREEN)
                .endsWith("It runs in the bridge from here on: 'poppo-bridge plan status --watch'.\n");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void aWrongPlanNeverReachesTheBridge() throws IOException {
        String file = plan("format: 1\nname: x\nstages: []\n");
        CommandRun.Outcome outcome = run("plan", "run", file);
        assertThat(outcome.err())
                .isEqualTo("poppo-bridge: " + file + ":3:9: a plan has 1 to 100 stages, this one 0\n" + "poppo-bridge: "
                        + file + " is no plan that can be run; correct the above\n");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(bridge.calls()).isEmpty();
    }

    @Test
    void aSecondPlanIsRefused() throws IOException {
        bridge.refuses("POST /plan", 409, "plan-running", "the plan 'a' is running", "");
        CommandRun.Outcome outcome =
                run("plan", "run", plan("format: 1\nname: x\nstages: [{ name: a, phase: file }]\n"));
        assertThat(outcome.err()).contains("refused (plan-running): the plan 'a' is running");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    @Test
    void statusIsOneScreen() {
        bridge.on("GET /plan", 200, STATUS);
        CommandRun.Outcome outcome = run("plan", "status");
        assertThat(outcome.out()).isEqualTo("default at " + bridge.url() + SCREEN.substring(0));
        assertThat(run("plan", "status", "--json").out()).isEqualTo(STATUS + "\n");
    }

    @Test
    void statusIsWatchedUntilCtrlC() {
        bridge.on("GET /plan", 200, STATUS).on("GET /plan", 200, STATUS.replace("\"running\"", "\"done\""));
        CommandRun.Outcome outcome = new CommandRun().stopAfter(2).run(with("plan", "status", "--watch"));
        assertThat(outcome.out()).contains("plan 'standard': running", "plan 'standard': done");
        assertThat(outcome.exitCode()).isEqualTo(130);
    }

    @Test
    void whatAPlanSaysCannotSteerTheTerminal() {
        bridge.on(
                "GET /plan",
                200,
                STATUS.replace("a tenth", "\\u001b[2Jgone").replace("\"why\":\"\"", "\"why\":\"x\\u001b[31m\""));
        CommandRun.Outcome outcome =
                new CommandRun().onTerminal(80).with(Map.of("NO_COLOR", "1")).run(with("plan", "status"));
        assertThat(outcome.out()).contains("?[2Jgone").doesNotContain("\u001b");
    }

    @ParameterizedTest
    @CsvSource({"pause", "resume", "approve", "abort"})
    void eachCommandIsACallWithItsReason(String verb) {
        bridge.on("POST /plan/" + verb, 200, STATUS);
        CommandRun.Outcome outcome = run("plan", verb, "--reason", "because");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains(SCREEN);
        assertThat(bridge.calls()).containsExactly("POST /v1/projects/default/migration/plan/" + verb);
        assertThat(bridge.bodies()).containsExactly("{\"reason\":\"because\"}");
        assertThat(CommandRun.of("plan", verb, "--help").out()).contains("Usage: poppo-bridge plan " + verb);
    }

    @Test
    void aRehearsalNeedsADirectoryWithState() {
        CommandRun.Outcome none = CommandRun.of(
                "plan",
                "rehearse",
                "migration-plans/standard.yml",
                "--fixture",
                directory.resolve("x").toString());
        assertThat(none.err()).endsWith("correct --fixture\n").hasLineCount(1);
        assertThat(none.exitCode()).isEqualTo(2);
        CommandRun.Outcome empty =
                CommandRun.of("plan", "rehearse", "migration-plans/standard.yml", "--fixture", directory.toString());
        assertThat(empty.err()).contains("has none of the state's files").hasLineCount(1);
        assertThat(empty.exitCode()).isEqualTo(2);
    }
}
