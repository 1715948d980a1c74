package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DoctorCommandTest {
    private static final String FINDINGS = """
            {"passed":false,"findings":[{"check":"redis-version","level":"ok","found":"7.2.4","fix":""},\
            {"check":"eviction-policy","level":"error","found":"allkeys-lru","fix":"set maxmemory-policy to noeviction"},\
            {"check":"latency","level":"warning","found":"4 ms","fix":"move Redis nearer"}]}""";

    private final StubBridge bridge = new StubBridge();

    @AfterEach
    void stop() {
        bridge.close();
    }

    @Test
    void eachFindingHasItsFix() {
        bridge.on("POST /verify", 200, FINDINGS);
        CommandRun.Outcome outcome = CommandRun.of("doctor", "--url", bridge.url());
        assertThat(outcome.out()).isEqualTo("""
                                    check             found
                          ok        redis-version     7.2.4
                          error     eviction-policy   allkeys-lru
                                                      -> set maxmemory-policy to noeviction
                          warning   latency           4 ms
                                                      -> move Redis nearer
                        3 checks: 1 error, 1 warning.
                        """);
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    @Test
    void longTextIsWrappedOnATerminal() {
        bridge.on("POST /verify", 200, FINDINGS);
        assertThat(new CommandRun()
                        .onTerminal(60)
                        .run("doctor", "--url", bridge.url())
                        .out()
                        .lines())
                .allSatisfy(line ->
                        assertThat(line.replaceAll("\u001b\\[\\d*m", "")).hasSizeLessThanOrEqualTo(60));
    }

    @Test
    void aWarningIsNoError() {
        bridge.on(
                "POST /verify",
                200,
                "{\"passed\":true,\"findings\":[{\"check\":\"a\",\"level\":\"warning\",\"found\":\"b\",\"fix\":\"c\"}]}");
        assertThat(CommandRun.of("doctor", "--url", bridge.url()).exitCode()).isZero();
    }

    @Test
    void jsonIsWhatTheBridgeFound() {
        bridge.on("POST /verify", 200, FINDINGS);
        CommandRun.Outcome outcome = CommandRun.of("doctor", "--json", "--url", bridge.url());
        assertThat(outcome.out()).isEqualTo(FINDINGS + "\n");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }
}
