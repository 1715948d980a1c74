package poppo.bridge.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static poppo.bridge.redis.Given.checkin;
import static poppo.bridge.redis.Given.checkout;
import static poppo.bridge.redis.Given.stamp;
import static poppo.bridge.redis.Given.update;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.testcontainers.DockerClientFactory;
import poppo.bridge.cli.ReplayGrounds;
import poppo.bridge.replay.Course;
import poppo.bridge.replay.FaultSchedule;
import poppo.bridge.replay.FixtureOutcome;
import poppo.bridge.replay.FixtureReader;
import poppo.bridge.replay.Ground;
import poppo.bridge.replay.Replay;
import poppo.bridge.replay.ReplayFormat;
import poppo.bridge.replay.Tempo;
import poppo.bridge.shadow.Phase;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.Fences;
import poppo.bridge.state.FencingContract;
import poppo.bridge.state.Issue;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateManager;
import poppo.bridge.state.StateManagerContract;
import poppo.bridge.state.TestClock;

/** Redis in containers: every version asked for keeps the contract, and what only a container can suffer. */
@ExtendWith(Docker.class)
class RedisContainerTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final List<AutoCloseable> opened = new ArrayList<>();

    static List<String> images() {
        return RedisContainer.images();
    }

    @AfterEach
    void close() throws Exception {
        for (int last = opened.size() - 1; last >= 0; last--) {
            opened.get(last).close();
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        opened.add(resource);
        return resource;
    }

    private RedisStateManager manager(RedisContainer server, Duration timeout) {
        return closing(RedisStateManager.connect(
                RedisOptions.of(server.uri(), "p").withCommandTimeout(timeout).withConnectTimeout(timeout)));
    }

    private String volume() {
        String name = "poppo-bridge-" + UUID.randomUUID();
        var docker = DockerClientFactory.instance().client();
        docker.createVolumeCmd().withName(name).exec();
        closing(() -> docker.removeVolumeCmd(name).exec());
        return name;
    }

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

    @Nested
    @ParameterizedClass
    @MethodSource("poppo.bridge.redis.RedisContainerTest#images")
    class Contract extends StateManagerContract {
        private final String image;
        private final String project = RedisExtension.freshProject();

        Contract(String image) {
            this.image = image;
        }

        @Override
        public StateManager open(TestClock clock) {
            RedisStateManager manager = connect();
            Docker.ranOn(manager.facts().version() + " (" + image + ")");
            Fences.fence(manager, 1);
            return manager;
        }

        private RedisStateManager connect() {
            return closing(RedisStateManager.connect(
                    RedisOptions.of(Docker.shared(image).uri(), project).withCommandTimeout(PATIENT)));
        }

        @Nested
        class Fencing extends FencingContract {
            @Override
            protected FencedStateManager anotherBridge(StateManager first) {
                return connect();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("images")
    void everyFixtureReplaysOnIt(String image) throws Exception {
        Ground ground = ReplayGrounds.on(Docker.shared(image).uri());
        try (Replay replay = new Replay(new Replay.Means(ground, Tempo.FLAT_OUT, FaultSchedule.NONE));
                Stream<Path> fixtures = Files.list(Path.of("fixtures"))) {
            for (Path fixture : fixtures.sorted().toList()) {
                FixtureOutcome outcome = replay.run(
                        FixtureReader.read(fixture), List.of(Course.REDIS, Course.in(Phase.REDIS_WRITE)), false);
                assertThat(outcome.isSame())
                        .as(ReplayFormat.TEXT.render(List.of(outcome)))
                        .isTrue();
            }
        } finally {
            ReplayGrounds.close(ground);
        }
    }

    @ParameterizedTest
    @MethodSource("images")
    void aPausedServerIsUnknownToWritesAndUnavailableToReads_AndNoLateWriteCountsAfterAProbe(String image)
            throws Exception {
        RedisContainer server = closing(RedisContainer.start(image));
        RedisStateManager manager = manager(server, SHORT);
        RedisStateManager witness = manager(server, PATIENT);
        Fences.fence(manager, 1);
        Fences.fence(witness, 1);
        manager.execute(update(7, "{'status':'first'}"), stamp());
        server.pause();
        try {
            assertThatThrownBy(() -> manager.execute(update(7, "{'status':'late'}"), stamp()))
                    .isInstanceOf(BridgeException.UnknownOutcome.class);
            assertThatThrownBy(() -> manager.read(RecordKey.issue(7)))
                    .isInstanceOf(BridgeException.Unavailable.class)
                    .isNotInstanceOf(BridgeException.UnknownOutcome.class);
        } finally {
            server.unpause();
        }

        probeUntilItAnswers(manager);
        Fences.fence(manager, 1);
        String settled = status(manager, 7);
        for (int look = 0; look < 50; look++) {
            assertThat(status(witness, 7)).isEqualTo(settled);
        }
        manager.execute(update(7, "{'status':'after'}"), stamp());
        assertThat(status(witness, 7)).isEqualTo("after");
    }

    @ParameterizedTest
    @MethodSource("images")
    void aServerCutFromTheNetworkIsNotSpokenToUntilItIsProbedAndFencedAgain(String image) throws Exception {
        RedisContainer server = closing(RedisContainer.start(image));
        RedisStateManager manager = manager(server, Duration.ofSeconds(1));
        Fences.fence(manager, 1);
        manager.execute(checkout(7, "x"), stamp());
        FencedStateManager.Server before = manager.probe();

        server.disconnect();
        assertThatThrownBy(() -> manager.execute(checkin(7, "x"), stamp()))
                .isInstanceOf(BridgeException.Unavailable.class);
        assertThatThrownBy(manager::probe).isInstanceOf(BridgeException.Unavailable.class);
        server.connect();
        assertThatThrownBy(() -> manager.read(RecordKey.issue(7)))
                .as("only a probe reconnects")
                .isInstanceOf(BridgeException.Unavailable.class);

        FencedStateManager.Server after = probeUntilItAnswers(manager);
        assertThat(after.runId()).as("it ran on").isEqualTo(before.runId());
        assertThat(after.revision()).isEqualTo(before.revision());
        assertThatThrownBy(() -> manager.read(RecordKey.issue(7))).isInstanceOf(BridgeException.Fenced.class);
        Fences.fence(manager, 1);
        assertThat(status(manager, 7)).isEqualTo("processing");
        assertThat(manager.execute(checkin(7, "x"), stamp()).isDone()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("images")
    void aContainerKilledAndStartedAgainHoldsWhatWasAcknowledged(String image) throws Exception {
        RedisContainer server = closing(RedisContainer.start(image));
        RedisStateManager manager = manager(server, PATIENT);
        Fences.fence(manager, 1);
        manager.execute(checkout(7, "x"), stamp());
        FencedStateManager.Server before = manager.probe();

        server.restart();

        FencedStateManager.Server after = probeUntilItAnswers(manager);
        assertThat(after.runId()).isNotEqualTo(before.runId());
        assertThat(after.epoch()).isEqualTo(1);
        assertThat(after.revision()).isEqualTo(before.revision());
        Fences.fence(manager, 1);
        assertThat(status(manager, 7)).isEqualTo("processing");
    }

    @ParameterizedTest
    @MethodSource("images")
    void aNewContainerOnTheSameVolumeHoldsWhatWasAcknowledged(String image) throws Exception {
        RedisContainer first = RedisContainer.startOn(image, volume());
        RedisStateManager manager = manager(first, PATIENT);
        Fences.fence(manager, 3);
        manager.execute(checkout(7, "x"), stamp());

        closing(first.replaced());

        assertThat(probeUntilItAnswers(manager).epoch()).isEqualTo(3);
        Fences.fence(manager, 3);
        assertThat(status(manager, 7)).isEqualTo("processing");
    }

    @ParameterizedTest
    @MethodSource("images")
    void aNewContainerWithoutAVolumeIsEmptyAndNotBelieved(String image) throws Exception {
        RedisContainer first = RedisContainer.start(image);
        RedisStateManager manager = manager(first, PATIENT);
        Fences.fence(manager, 3);
        manager.execute(checkout(7, "x"), stamp());

        closing(first.replaced());

        assertThat(probeUntilItAnswers(manager).epoch())
                .as("it knows of no epoch")
                .isNull();
        assertThatThrownBy(() -> manager.read(RecordKey.issue(7))).isInstanceOf(BridgeException.Fenced.class);
        Fences.fence(manager, 4);
        assertThat(status(manager, 7)).isEqualTo("none");
    }
}
