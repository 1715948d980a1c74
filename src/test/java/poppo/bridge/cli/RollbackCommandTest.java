package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RollbackCommandTest {
    private static final String DONE = """
            {"from":"redis-read","to":"file","readPercent":100,"writePercent":100,"epoch":4,"compared":50,"copied":1,\
            "pauseMillis":20.0}""";

    private final StubBridge bridge = new StubBridge();

    @AfterEach
    void stop() {
        bridge.close();
    }

    @Test
    void theCostIsToldBeforeAndTheDeedAfter() {
        bridge.on("GET", 200, StatusCommandTest.CALM).on("POST /rollback", 200, DONE);
        CommandRun.Outcome outcome = CommandRun.of("rollback", "--reason", "lag", "--url", bridge.url());
        assertThat(outcome.out()).isEqualTo("""
                        Going back from redis-read 25 % (authority file, epoch 3) to file. Cost: nothing is copied: the files \
                        have every acknowledged write.
                        Rolled back from redis-read to file: epoch 4, 50 records compared, 1 copied, operations held up for \
                        20 ms.
                        """);
        assertThat(outcome.exitCode()).isZero();
        assertThat(bridge.bodies()).containsExactly("", "{\"to\":\"file\",\"reason\":\"lag\"}");
    }

    @Test
    void jsonIsTheAnswerAlone() {
        bridge.on("POST /rollback", 200, DONE);
        assertThat(CommandRun.of("rollback", "--to=dual-write", "--json", "--url", bridge.url())
                        .out())
                .isEqualTo(DONE + "\n");
        assertThat(bridge.bodies()).containsExactly("{\"to\":\"dual-write\"}");
    }

    @Test
    void whoIsThereAlreadyIsToldSo() {
        bridge.on("GET", 200, "{\"phase\":\"file\",\"authority\":\"file\",\"epoch\":1}");
        bridge.on("POST /rollback", 200, "{\"from\":\"file\",\"to\":\"file\",\"epoch\":1}");
        assertThat(CommandRun.of("rollback", "--url", bridge.url()).out())
                .endsWith("Already in file: nothing was to be done.\n");
    }
}
