package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Call;
import poppo.bridge.state.Fault;
import poppo.bridge.state.Json;
import poppo.bridge.state.MemoryFiles;
import poppo.bridge.state.Operation.AppendPendingTask;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Stamp;
import poppo.bridge.state.TestClock;
import poppo.bridge.web.Bridge.Reply;

@Timeout(60)
class IdempotencyTest {
    private static final Duration DAY = Duration.ofHours(24);
    private static final Predicate<Call> APPENDING = Call.executing(AppendPendingTask.class);

    @TempDir
    Path home;

    private Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private final TestClock clock = new TestClock();
    private final AtomicInteger executed = new AtomicInteger();
    private final MemoryFiles state = new MemoryFiles();
    private final FailingDisk disk = new FailingDisk();
    private Idempotency known;

    @BeforeEach
    void open() {
        directory = home.resolve("idempotency");
        open(new Idempotency.Bounds(2, 1 << 20, 1 << 20, 4096));
    }

    private void open(Idempotency.Bounds bounds) {
        known = Idempotency.open(directory, state, clock, nanos::get, disk, bounds);
    }

    @AfterEach
    void close() {
        known.close();
    }

    private void restart() {
        known.close();
        open();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        clock.advance(time);
    }

    private static CompletableFuture<Answer> now(Supplier<Answer> work) {
        return CompletableFuture.completedFuture(work.get());
    }

    private Answer count() {
        return Answer.ok(Json.number(executed.incrementAndGet()));
    }

    private Answer answer(String key, String request) {
        return answer(key, request, count());
    }

    private Answer answer(String key, String request, Answer given) {
        return known.worker(key, request, IdempotencyTest::now, state, any -> given)
                .join();
    }

    private Answer execute(String key, String request) {
        return known.worker(key, request, IdempotencyTest::now, state, any -> count())
                .join();
    }

    private Answer append(String key) {
        return known.worker(key, "append " + key, IdempotencyTest::now, state, noted -> {
                    AppendPendingTask append =
                            new AppendPendingTask(Json.object().put("id", key));
                    return Answer.of(noted.execute(append, new Stamp.Source(clock).next()));
                })
                .join();
    }

    private String pending() {
        return String.valueOf(state.read(RecordKey.PENDING_TASKS).image());
    }

    @Test
    void theSameRequestIsExecutedOnceAndAnotherOneIsRefused() {
        assertThat(execute("k", "a").body()).isEqualTo("1");
        assertThat(execute("k", "a").body()).isEqualTo("1");
        assertThat(execute("k", "b").status()).isEqualTo(409);
        assertThat(executed).hasValue(1);
    }

    @Test
    void anAnswerIsTheSameAfterARestart() {
        Answer given = Answer.json(202, Json.text("\u5b8c\u4e86 \" x"))
                .with("Location", "/there")
                .with("X-Served-By", "file");
        answer("k", "a", given);
        restart();
        assertThat(execute("k", "a")).isEqualTo(given);
        assertThat(execute("k", "b").status()).isEqualTo(409);
        assertThat(executed).hasValue(0);
    }

    @Test
    void aDuplicateWaitsForTheFirst() {
        CompletableFuture<Supplier<Answer>> started = new CompletableFuture<>();
        CompletableFuture<Answer> one = known.worker(
                "k",
                "a",
                work -> {
                    started.complete(work);
                    return new CompletableFuture<>();
                },
                state,
                any -> count());
        CompletableFuture<Answer> two = known.worker("k", "a", IdempotencyTest::now, state, any -> count());
        assertThat(two).isNotDone();
        started.join().get();
        assertThat(one.join()).isEqualTo(two.join());
        assertThat(executed).hasValue(1);
    }

    @Test
    void anAnswerThatNothingWasDoneIsNotKept() {
        answer("k", "a", Answer.problem(Problem.unavailable("later"), false));
        assertThat(execute("k", "a").body()).isEqualTo("1");
    }

    @Test
    void aKeyIsForgottenAfterADayAndNotBefore() {
        execute("k", "a");
        pass(DAY.minusNanos(1));
        assertThat(execute("k", "a").body()).isEqualTo("1");
        pass(Duration.ofNanos(1));
        assertThat(execute("k", "a").body()).isEqualTo("2");
    }

    @Test
    void aDayGoesOnAcrossRestarts() {
        execute("k", "a");
        pass(DAY.minusMillis(1));
        restart();
        assertThat(execute("k", "a").body()).isEqualTo("1");
        pass(Duration.ofMillis(1));
        assertThat(execute("k", "a").body()).isEqualTo("2");
        pass(DAY);
        restart();
        assertThat(execute("k", "a").body()).isEqualTo("3");
    }

