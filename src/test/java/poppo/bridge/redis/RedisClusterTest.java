package poppo.bridge.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static poppo.bridge.redis.Given.checkin;
import static poppo.bridge.redis.Given.checkout;
import static poppo.bridge.redis.Given.now;
import static poppo.bridge.redis.Given.stamp;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Fences;
import poppo.bridge.state.StateCollection;

/** A cluster of two servers, each with half of the slots. All keys of a named project are on one of them. */
class RedisClusterTest {
    private static final int SLOTS = 16384;

    @TempDir
    static Path directory;

    private static RedisServerProcess first;
    private static RedisServerProcess second;

    @BeforeAll
    static void form() throws InterruptedException {
        first = start("first");
        second = start("second");
        try (PlainClient a = new PlainClient(first.uri(), "");
                PlainClient b = new PlainClient(second.uri(), "")) {
            a.redis.clusterAddSlots(slots(0, SLOTS / 2));
            b.redis.clusterAddSlots(slots(SLOTS / 2, SLOTS));
            b.redis.clusterSetConfigEpoch(2);
            a.redis.clusterMeet("127.0.0.1", second.port());
            awaitAgreement(a);
            awaitAgreement(b);
        }
    }

    private static RedisServerProcess start(String name) {
        Path executable = RedisServerProcess.onPath().orElseGet(() -> RedisServerProcess.embedded(directory));
        return RedisServerProcess.start(directory.resolve(name), executable, "--cluster-enabled", "yes");
    }

    private static int[] slots(int from, int to) {
        return java.util.stream.IntStream.range(from, to).toArray();
    }

    private static void awaitAgreement(PlainClient node) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!node.redis.clusterInfo().contains("cluster_state:ok")) {
            assertThat(System.nanoTime() - deadline)
                    .as("the cluster never came up")
                    .isNegative();
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b", "c", "d"})
    void aNamedProjectWorksWhereverItsSlotIs(String project) {
        try (RedisStateManager manager = RedisStateManager.connect(
                RedisOptions.of(first.uri(), project).withCommandTimeout(Duration.ofSeconds(20)))) {
            Fences.fence(manager, 1);
            manager.execute(checkout(7, "x"), stamp());
            manager.execute(checkin(7, "x"), stamp());
            manager.execute(checkout(8, "x"), stamp());

            assertThat(manager.page(StateCollection.ISSUES, null, 10)).hasSize(2);
            assertThat(manager.heldBy("x")).containsExactly(8L);
            assertThat(manager.orphans(now())).isEmpty();
        }
    }

    @Test
    void theNamelessProjectIsToldWhatItNeeds() {
        try (RedisStateManager manager = RedisStateManager.connect(
                RedisOptions.of(first.uri(), "default").withCommandTimeout(Duration.ofSeconds(20)))) {
            assertThatThrownBy(() -> {
                        Fences.fence(manager, 1);
                        manager.execute(checkout(7, "x"), stamp());
                    })
                    .isInstanceOf(BridgeException.Unavailable.class)
                    .isNotInstanceOf(BridgeException.UnknownOutcome.class)
                    .hasMessageContaining("name other than 'default'");
        }
    }
}
