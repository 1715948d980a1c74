package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts by which shells complete, and the manual page. */
class ShellHelpTest {
    @TempDir
    Path directory;

    private String run(String... command) throws IOException, InterruptedException {
        Process run = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .directory(directory.toFile())
                .start();
        String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor()).as(said).isZero();
        return said;
    }

    private static void needs(String tool) {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin", tool)), tool + " is not installed");
    }

    private Path script(String shell) throws IOException {
        return Files.writeString(
                directory.resolve("bridge." + shell),
                CommandRun.of("completion", shell, "--name", "bridge").out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ba | backfill",
                "plan re | rehearse resume",
                "phase set --re | --read-percent --reason",
                "phase set redis-w | redis-write",
                "diff --repair au | authority",
                "diff --format m | markdown",
                "plan show ca | cautious",
            })
    void bashCompletesCommandsOptionsAndValues(String typed, String expected) throws Exception {
        Path script = script("bash");
        String words = "bridge " + typed;
        String asked = "source " + script + "; COMP_WORDS=(" + words + "); COMP_CWORD=" + typed.split(" ").length
                + "; COMP_LINE='" + words + "'; COMP_POINT=" + words.length()
                + "; _complete_bridge 2>/dev/null; echo \"${COMPREPLY[*]}\"";
        assertThat(run("bash", "-c", asked).strip().split("\\s+")).containsExactlyInAnyOrder(expected.split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ba | backfill",
                "plan re | rehearse resume",
                "phase set --re | --read-percent --reason",
                "phase set redis-w | redis-write",
                "diff --repair au | authority",
                "plan show ca | cautious",
            })
    void fishCompletesCommandsOptionsAndValues(String typed, String expected) throws Exception {
        needs("fish");
        Path script = script("fish");
        String asked = "source " + script + "; complete -C 'bridge " + typed + "'";
        assertThat(run("fish", "--no-config", "-c", asked).lines().map(line -> line.split("\t")[0]))
                .containsExactlyInAnyOrder(expected.split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ba | backfill",
                "plan rehe | plan rehearse",
                "phase set redis-w | phase set redis-write",
                "diff --repair au | diff --repair authority",
                "plan show ca | plan show cautious",
            })
    void zshCompletesCommandsOptionsAndValues(String typed, String expected) throws Exception {
        needs("zsh");
        Path script = script("zsh");
        // In a terminal of its own, since zsh completes nowhere else; ^A shows the line as it was completed.
        Path asked = Files.writeString(directory.resolve("ask.zsh"), """
                zmodload zsh/zpty
                zpty shell zsh -f -i
                zpty -w shell "autoload -U compinit; compinit -u -D; source %s; shown() { print -r -- \\"<\\$BUFFER>\\" }"
                zpty -w shell "zle -N shown; bindkey '^A' shown; print rea''dy"
                zpty -r -m shell all '*ready*'
                zpty -w -n shell $'bridge %s\\t\\x01'
                zpty -r -m shell all '*<*>*'
                print -r -- $all
                zpty -d shell
                """.formatted(script, typed));
        assertThat(run("timeout", "20", "zsh", "-f", asked.toString())).contains("<bridge " + expected.strip() + " >");
    }

    @Test
    void zshHasTheSameScriptAsBash() {
        assertThat(CommandRun.of("completion", "zsh").out())
                .isEqualTo(CommandRun.of("completion", "bash").out())
                .contains("bashcompinit");
    }

    @Test
    void fishHasALineForEachCommandAndOptionInsideItsCommand() {
        List<String> lines = CommandRun.of("completion", "fish", "--name", "bridge")
                .out()
                .lines()
                .toList();
        assertThat(lines)
                .contains(
                        "complete -c bridge -n '__fish_seen_subcommand_from phase; and not __fish_seen_subcommand_from"
                                + " show set' -a 'show' -d 'Show the phase, who has authority, and the rollout percents.'",
                        "complete -c bridge -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'")
                .anyMatch(
                        line -> line.startsWith(
                                "complete -c bridge -n '__fish_seen_subcommand_from diff' -l repair -x -a 'none file redis authority'"))
                .noneMatch(line -> line.contains("__fish_seen_subcommand_from diff' -l json"));
        assertThat(lines.stream().skip(1)).allMatch(line -> line.startsWith("complete -c bridge "));
    }

    @Test
    void theManualPageIsWellFormedAndHasEveryCommand() throws Exception {
        needs("groff");
        Path page = Files.writeString(
                directory.resolve("page.1"), CommandRun.of("man").out());
        assertThat(run("groff", "-ww", "-man", "-Tascii", "-z", page.toString()))
                .as("warnings")
                .isEmpty();
        String text = run("groff", "-man", "-Tascii", "-P-cbou", page.toString());
        assertThat(text)
                .contains("plan rehearse", "--read-percent", "noise remove", "130")
                .doesNotContain("${", "%n", "@|");
    }
}
