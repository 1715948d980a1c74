package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Call;
import poppo.bridge.state.Fault;
import poppo.bridge.state.Operation.RegisterProcess;
import poppo.bridge.web.Bridge.Reply;

@Timeout(60)
class FailureTest {
    private static Fault throwing(RuntimeException thrown) {
        return Fault.before(() -> {
            throw thrown;
        });
    }

    @Test
    void aStoreOutOfReachIs503WithRetryAfter() {
        try (Bridge bridge = new Bridge()) {
            bridge.files.faults().always(Fault.unavailable());
            Reply reply = bridge.call("PATCH", Bridge.WORKER + "issues/1", "{\"status\":\"x\"}");
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.code()).isEqualTo("unavailable");
            assertThat(reply.header("Retry-After")).isEqualTo("1");
            assertThat(reply.header("X-Bridge-Phase")).isEqualTo("file");
            bridge.files.faults().clear();
        }
    }

    @Test
    void anUnknownOutcomeSaysThatTheWriteMayHaveHappened() {
        try (Bridge bridge = new Bridge()) {
            bridge.files.faults().nth(1, call -> true, Fault.unknownAfterEffect());
            Reply reply = bridge.call("PATCH", Bridge.WORKER + "issues/1", "{\"status\":\"x\"}");
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.code()).isEqualTo("unknown-outcome");
            assertThat(reply.text()).contains("may have happened");
        }
    }

    @Test
    void aHalfDoneCheckoutSaysSoAndARepeatedOneCompletesIt() {
        try (Bridge bridge = new Bridge()) {
            bridge.files.faults().nth(1, Call.executing(RegisterProcess.class), Fault.unavailable());
            String body = "{\"processId\":\"p\",\"host\":\"h\"}";
            String path = Bridge.WORKER + "issues/1/checkout";
            Reply half = bridge.post(path, body, "Idempotency-Key", "k");
            assertThat(half.status()).isEqualTo(503);
            assertThat(half.code()).isEqualTo("unknown-outcome");
            assertThat(half.text()).contains("Issue 1 is checked out by process 'p'");
            assertThat(bridge.post(path, body, "Idempotency-Key", "k").status()).isEqualTo(200);
            assertThat(bridge.get(Bridge.WORKER + "processes/p").text()).contains("\"host\":\"h\"");
        }
    }

    @Test
    void noAnswerHoldsAnInternalPathOrTrace() {
        try (Bridge bridge = new Bridge()) {
            String path = Bridge.WORKER + "issues/1";
            bridge.files
                    .faults()
                    .nth(
                            1,
                            call -> true,
                            throwing(
                                    new BridgeException.Corrupt(
                                            "/tmp/bridge/secret/issue-status.json: at /issues/155/status an object was expected")));
            Reply corrupt = bridge.get(path);
            assertThat(corrupt.status()).isEqualTo(500);
            assertThat(corrupt.code()).isEqualTo("corrupt-state");
            assertThat(corrupt.json().path("detail").asText())
                    .isEqualTo("issue-status.json: at /issues/155/status an object was expected");
            bridge.files.faults().nth(1, call -> true, throwing(new IllegalStateException("/tmp/secret/thing broke")));
            Reply unforeseen = bridge.get(path);
            assertThat(unforeseen.status()).isEqualTo(500);
            assertThat(unforeseen.code()).isEqualTo("internal-error");
            assertThat(unforeseen.text()).doesNotContain("secret", "broke", "Exception", "\tat ");
        }
    }

    @Test
    void whatTheOperatingSystemSaysLosesItsDirectories() {
        assertThat(Failures.withoutDirectories("can't read '/tmp/a/b.json': no space; see redis://h:6379/0"))
                .isEqualTo("can't read 'b.json': no space; see redis://h:6379/0");
        assertThat(Failures.withoutDirectories("C:\\data\\x.json is gone")).isEqualTo("x.json is gone");
    }

    @Test
    void whenAllThreadsAreBusyAndTheQueueIsFullACallIsRefusedAtOnceButAnOperatorGetsThrough() throws Exception {
        try (Bridge bridge = new Bridge(WebOptions.defaults().withCalls(1, 1))) {
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            bridge.files.faults().nth(1, call -> true, Fault.before(() -> {
                entered.countDown();
                await(release);
            }));
            List<CompletableFuture<Reply>> calls = new ArrayList<>();
            calls.add(CompletableFuture.supplyAsync(() -> bridge.get(Bridge.WORKER + "issues/1")));
            entered.await();
            calls.add(CompletableFuture.supplyAsync(() -> bridge.get(Bridge.WORKER + "issues/2")));
            while (!bridge.get("/prometheus").text().contains("poppo_calls_waiting{pool=\"worker\"} 1.0")) {
                Thread.onSpinWait();
            }
            Reply refused = bridge.get(Bridge.WORKER + "issues/3");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.code()).isEqualTo("unavailable");
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(bridge.get(Bridge.OPERATOR).status()).isEqualTo(200);
            assertThat(bridge.get("/health/liveness").status()).isEqualTo(200);
            release.countDown();
            for (CompletableFuture<Reply> call : calls) {
                assertThat(call.get().status()).isEqualTo(404);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
