package poppo.bridge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poppo.bridge.machine.Disk;
import poppo.bridge.shadow.AuditJournal;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.TestClock;

/** What is posted, and that nobody waits for it. The time-outs only end a run that hangs. */
@Timeout(60)
class WebhookTest {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final CountDownLatch open = new CountDownLatch(1);
    private HttpServer server;
    private Webhook webhook;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", exchange -> {
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean fails = failures.getAndDecrement() > 0;
            exchange.sendResponseHeaders(fails ? 503 : 204, -1);
            exchange.close();
            received.add((fails ? "503 " : "204 ") + body);
        });
        server.start();
        webhook =
                new Webhook(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook"), Duration.ZERO);
    }

    @AfterEach
    void stop() {
        open.countDown();
        webhook.close();
        server.stop(0);
    }

    private String next() throws InterruptedException {
        return received.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void nobodyWaitsForItAndWhatIsTooMuchIsLeftOut() throws InterruptedException {
        for (int i = 0; i < 500; i++) {
            webhook.tell(Json.number(i));
        }
        open.countDown();
        assertThat(next()).isEqualTo("204 0");
        assertThat(next()).isEqualTo("204 1");
    }

    @Test
    void aPlanThatAsksForItIsToldOf(@TempDir Path directory) throws InterruptedException {
        open.countDown();
        TestClock clock = new TestClock(Instant.parse("2026-01-01T00:00:00Z"));
        PlanRunner runner = new PlanRunner(
                new FakeGround(),
                new PlanFile(new Disk(), directory),
                new AuditJournal(new Disk(), directory, clock),
                clock,
                new PlanRunner.Options(webhook, Duration.ZERO, plan -> plan));
        String text = "format: 1\nname: p\nstages: [{ name: a, phase: file }]\n";
        runner.start(text, "ann");
        runner.abort("ann", "not to be told");
        runner.start("notifications: [webhook]\n" + text, "ann");
        assertThat(next())
                .isEqualTo("204 {\"plan\":\"p\",\"stage\":\"a\",\"target\":\"file\",\"event\":\"plan-started\","
                        + "\"who\":\"ann\",\"why\":\"plan 'p'\",\"time\":\"2026-01-01T00:00:00Z\"}");
    }

    @Test
    void itIsTriedThreeTimesAndThenTheNext() throws InterruptedException {
        open.countDown();
        failures.set(5);
        webhook.tell(Json.text("a"));
        webhook.tell(Json.text("b"));
        for (String expected :
                new String[] {"503 \"a\"", "503 \"a\"", "503 \"a\"", "503 \"b\"", "503 \"b\"", "204 \"b\""}) {
            assertThat(next()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host/x", "http:///x", "file:///secret", "hook"})
    void whatNothingCanBePostedToIsRefusedAndNotShown(String address) {
        assertThatThrownBy(() -> new Webhook(URI.create(address)))
                .isInstanceOf(BridgeException.Invalid.class)
                .hasMessage("webhook: must be an http:// or https:// address with a host");
    }
}