    @Test
    void withinARunAWallClockThatJumpsMakesNoDifference() {
        execute("k", "a");
        clock.advance(DAY.multipliedBy(3));
        assertThat(execute("k", "a").body()).isEqualTo("1");
        clock.advance(DAY.multipliedBy(-9));
        nanos.addAndGet(DAY.toNanos());
        assertThat(execute("k", "a").body()).isEqualTo("2");
    }

    @Test
    void aKeyFromTheFutureLivesADayHoweverOftenTheBridgeIsStarted() {
        execute("k", "a");
        clock.advance(DAY.multipliedBy(-300));
        for (int i = 0; i < 3; i++) {
            restart();
            assertThat(execute("k", "a").body()).isEqualTo("1");
            pass(Duration.ofHours(8));
        }
        restart();
        assertThat(execute("k", "a").body()).isEqualTo("2");
    }

    @Test
    void whenFullNewKeysAreRefusedAndKnownOnesAnswered() {
        execute("k1", "a");
        execute("k2", "a");
        restart();
        Answer full = execute("k3", "a");
        assertThat(full.status()).isEqualTo(503);
        assertThat(full.headers()).containsEntry("Retry-After", "86400");
        assertThat(execute("k1", "a").body()).isEqualTo("1");
        assertThat(executed).hasValue(2);
    }

    @Test
    void whenItsMemoryIsFullNewKeysAreRefused() {
        known.close();
        open(new Idempotency.Bounds(100, 5000, 1 << 20, 4096));
        answer("k1", "a", Answer.ok(Json.text("x".repeat(5000))));
        assertThat(execute("k2", "a").status()).isEqualTo(503);
        pass(DAY);
        assertThat(execute("k2", "a").status()).isEqualTo(200);
    }

    @Test
    void theLogStaysBoundedAndKeepsWhatMayComeAgain() {
        known.close();
        Idempotency.Bounds bounds = new Idempotency.Bounds(10, 1 << 20, 16_384, 4096);
        open(bounds);
        execute("kept", "a");
        for (int i = 0; i < 2000; i++) {
            pass(Duration.ofSeconds(1));
            answer("k" + i % 5, "a" + i, Answer.problem(Problem.unavailable("later"), false));
            append("task" + i % 5);
        }
        assertThat(known.bytes()).isLessThan(16_384 + 3 * 10_000 + 5 * 4096);
        for (int i = 0; i < 300; i++) {
            append("t" + i);
            pass(Duration.ofHours(6));
            assertThat(known.bytes()).isLessThan(16_384 + 3 * 10_000 + 5 * 4096);
        }
        assertThat(append("t299").status()).isEqualTo(204);
        known.close();
        open(bounds);
        assertThat(append("t299").status()).isEqualTo(204);
        assertThat(pending()).containsOnlyOnce("\"t299\"");
    }

