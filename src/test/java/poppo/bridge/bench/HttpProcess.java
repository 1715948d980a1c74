package poppo.bridge.bench;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that is called over HTTP, from its start until {@link #close}. */
final class HttpProcess implements AutoCloseable {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
    private static final long PAUSE_MILLIS = 2;
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Process process;
    private final Path said;
    private final long nanosToFirstAnswer;

    private HttpProcess(Process process, Path said, URI uri) throws IOException, InterruptedException {
        this.process = process;
        this.said = said;
        long start = System.nanoTime();
        while (!isAnswered(uri)) {
            if (!process.isAlive() || System.nanoTime() - start > PATIENCE) {
                String last = Files.readString(said);
                close();
                throw new IllegalStateException("no answer from " + uri + "; the process said " + last);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        nanosToFirstAnswer = System.nanoTime() - start;
    }

    /** Starts it, and returns when {@code uri} answers with any status but one of the fifth hundred. */
    static HttpProcess start(List<String> command, URI uri) throws IOException, InterruptedException {
        Path said = Files.createTempFile("bench-", ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        return new HttpProcess(process, said, uri);
    }

    /** The command for a main class of ours in a JVM like this one. */
    static List<String> java(Class<?> main, int heapMegabytes, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean isAnswered(URI uri) {
        try {
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            return connection.getResponseCode() < HttpURLConnection.HTTP_INTERNAL_ERROR;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** From when it was started. */
    long nanosToFirstAnswer() {
        return nanosToFirstAnswer;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE, TimeUnit.NANOSECONDS)) {
            process.destroyForcibly().waitFor();
        }
        Files.delete(said);
    }
}
