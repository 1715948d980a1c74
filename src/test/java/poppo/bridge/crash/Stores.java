package poppo.bridge.crash;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.journal.Fsync;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.machine.Waits;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.FencedStateManager;

/** A project on real files and a real Redis, with points in every effect, opened as the bridge opens it. */
final class Stores implements AutoCloseable {
    private static final Set<String> EFFECTS = Set.of("execute", "replaceAll", "fence");

    final ShadowStateManager state;
    private final AtomicBoolean redisIsDown = new AtomicBoolean();

    Stores(Path directory, String uri, String project, Points points) throws IOException {
        HaltingDisk disk = new HaltingDisk(points);
        Clock clock = Clock.systemUTC();
        FileStateManager files = FileStateManager.open(
                FileOptions.of(directory).withIntervals(Duration.ofMillis(100), Duration.ofMillis(50)), disk);
        Path bridge = Files.createDirectories(directory.resolve(".bridge"));
        RedisStateManager redis =
                RedisStateManager.connect(RedisOptions.of(uri, project).withCommandTimeout(Duration.ofSeconds(20)));
        state = ShadowStateManager.open(
                new ShadowStateManager.Parts(
                        files,
                        pointed(redis, points),
                        bridge,
                        new AuditJournal(disk, bridge, clock),
                        StoreObserver.NONE,
                        clock,
                        disk,
                        Waits.BLOCKING),
                options());
    }

    /** Everything often, and small segments, so that a short run passes every point. */
    private static ShadowOptions options() {
        return new ShadowOptions(
                10,
                new JournalOptions(Fsync.ALWAYS, 1 << 20, 0, 1 << 12),
                Duration.ofMillis(15),
                Duration.ofMillis(15),
                10_000,
                256,
                4,
                Duration.ofMillis(10),
                Duration.ofMillis(50));
    }

    private FencedStateManager pointed(FencedStateManager redis, Points points) {
        return (FencedStateManager) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {FencedStateManager.class}, (proxy, method, arguments) -> {
                    String name = "redis " + method.getName();
                    boolean changes = EFFECTS.contains(method.getName());
                    if (redisIsDown.get() && !method.getName().equals("close")) {
                        throw new BridgeException.Unavailable("Redis is down for the test");
                    }
                    if (changes) {
                        points.pass("before " + name);
                    }
                    try {
                        return method.invoke(redis, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (changes) {
                            points.pass("after " + name);
                        }
                    }
                });
    }

    void redisIsDown(boolean down) {
        redisIsDown.set(down);
    }

    @Override
    public void close() {
        state.close();
    }
}
