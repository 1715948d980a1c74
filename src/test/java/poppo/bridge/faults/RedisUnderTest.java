package poppo.bridge.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import poppo.bridge.redis.RedisServerProcess;

/**
 * A {@code redis-server} of our own on real data, and what can happen to it. It is always on the same port. A machine
 * without one fails the test.
 */
final class RedisUnderTest implements AutoCloseable {
    private static final String DATA = "appendonlydir";

    private final Path directory;
    private final RedisServerProcess server;

    RedisUnderTest(Path directory) {
        this.directory = directory;
        Path executable = RedisServerProcess.onPath()
                .orElseThrow(() ->
                        new IllegalStateException("there is no redis-server on the PATH; these tests need a real one"));
        this.server = RedisServerProcess.start(directory, executable, "--enable-debug-command", "yes")
                .stoppedAtExit();
    }

    int port() {
        return server.port();
    }

    long pid() {
        return server.pid();
    }

    void kill() {
        server.kill();
    }

    /** Starts it again on the data that is there. */
    void start() {
        server.restart();
    }

    void freeze() {
        Commands.signal("STOP", server.pid());
    }

    void thaw() {
        Commands.signal("CONT", server.pid());
    }

    /** What a server of our own does with everything on its port: a command, sent and answered. */
    String command(String command) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 5_000);
            socket.setSoTimeout(30_000);
            send(socket, command);
            InputStream in = socket.getInputStream();
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
                line.append((char) c);
            }
            if (line.indexOf("-") == 0) {
                throw new IllegalStateException(command + ": " + line);
            }
            return line.toString().strip();
        } catch (IOException e) {
            throw new UncheckedIOException(command + " at Redis", e);
        }
    }

    /** Sends a command and doesn't wait for its answer, which may be long in coming. */
    void fireAndForget(String command) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            send(socket, command);
        } catch (IOException e) {
            throw new UncheckedIOException(command + " at Redis", e);
        }
    }

    private static void send(Socket socket, String command) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    // ---- data; only while it is not running, but for the copy

    /** Keeps a copy of the append-only files; each is a prefix of what it becomes, so copying beside the writer is fine. */
    void copyData(String name) {
        copy(directory.resolve(DATA), directory.resolve(name));
    }

    /** Puts the data away under a name. */
    void putAway(String name) {
        delete(directory.resolve(name));
        try {
            Files.move(directory.resolve(DATA), directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a copy of what was put away or copied the data. */
    void restore(String name) {
        copy(directory.resolve(name), directory.resolve(DATA));
    }

    private static void copy(Path from, Path to) {
        delete(to);
        try {
            Files.createDirectories(to);
            try (Stream<Path> files = Files.list(from)) {
                for (Path file : files.toList()) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path tree) {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it, frozen or not. */
    @Override
    public void close() {
        server.kill();
        server.close();
    }
}
