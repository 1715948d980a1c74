package poppo.bridge.redis;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.state.BridgeException;
import redis.embedded.core.ExecutableProvider;

/**
 * A real {@code redis-server} of our own, on a free port of the loopback interface: the default where no Redis is
 * configured. It keeps its data in an append-only file, never evicts, and is ended by whoever started it.
 *
 * <p>The server is the one on the {@code PATH}, else the 6.2 that comes with the embedded-redis jar. Thread-safe.
 */
public final class RedisServerProcess implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(30);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(10);
    private static final int PORT_ATTEMPTS = 5;
    private static final Logger LOGGER = LoggerFactory.getLogger(RedisServerProcess.class);
    private static final String LOG = "redis.log";
    private static final String PID = "redis.pid";

    private final Path executable;
    private final Path directory;
    private final int port;
    private final List<String> extra;
    private final Thread atExit = new Thread(this::stop, "redis-server-exit");
    private volatile Process process;
    private boolean stopped;

    private RedisServerProcess(Path executable, Path directory, int port, List<String> extra) throws IOException {
        this.executable = executable;
        this.directory = directory;
        this.port = port;
        this.extra = extra;
        process = launch();
    }

    /**
     * Starts a server and waits until it answers.
     *
     * @param directory its data, created if absent; what is there already is loaded
     * @throws BridgeException.Unavailable when there is no server to start, or it doesn't come up
     */
    public static RedisServerProcess start(Path directory) {
        return start(directory, onPath().orElseGet(() -> embedded(directory)));
    }

    /** As {@link #start(Path)}, with a certain binary and further arguments, which win over ours. */
    public static RedisServerProcess start(Path directory, Path executable, String... arguments) {
        BridgeException.@Nullable Unavailable last = null;
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            try {
                Files.createDirectories(directory);
                stopLeftover(directory);
                return new RedisServerProcess(executable, directory, freePort(), List.of(arguments)).ready();
            } catch (IOException e) {
                throw new BridgeException.Unavailable(
                        "can't start " + executable + " in " + directory + ": " + e.getMessage()
                                + "; install redis-server, or name a Redis that runs",
                        e);
            } catch (BridgeException.Unavailable taken) {
                last = taken;
            }
        }
        throw java.util.Objects.requireNonNull(last);
    }

    /**
     * A server that an owner killed by force has left behind still has the data open, and may have the latest of it: it
     * ends in order before the next one begins.
     */
    private static void stopLeftover(Path directory) throws IOException {
        Path file = directory.resolve(PID);
        if (!Files.exists(file)) {
            return;
        }
        Optional<ProcessHandle> leftover = ProcessHandle.of(
                        Long.parseLong("0" + Files.readString(file).strip()))
                .filter(process -> isServerIn(directory, process));
        if (leftover.isPresent()) {
            end(leftover.get());
        }
    }

    /**
     * Kills what doesn't end in order, a frozen one for instance. That costs nothing it has answered: before each answer it
     * hands its append-only file to the operating system.
     */
    private static void end(ProcessHandle leftover) {
        leftover.destroy();
        if (!endsInTime(leftover)) {
            leftover.destroyForcibly();
            if (!endsInTime(leftover)) {
                throw new BridgeException.Unavailable(
                        "a redis-server left behind (pid " + leftover.pid() + ") does not end; stop it by hand");
            }
        }
    }

    private static boolean endsInTime(ProcessHandle process) {
        try {
            process.onExit().get(STOPPED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /**
     * The pid may be another program's by now, even that of another Redis; a server works in its data directory. Where
     * that can't be seen, the name must do: Debian's {@code redis-server} is a link to {@code redis-check-rdb}.
     */
    private static boolean isServerIn(Path directory, ProcessHandle process) {
        Path seen = Path.of("/proc", Long.toString(process.pid()));
        try {
            if (Files.exists(seen)) {
                return Files.isSameFile(seen.resolve("cwd"), directory);
            }
        } catch (IOException goneOrNotOurs) {
            return false;
        }
        Path command = Path.of(process.info().command().orElse("/"));
        return command.endsWith("redis-check-rdb") || command.toString().contains("redis-server");
    }

    /** The {@code redis-server} on the PATH. */
    public static Optional<Path> onPath() {
        String path = System.getenv().getOrDefault("PATH", "");
        for (String entry : path.split(File.pathSeparator)) {
            Path candidate = Path.of(entry.isEmpty() ? "." : entry, "redis-server");
            if (Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** The {@code redis-server} in the embedded-redis jar, unpacked into {@code directory}. */
    public static Path embedded(Path directory) {
        Path target = directory.resolve("redis-server-embedded");
        try {
            if (!Files.isExecutable(target)) {
                Files.createDirectories(directory);
                Path unpacked = ExecutableProvider.newJarResourceProvider(ExecutableProvider.newProvidedVersionsMap())
                        .get()
                        .toPath();
                Files.copy(unpacked, target, StandardCopyOption.REPLACE_EXISTING);
                if (!target.toFile().setExecutable(true)) {
                    throw new IOException(target + " can't be made executable");
                }
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                executable.toAbsolutePath().toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                directory.toAbsolutePath().toString(),
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
                "--maxmemory-policy",
                "noeviction",
                "--save",
                "",
                "--pidfile",
                directory.resolve(PID).toAbsolutePath().toString(),
                "--daemonize",
                "no"));
        command.addAll(extra);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve(LOG).toFile()));
        builder.environment().remove("REDIS_PASSWORD");
        return builder.start();
    }

    private RedisServerProcess ready() {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (System.nanoTime() - deadline < 0) {
            if (!process.isAlive()) {
                throw new BridgeException.Unavailable("redis-server ended with status " + process.exitValue()
                        + " at once; see " + directory.resolve(LOG));
            }
            if (answersPing()) {
                return this;
            }
            pause();
        }
        close();
        throw new BridgeException.Unavailable(
                "redis-server did not answer within " + READY_WITHIN.toSeconds() + " s; see " + directory.resolve(LOG));
    }

    private boolean answersPing() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            byte[] reply = in.readNBytes(5);
            return new String(reply, StandardCharsets.US_ASCII).equals("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BridgeException.Unavailable("interrupted while redis-server was starting", e);
        }
    }

    /** Ends it with this JVM, for an owner that may not come to {@link #close}. */
    public RedisServerProcess stoppedAtExit() {
        Runtime.getRuntime().addShutdownHook(atExit);
        return this;
    }

    /** From now on starts it again, a second later, whenever it ends without having been told to. */
    public synchronized RedisServerProcess keptRunning() {
        watch(process);
        return this;
    }

    private void watch(Process watched) {
        Executor aSecondLater = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);
        var unused = watched.onExit().thenRunAsync(() -> revive(watched), aSecondLater);
    }

    private synchronized void revive(Process ended) {
        if (stopped || ended != process) {
            return;
        }
        try {
            process = launch();
            LOGGER.warn("redis-server (pid {}) ended by itself and was started again (pid {})", ended.pid(), pid());
            watch(process);
        } catch (IOException e) {
            LOGGER.error("redis-server ended by itself and can't be started again: {}", e.getMessage());
        }
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Lets it write what it has and end; kills it if it doesn't. */
    public synchronized void stop() {
        stopped = true;
        process.destroy();
        try {
            if (process.waitFor(STOPPED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
    }

    /** Ends it as a power cut would. */
    public synchronized void kill() {
        stopped = true;
        process.destroyForcibly();
        try {
            process.waitFor(STOPPED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops it where it is: it keeps its connections and answers nobody until {@link #thaw}. */
    public void freeze() {
        signal("STOP");
    }

    /** Lets it go on after {@link #freeze}. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        String pid = Long.toString(pid());
        try {
            int status = new ProcessBuilder("kill", "-" + name, pid).start().waitFor();
            if (status != 0) {
                throw new BridgeException.Unavailable("redis-server (pid " + pid + ") takes no signal " + name);
            }
        } catch (IOException e) {
            throw new BridgeException.Unavailable("redis-server takes no signal: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BridgeException.Unavailable("interrupted while redis-server was sent a signal", e);
        }
    }

    /** Starts it again, on the same port and data; ends it first where it still runs. */
    public synchronized void restart() {
        if (process.isAlive()) {
            stop();
        }
        try {
            process = launch();
            stopped = false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ready();
    }

    /** {@link #stop()}, for good. */
    @Override
    public void close() {
        stop();
        removeHook();
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            return;
        }
    }
}
