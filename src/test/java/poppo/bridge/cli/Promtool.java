package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's promtool. Where it isn't installed the test is skipped, saying so; CI installs it. */
final class Promtool {
    private static final Path TOOL = Path.of("/usr/bin/promtool");

    private Promtool() {}

    /** Must find nothing to complain of; returns what it says. */
    static String passes(Path input, String... arguments) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(TOOL), "Debian's prometheus is not installed");
        List<String> command = new ArrayList<>(List.of(TOOL.toString()));
        command.addAll(List.of(arguments));
        Process run = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(input.toFile())
                .start();
        String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor()).as(said).isZero();
        return said;
    }
}
