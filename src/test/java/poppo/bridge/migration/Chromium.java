package poppo.bridge.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's Chromium without a window, for pages in files. Where it isn't installed the test is skipped, saying so. */
public final class Chromium {
    private static final Path BROWSER = Path.of("/usr/bin/chromium");

    private final Path profile;

    /** @param scratch where its profile goes */
    public Chromium(Path scratch) {
        assumeTrue(Files.isExecutable(BROWSER), "Debian's chromium is not installed");
        profile = scratch.resolve("profile");
    }

    /** What the page has become once its scripts have run. */
    public String dom(Path page) throws IOException, InterruptedException {
        return run("--dump-dom", page.toUri().toString());
    }

    /** Takes a picture of the page as it is first seen. */
    public void screenshot(Path page, Path png, int width, int height) throws IOException, InterruptedException {
        run(
                "--screenshot=" + png.toAbsolutePath(),
                "--window-size=" + width + "," + height,
                "--hide-scrollbars",
                page.toUri().toString());
        assertThat(png).isNotEmptyFile();
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                BROWSER.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--user-data-dir=" + profile));
        command.addAll(List.of(arguments));
        Process run = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor()).isZero();
        return output;
    }
}
