package poppo.bridge.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static poppo.bridge.redis.Given.checkin;
import static poppo.bridge.redis.Given.checkout;
import static poppo.bridge.redis.Given.stamp;
import static poppo.bridge.redis.Given.update;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.Fences;
import poppo.bridge.state.Issue;
import poppo.bridge.state.RecordKey;

/** A server of its own that is killed, frozen, filled up and flushed. */
class RedisFaultTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    Path directory;

    private RedisServerProcess server;
    private final List<RedisStateManager> opened = new ArrayList<>();

    @BeforeEach
    void start() {
        server = RedisServerProcess.start(directory, executable(), "--appendfsync", "always");
    }

    private Path executable() {
        return RedisServerProcess.onPath().orElseGet(() -> RedisServerProcess.embedded(directory));
    }

    @AfterEach
    void stop() {
        opened.forEach(RedisStateManager::close);
        server.kill();
        server.close();
    }

    private RedisStateManager manager(Duration timeout) {
        RedisStateManager manager = RedisStateManager.connect(
                RedisOptions.of(server.uri(), "p").withCommandTimeout(timeout).withConnectTimeout(timeout));
        opened.add(manager);
        return manager;
    }

    private RedisStateManager patient() {
        return manager(Duration.ofSeconds(20));
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(server.pid()))
                .start()
                .waitFor();
        assertThat(status).isZero();
    }

    /** What a server needs time for; ends as soon as it is so. */
    private static FencedStateManager.Server probeUntilItAnswers(RedisStateManager manager)
            throws TimeoutException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() - deadline < 0) {
            try {
                return manager.probe();
            } catch (BridgeException.Unavailable notYet) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        throw new TimeoutException("the server never answered");
    }

    private static String status(RedisStateManager manager, long issue) {
        var image = manager.read(RecordKey.issue(issue)).image();
        return image == null ? "none" : new Issue(image).status();
    }

    @Test
    void aManagerCanBeMadeBeforeItsServer() throws Exception {
        server.stop();
        RedisStateManager manager = patient();
        assertThatThrownBy(() -> manager.read(RecordKey.issue(7)))
                .isInstanceOf(BridgeException.Unavailable.class)
                .hasMessageContaining("not connected")
                .hasMessageContaining("127.0.0.1:" + server.port());
        assertThatThrownBy(manager::probe)
                .isInstanceOf(BridgeException.Unavailable.class)
                .hasMessageContaining("is it running there?");

        server.restart();

        assertThat(manager.probe().epoch()).isNull();
        Fences.fence(manager, 1);
        assertThat(manager.execute(checkout(7, "x"), stamp()).isDone()).isTrue();
    }

    @Test
    void whatWasAcknowledgedSurvivesAKill() throws Exception {
        RedisStateManager manager = patient();
        Fences.fence(manager, 1);
        manager.execute(checkout(7, "x"), stamp());
        FencedStateManager.Server before = manager.probe();
        server.kill();

        assertThatThrownBy(() -> manager.execute(checkin(7, "x"), stamp()))
                .isInstanceOf(BridgeException.Unavailable.class);
        assertThatThrownBy(() -> manager.read(RecordKey.issue(7))).isInstanceOf(BridgeException.Unavailable.class);
        server.restart();
        assertThatThrownBy(() -> manager.read(RecordKey.issue(7)))
                .as("only a probe reconnects")
                .isInstanceOf(BridgeException.Unavailable.class);

        FencedStateManager.Server after = probeUntilItAnswers(manager);
        assertThat(after.runId()).isNotEqualTo(before.runId());
        assertThat(after.epoch()).isEqualTo(1);
        assertThat(after.revision()).isEqualTo(before.revision());
        assertThatThrownBy(() -> manager.read(RecordKey.issue(7)))
                .as("what is connected to anew may be another state")
                .isInstanceOf(BridgeException.Fenced.class);
        assertThatThrownBy(() -> manager.execute(checkin(7, "x"), stamp())).isInstanceOf(BridgeException.Fenced.class);
        Fences.fence(manager, 1);
        assertThat(status(manager, 7)).isEqualTo("processing");
        assertThat(manager.execute(checkin(7, "x"), stamp()).isDone()).isTrue();
    }

    @Test
    void aWriteThatAFrozenServerDoesNotAnswerIsUnknownAndARead_Unavailable() throws Exception {
        RedisStateManager manager = manager(SHORT);
        Fences.fence(manager, 1);
        manager.execute(checkout(7, "x"), stamp());
        signal("STOP");
        try {
            assertThatThrownBy(() -> manager.execute(checkin(7, "x"), stamp()))
                    .isInstanceOf(BridgeException.UnknownOutcome.class);
            assertThatThrownBy(() -> manager.read(RecordKey.issue(7)))
                    .isInstanceOf(BridgeException.Unavailable.class)
                    .isNotInstanceOf(BridgeException.UnknownOutcome.class);
            assertThatThrownBy(manager::probe).isInstanceOf(BridgeException.Unavailable.class);
        } finally {
            signal("CONT");
        }
    }

    @Test
    void afterAProbeNoWriteOfAFrozenServerTakesEffectAnyMore() throws Exception {
        RedisStateManager manager = manager(SHORT);
        RedisStateManager witness = patient();
        Fences.fence(manager, 1);
        Fences.fence(witness, 1);
        manager.execute(update(7, "{'status':'first'}"), stamp());
        for (int round = 0; round < 5; round++) {
            String late = "late" + round;
            signal("STOP");
            try {
                assertThatThrownBy(() -> manager.execute(update(7, "{'status':'" + late + "'}"), stamp()))
                        .isInstanceOf(BridgeException.Unavailable.class);
                if (round % 2 == 0) {
                    assertThatThrownBy(manager::probe).isInstanceOf(BridgeException.Unavailable.class);
                }
            } finally {
                signal("CONT");
            }
            probeUntilItAnswers(manager);
            // The same epoch, so that it isn't the fence that keeps the late write away.
            Fences.fence(manager, 1);
            String settled = status(manager, 7);

            for (int look = 0; look < 50; look++) {
                assertThat(status(witness, 7)).isEqualTo(settled);
            }
            manager.execute(update(7, "{'status':'after" + round + "'}"), stamp());
            assertThat(status(witness, 7)).isEqualTo("after" + round);
        }
    }

    @Test
    void aConnectionCutByTheServerIsNotMadeAgainByItself() throws Exception {
        RedisStateManager manager = patient();
        Fences.fence(manager, 1);
        try (PlainClient plain = new PlainClient(server.uri(), "{p}:")) {
            plain.redis.clientKill(io.lettuce.core.KillArgs.Builder.skipme());
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        boolean refused = false;
        while (!refused && System.nanoTime() - deadline < 0) {
            try {
                manager.read(RecordKey.issue(7));
            } catch (BridgeException.Unavailable cut) {
                refused = true;
            }
        }

        assertThat(refused).isTrue();
        assertThatThrownBy(() -> manager.read(RecordKey.issue(7))).hasMessageContaining("not connected");
        manager.probe();
        assertThatThrownBy(() -> manager.read(RecordKey.issue(7)))
                .as("begun on the connection of before, for all it knows")
                .isInstanceOf(BridgeException.Fenced.class);
        assertThatThrownBy(() -> manager.execute(checkout(7, "x"), stamp())).isInstanceOf(BridgeException.Fenced.class);
        Fences.fence(manager, 1);
        assertThat(manager.read(RecordKey.issue(7)).image()).isNull();
        assertThat(manager.execute(checkout(7, "x"), stamp()).isDone()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = RedisExtension.Kind.class,
            names = {"PATH", "EMBEDDED"})
    void aFullServerRefusesAndChangesNothing(RedisExtension.Kind kind) throws Exception {
        if (kind == RedisExtension.Kind.EMBEDDED) {
            server.kill();
            server.close();
            server = RedisServerProcess.start(directory.resolve("6.2"), RedisServerProcess.embedded(directory));
        }
        RedisStateManager manager = patient();
        Fences.fence(manager, 1);
        manager.execute(checkout(7, "x"), stamp());
        long revision = manager.probe().revision();
        try (PlainClient plain = new PlainClient(server.uri(), "{p}:")) {
            plain.redis.configSet("maxmemory", "1");

            assertThatThrownBy(() -> manager.execute(checkin(7, "x"), stamp()))
                    .isInstanceOf(BridgeException.Unavailable.class)
                    .isNotInstanceOf(BridgeException.UnknownOutcome.class)
                    .hasMessageContaining("raise maxmemory");
            assertThat(status(manager, 7)).isEqualTo("processing");
            assertThat(manager.probe().revision()).isEqualTo(revision);

            plain.redis.configSet("maxmemory", "0");
            assertThat(manager.execute(checkin(7, "x"), stamp()).isDone()).isTrue();
        }
    }

    @Test
    void aReplicaIsNamedAndNotWrittenTo() {
        RedisStateManager manager = patient();
        Fences.fence(manager, 1);
        try (PlainClient plain = new PlainClient(server.uri(), "{p}:")) {
            plain.redis.replicaof("127.0.0.1", 1);

            assertThatThrownBy(() -> manager.execute(checkout(7, "x"), stamp()))
                    .isInstanceOf(BridgeException.Unavailable.class)
                    .isNotInstanceOf(BridgeException.UnknownOutcome.class)
                    .hasMessageContaining("primary");
        }
    }

    @Test
    void aFlushedServerIsNotBelieved() {
        RedisStateManager manager = patient();
        Fences.fence(manager, 5);
        manager.execute(checkout(7, "x"), stamp());
        try (PlainClient plain = new PlainClient(server.uri(), "{p}:")) {
            plain.redis.flushall();
        }

        assertThatThrownBy(() -> manager.read(RecordKey.issue(7))).isInstanceOf(BridgeException.Fenced.class);
        Fences.fence(manager, 6);
        assertThat(manager.execute(checkout(7, "y"), stamp()).isDone()).isTrue();
        assertThat(manager.read(RecordKey.issue(7)).image()).isNotNull();
    }

    @Test
    void aServerThatNeedsAPasswordSaysSo() {
        try (PlainClient plain = new PlainClient(server.uri(), "{p}:")) {
            plain.redis.configSet("requirepass", "secret");
        }
        RedisStateManager manager = patient();

        assertThatThrownBy(manager::probe)
                .isInstanceOf(BridgeException.Unavailable.class)
                .hasMessageContaining("password");
    }

    @Test
    void aServerIsStoppedRestartedAndKilledOnItsPort() {
        String uri = server.uri();
        server.stop();
        assertThat(server.isRunning()).isFalse();
        server.restart();
        assertThat(server.isRunning()).isTrue();
        assertThat(server.uri()).isEqualTo(uri);
        server.kill();
        assertThat(server.isRunning()).isFalse();
    }

    @Test
    void aServerThatCantStartSaysWhereToLook() {
        assertThatThrownBy(
                        () -> RedisServerProcess.start(directory.resolve("x"), executable(), "--no-such-option", "1"))
                .isInstanceOf(BridgeException.Unavailable.class)
                .hasMessageContaining("redis.log");
        assertThatThrownBy(() -> RedisServerProcess.start(directory.resolve("y"), directory.resolve("absent")))
                .isInstanceOf(BridgeException.Unavailable.class)
                .hasMessageContaining("install redis-server");
    }
}
