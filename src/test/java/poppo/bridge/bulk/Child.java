package poppo.bridge.bulk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import poppo.bridge.cli.Main;

/** A command line in a JVM of its own, whose heap has a limit and which can be killed. */
final class Child {
    private final Process process;

    private Child(Process process) {
        this.process = process;
    }

    /** What a child that ended said, both streams together. */
    record Ended(int exitCode, String said) {}

    static Child start(int heapMegabytes, Path stateDir, String redis, String... command) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:TieredStopAtLevel=" + (heapMegabytes < 256 ? 1 : 4),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        line.addAll(List.of(command));
        line.addAll(List.of("--offline", "--state-dir", stateDir.toString(), "--redis-uri", redis));
        return new Child(new ProcessBuilder(line).redirectErrorStream(true).start());
    }

    /** As kill -9. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    Ended await() throws IOException, InterruptedException {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), said);
    }
}
