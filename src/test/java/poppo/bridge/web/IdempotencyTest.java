package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import poppo.bridge.state.Fault;
import poppo.bridge.state.Json;
import poppo.bridge.web.Bridge.Reply;

class IdempotencyTest {
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger executed = new AtomicInteger();
    private final Idempotency known = new Idempotency(2, 1 << 20, nanos::get);

    private CompletableFuture<Answer> executeNow() {
        return CompletableFuture.completedFuture(Answer.ok(Json.number(executed.incrementAndGet())));
    }

    private Answer answer(String key, String request) {
        return known.answer(key, request, this::executeNow).join();
    }

    @Test
    void theSameRequestIsExecutedOnceAndAnotherOneIsRefused() {
        assertThat(answer("k", "a").body()).isEqualTo("1");
        assertThat(answer("k", "a").body()).isEqualTo("1");
        assertThat(answer("k", "b").status()).isEqualTo(409);
        assertThat(executed).hasValue(1);
    }

    @Test
    void aDuplicateWaitsForTheFirst() {
        CompletableFuture<Answer> first = new CompletableFuture<>();
        CompletableFuture<Answer> one = known.answer("k", "a", () -> first);
        CompletableFuture<Answer> two = known.answer("k", "a", this::executeNow);
        assertThat(two).isNotDone();
        first.complete(Answer.ok(Json.text("first")));
        assertThat(one.join()).isEqualTo(two.join());
        assertThat(executed).hasValue(0);
    }

    @Test
    void anAnswerThatNothingWasDoneIsNotKept() {
        Answer unavailable = Answer.problem(Problem.unavailable("later"), false);
        known.answer("k", "a", () -> CompletableFuture.completedFuture(unavailable))
                .join();
        assertThat(answer("k", "a").body()).isEqualTo("1");
    }

    @Test
    void aKeyIsForgottenAfterADayAndNotBefore() {
        answer("k", "a");
        nanos.addAndGet(Duration.ofHours(24).toNanos() - 1);
        assertThat(answer("k", "a").body()).isEqualTo("1");
        nanos.incrementAndGet();
        assertThat(answer("k", "a").body()).isEqualTo("2");
    }

    @Test
    void whenFullNewKeysAreRefusedAndKnownOnesAnswered() {
        answer("k1", "a");
        answer("k2", "a");
        Answer full = answer("k3", "a");
        assertThat(full.status()).isEqualTo(503);
        assertThat(full.headers()).containsEntry("Retry-After", "86400");
        assertThat(answer("k1", "a").body()).isEqualTo("1");
        assertThat(executed).hasValue(2);
    }

    @Test
    void overHttp() {
        try (Bridge bridge = new Bridge()) {
            String path = Bridge.WORKER + "pending-tasks";
            for (int i = 0; i < 3; i++) {
                assertThat(bridge.post(path, "{\"a\":1}", "Idempotency-Key", "k")
                                .status())
                        .isEqualTo(204);
            }
            assertThat(bridge.get(path).text()).isEqualTo("[{\"a\":1}]");
            Reply other = bridge.post(path, "{\"a\":2}", "Idempotency-Key", "k");
            assertThat(other.status()).isEqualTo(409);
            assertThat(other.code()).isEqualTo("idempotency-key-reused");
            assertThat(bridge.get(path, "Idempotency-Key", "k").status()).isEqualTo(200);
            bridge.files.faults().nth(1, call -> true, Fault.unavailable());
            assertThat(bridge.post(path, "{\"a\":3}", "Idempotency-Key", "k3").status())
                    .isEqualTo(503);
            assertThat(bridge.post(path, "{\"a\":3}", "Idempotency-Key", "k3").status())
                    .isEqualTo(204);
            bridge.files.faults().nth(1, call -> true, Fault.unknownAfterEffect());
            Reply unknown = bridge.post(path, "{\"a\":4}", "Idempotency-Key", "k4");
            assertThat(unknown.code()).isEqualTo("unknown-outcome");
            assertThat(bridge.post(path, "{\"a\":4}", "Idempotency-Key", "k4").text())
                    .isEqualTo(unknown.text());
            assertThat(bridge.get(path).text()).isEqualTo("[{\"a\":1},{\"a\":3},{\"a\":4}]");
        }
    }
}
