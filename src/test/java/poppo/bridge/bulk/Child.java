package poppo.bridge.bulk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import poppo.bridge.cli.Main;
import poppo.bridge.state.Json;

/** A main class in a JVM of its own, whose heap has a limit and which can be killed. */
public final class Child {
    private final Process process;

    private Child(Process process) {
        this.process = process;
    }

    /** What a child that ended said, both streams together. */
    public record Ended(int exitCode, String said) {
        /**
         * The JSON it said last.
         *
         * @throws IllegalStateException if it failed
         */
        public ObjectNode json() {
            if (exitCode != 0) {
                throw new IllegalStateException("a child ended with " + exitCode + " and said " + said);
            }
            return (ObjectNode)
                    Json.parse(said.lines().reduce((first, second) -> second).orElseThrow());
        }
    }

    /** A command line of the bridge that works offline. */
    static Child start(int heapMegabytes, Path stateDir, String redis, String... command) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("--offline", "--state-dir", stateDir.toString(), "--redis-uri", redis));
        return start(heapMegabytes, Main.class, arguments);
    }

    public static Child start(int heapMegabytes, Class<?> main, List<String> arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:TieredStopAtLevel=" + (heapMegabytes < 256 ? 1 : 4),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        line.addAll(arguments);
        return new Child(new ProcessBuilder(line).redirectErrorStream(true).start());
    }

    /** As kill -9. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    public Ended await() throws IOException, InterruptedException {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), said);
    }
}