    /** Whatever step of a compaction is the last one, the next start knows all keys. */
    @Test
    void aCrashAtAnyStepOfACompactionForgetsNothing() throws IOException {
        known.close();
        Idempotency.Bounds small = new Idempotency.Bounds(100, 1 << 20, 8192, 4096);
        open(small);
        for (int i = 0; i < 20; i++) {
            answer("k" + i, "a", Answer.ok(Json.number(i)));
        }
        known.close();
        Path start = home.resolve("start");
        copy(directory, start);
        Idempotency.Bounds now = new Idempotency.Bounds(100, 1 << 20, -(1 << 20), 4096);
        boolean ended = false;
        for (int step = 0; !ended; step++) {
            Path copy = home.resolve("copy-" + step);
            copy(start, copy);
            FailingDisk ending = new FailingDisk();
            ending.failFrom(step);
            try (Idempotency compacted = Idempotency.open(copy, state, clock, nanos::get, ending, now)) {
                ended = ending.steps() < step;
            } catch (BridgeException.Unavailable dead) {
                assertThat(step).isLessThan(3);
            }
            try (Idempotency after = Idempotency.open(copy, state, clock, nanos::get, new Disk(), small)) {
                for (int i = 0; i < 20; i++) {
                    assertThat(after.worker("k" + i, "a", IdempotencyTest::now, state, any -> count())
                                    .join()
                                    .body())
                            .as("key %d when step %d failed", i, step)
                            .isEqualTo("" + i);
                }
            }
            assertThat(step).isLessThan(500);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void whatCannotBeNotedIsNotDone() {
        disk.failFrom(0);
        Answer refused = append("k");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains("unavailable", "nothing was changed");
        assertThat(pending()).isEqualTo("null");
        disk.heal();
        assertThat(append("k").status()).isEqualTo(204);
        assertThat(pending()).isEqualTo("[{\"id\":\"k\"}]");
    }

    @Test
    void anAnswerThatCannotBeKeptIsNotGivenUntilItCan() {
        disk.failAnswers();
        Answer unknown = append("k");
        assertThat(unknown.status()).isEqualTo(503);
        assertThat(unknown.body()).contains("unknown-outcome", "same key");
        assertThat(append("k").status()).isEqualTo(503);
        disk.heal();
        assertThat(append("k").status()).isEqualTo(204);
        assertThat(pending()).isEqualTo("[{\"id\":\"k\"}]");
    }

    @Test
    void anOperatorsCallWithoutAnAnswerIsNotExecutedAgain() {
        known.operator("k", "a", IdempotencyTest::now, () -> {
                    disk.failFrom(0);
                    return count();
                })
                .join();
        disk.heal();
        restart();
        Answer again =
                known.operator("k", "a", IdempotencyTest::now, this::count).join();
        assertThat(again.status()).isEqualTo(503);
        assertThat(again.body()).contains("unknown-outcome", "not executed again");
        assertThat(executed).hasValue(1);
        Answer refused = Answer.problem(Problem.of(409, "gate-failed", "t", "d"), false);
        known.operator("k2", "a", IdempotencyTest::now, () -> refused).join();
        assertThat(known.operator("k2", "a", IdempotencyTest::now, this::count)
                        .join()
                        .body())
                .isEqualTo("2");
    }

    /** Between the restart and the retry somebody takes the tasks: that must not look as if there never was one. */
    @Test
    void whatTheRecordWasAtTheStartCountsAndNotWhatOthersMadeOfItSince() {
        disk.failAnswers();
        append("k");
        disk.heal();
        restart();
        clearPending();
        restart();
        assertThat(append("k").status()).isEqualTo(204);
        assertThat(pending()).isEqualTo("[]");
    }

    @Test
    void afterAnUnknownOutcomeARecordThatOthersMovedOnIsNotWrittenASecondTime() {
        state.faults().nth(1, APPENDING, Fault.unknownAfterEffect());
        assertThat(append("k").body()).contains("unknown-outcome");
        clearPending();
        Answer again = append("k");
        assertThat(again.status()).isEqualTo(503);
        assertThat(again.body()).contains("unknown-outcome", "changed by others", "new key");
        assertThat(pending()).isEqualTo("[]");
    }

    @Test
    void anUnknownOutcomeIsSettledByTheNextTry() {
        state.faults().nth(1, APPENDING, Fault.unknownAfterEffect());
        state.faults().nth(2, APPENDING, Fault.unknownWithoutEffect());
        assertThat(append("k1").status()).isEqualTo(503);
        assertThat(append("k2").status()).isEqualTo(503);
        assertThat(append("k2").status()).isEqualTo(204);
        assertThat(append("k1").status()).isEqualTo(204);
        assertThat(pending()).isEqualTo("[{\"id\":\"k1\"},{\"id\":\"k2\"}]");
    }

    private void clearPending() {
        state.execute(new poppo.bridge.state.Operation.SetPendingTasks(Json.array()), new Stamp.Source(clock).next());
    }

    @Test
    void damageIsReportedWithItsPlaceAndARemedy() throws IOException {
        for (int i = 0; i < 2; i++) {
            answer("k" + i, "a", Answer.ok(Json.text("x")));
        }
        known.close();
        Path segment;
        try (Stream<Path> files = Files.list(directory)) {
            segment = files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(segment);
        bytes[100] ^= 1;
        Files.write(segment, bytes);
        assertThatThrownBy(this::open)
                .isInstanceOf(BridgeException.Corrupt.class)
                .hasMessageContaining(segment.toString())
                .hasMessageContaining("damaged at offset")
                .hasMessageContaining("put an undamaged copy");
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
            bridge.files.faults().nth(1, APPENDING, Fault.unavailable());
            assertThat(bridge.post(path, "{\"a\":3}", "Idempotency-Key", "k3").status())
                    .isEqualTo(503);
            assertThat(bridge.post(path, "{\"a\":3}", "Idempotency-Key", "k3").status())
                    .isEqualTo(204);
            bridge.files.faults().nth(1, APPENDING, Fault.unknownAfterEffect());
            Reply unknown = bridge.post(path, "{\"a\":4}", "Idempotency-Key", "k4");
            assertThat(unknown.code()).isEqualTo("unknown-outcome");
            for (int i = 0; i < 2; i++) {
                assertThat(bridge.post(path, "{\"a\":4}", "Idempotency-Key", "k4")
                                .status())
                        .isEqualTo(204);
            }
            assertThat(bridge.get(path).text()).isEqualTo("[{\"a\":1},{\"a\":3},{\"a\":4}]");
        }
    }
}
