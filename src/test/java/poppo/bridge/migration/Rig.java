package poppo.bridge.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import poppo.bridge.file.FileOptions;
import poppo.bridge.file.FileStateManager;
import poppo.bridge.journal.JournalOptions;
import poppo.bridge.machine.Disk;
import poppo.bridge.redis.RedisOptions;
import poppo.bridge.redis.RedisServerProcess;
import poppo.bridge.redis.RedisStateManager;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.shadow.Phase;
import poppo.bridge.shadow.Rollout;
import poppo.bridge.shadow.ShadowOptions;
import poppo.bridge.shadow.ShadowStateManager;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Stamp;

/** A project over a state directory and a Redis server of its own, whose upkeep is in the test's hand. */
final class Rig implements AutoCloseable {
    final Path directory;
    final RedisCommands<String, String> redis;
    final ShadowStateManager state;
    final Migration migration;
    final FileStateManager files;
    private final RedisServerProcess server;
    private final RedisClient client;
    private final Stamp.Source stamps = new Stamp.Source(Clock.systemUTC());
    /** While set, an operation's request to Redis is lost on the way, and the bridge doesn't know. */
    volatile boolean losesRequests;

    Rig(Path root) {
        try {
            directory = Files.createDirectories(root.resolve("state"));
            Path bridge = Files.createDirectories(directory.resolve(".bridge"));
            server = RedisServerProcess.start(Files.createDirectories(root.resolve("redis")));
            client = RedisClient.create(server.uri());
            redis = client.connect().sync();
            files = FileStateManager.open(FileOptions.of(directory).withoutSchedule());
            FencedStateManager store = losing(RedisStateManager.connect(
                    RedisOptions.of(server.uri(), "default").withCommandTimeout(Duration.ofSeconds(20))));
            AuditJournal audit = new AuditJournal(new Disk(), bridge, Clock.systemUTC());
            ShadowOptions manual = new ShadowOptions(
                    0,
                    JournalOptions.defaults(),
                    Duration.ZERO,
                    Duration.ZERO,
                    10_000,
                    256,
                    1000,
                    Duration.ofMillis(1),
                    Duration.ofMillis(2));
            state = ShadowStateManager.open(
                    new ShadowStateManager.Parts(files, store, bridge, audit, StoreObserver.NONE, Clock.systemUTC()),
                    manual);
            migration = new Migration(state, audit, List::of, new Evidence(), Clock.systemUTC(), new Disk(), bridge);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FencedStateManager losing(FencedStateManager store) {
        return (FencedStateManager) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {FencedStateManager.class}, (proxy, method, arguments) -> {
                    if (losesRequests && method.getName().equals("execute")) {
                        throw new BridgeException.UnknownOutcome("no answer came, for the test", null);
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    Rig backfilled() {
        assertThat(migration.backfillNow(compared -> {}).left()).isZero();
        return this;
    }

    Rig at(Phase phase) {
        backfilled();
        state.change(Rollout.of(phase), "test", "test");
        return this;
    }

    void run(Operation operation) {
        state.execute(operation, stamps.next());
    }

    void write(String file, String json) {
        try {
            Files.writeString(directory.resolve(file), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another program rewrites a file. */
    void edit(String file, UnaryOperator<String> change) {
        try {
            Path path = directory.resolve(file);
            String before = Files.readString(path);
            String after = change.apply(before);
            assertThat(after).as("the edit changes %s", file).isNotEqualTo(before);
            Path aside = directory.resolve(file + ".tmp");
            Files.writeString(aside, after);
            Files.move(aside, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.poll();
    }

    DiffReport diff(Repair repair) {
        return diff(new Migration.DiffRequest(repair, false, false));
    }

    DiffReport diff(Migration.DiffRequest request) {
        try {
            Job job = migration.diff(request, "test").await();
            assertThat(job.state()).as(String.valueOf(job.error())).isEqualTo(Job.State.DONE);
            return migration
                    .report(String.valueOf(job.result().path("id").textValue()))
                    .orElseThrow();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        migration.close();
        state.close();
        client.shutdown(0, 1, TimeUnit.SECONDS);
        server.close();
    }
}
