package poppo.bridge.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import poppo.bridge.state.Fences;

/**
 * A real Redis for a test, always: one that can't be started fails the test. The servers are shared by the whole JVM;
 * each test has projects of its own on them, so tests don't see each other's keys.
 *
 * <pre>{@code
 * @RegisterExtension
 * final RedisExtension redis = RedisExtension.any();
 *
 * RedisStateManager manager = redis.manager();   // fenced at epoch 1, closed after the test
 * }</pre>
 */
public final class RedisExtension implements AfterEachCallback {
    private static final Map<Kind, String> SERVERS = new EnumMap<>(Kind.class);
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    /** Where a server comes from. */
    public enum Kind {
        /** The one on the PATH, else the embedded one. */
        ANY,
        /** {@code redis-server} on the PATH: 7.0 here. */
        PATH,
        /** From the embedded-redis jar: 6.2, the oldest that is supported. */
        EMBEDDED
    }

    private final Kind kind;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private String project = freshProject();

    private RedisExtension(Kind kind) {
        this.kind = kind;
    }

    public static RedisExtension any() {
        return of(Kind.ANY);
    }

    public static RedisExtension of(Kind kind) {
        return new RedisExtension(kind);
    }

    /** The servers that a test of the whole contract should see: the oldest and a newer one. */
    public static Stream<Kind> versions() {
        return RedisServerProcess.onPath().isPresent() ? Stream.of(Kind.PATH, Kind.EMBEDDED) : Stream.of(Kind.EMBEDDED);
    }

    /** A manager on this test's project, fenced at epoch 1. All of one test see the same records. */
    public RedisStateManager manager() {
        RedisStateManager manager = manager(options());
        Fences.fence(manager, 1);
        return manager;
    }

    /** A manager that nothing was done with, closed after the test. */
    public RedisStateManager manager(RedisOptions options) {
        RedisStateManager manager = RedisStateManager.connect(options);
        opened.add(manager);
        return manager;
    }

    /** Options for this test's project, with time-outs that a busy machine keeps. */
    public RedisOptions options() {
        return RedisOptions.of(uri(), project).withCommandTimeout(Duration.ofSeconds(20));
    }

    /** Plain access, as another program has it. */
    PlainClient client() {
        PlainClient client = new PlainClient(uri(), options().prefix());
        opened.add(client);
        return client;
    }

    public String uri() {
        return uri(kind);
    }

    /** A project that no test had before. */
    public static String freshProject() {
        return "t" + ProcessHandle.current().pid() + "-" + PROJECTS.incrementAndGet();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        opened.clear();
        project = freshProject();
    }

    private static synchronized String uri(Kind kind) {
        return SERVERS.computeIfAbsent(kind, RedisExtension::start);
    }

    private static String start(Kind kind) {
        return switch (kind) {
            case ANY ->
                process(RedisServerProcess.onPath().orElseGet(() -> RedisServerProcess.embedded(temporary())))
                        .uri();
            case PATH ->
                process(RedisServerProcess.onPath()
                                .orElseThrow(() -> new IllegalStateException("there is no redis-server on the PATH")))
                        .uri();
            case EMBEDDED -> process(RedisServerProcess.embedded(temporary())).uri();
        };
    }

    private static RedisServerProcess process(Path executable) {
        return RedisServerProcess.start(temporary(), executable, "--appendfsync", "no")
                .stoppedAtExit();
    }

    static Path temporary() {
        try {
            Path directory = Files.createTempDirectory("bridge-redis");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException left) {
            return;
        }
    }
}
