package poppo.bridge.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code poppo-bridge serve} in a JVM of its own, which can be killed, ended and started again on its directory. */
final class BridgeUnderTest implements AutoCloseable {
    private static final Pattern SERVES = Pattern.compile("poppo-bridge serves http://127\\.0\\.0\\.1:(\\d+); .*");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<String> arguments;
    private final Map<String, String> settings;
    private final Path log;
    private volatile Process process;
    private volatile int port;

    /** @param settings environment variables, beside which no other setting of a bridge is passed on */
    BridgeUnderTest(Path stateDir, int redisPort, Map<String, String> settings, Path log) {
        this.arguments = List.of(
                "--state-dir", stateDir.toString(), "--redis-uri", "redis://127.0.0.1:" + redisPort, "--port", "0");
        this.settings = settings;
        this.log = log;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        start();
    }

    /** Starts it, in the phase that the directory was left in; on a new one that is {@code file}. */
    void start() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                "poppo.bridge.cli.Main",
                "serve"));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("BRIDGE_") || name.startsWith("POPPO_"));
        builder.environment().putAll(settings);
        try {
            process = builder.start();
            awaitServing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitServing() throws IOException {
        BufferedReader stdout = process.inputReader(StandardCharsets.UTF_8);
        List<String> said = new ArrayList<>();
        for (String line = stdout.readLine(); line != null; line = stdout.readLine()) {
            said.add(line);
            Matcher serves = SERVES.matcher(line);
            if (serves.matches()) {
                port = Integer.parseInt(serves.group(1));
                return;
            }
        }
        throw new IllegalStateException("serve ended before it served: " + said + "; " + lastWords());
    }

    /** The end of its log. */
    String lastWords() {
        try {
            String all = Files.readString(log);
            return all.substring(Math.max(0, all.length() - 4000));
        } catch (IOException e) {
            return "no log: " + e.getMessage();
        }
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Starts one that ended by itself, as whoever supervises it does. */
    void startIfEnded() {
        if (!process.isAlive()) {
            start();
        }
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the bridge does not end; " + lastWords());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
