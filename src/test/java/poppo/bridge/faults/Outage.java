package poppo.bridge.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Redis frozen for long under full load in redis-write: what the bridge takes doesn't grow with the length of the outage,
 * every call is answered, and only the calls of before the breaker opened pay the time-out.
 */
final class Outage {
    private static final int CLIENTS = 16;

    /** Long, so that nothing but waiting for Redis takes so long, however busy the machine is. */
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);

    /** What may come and go between two looks, in numbers of threads, sockets or calls. */
    private static final long COME_AND_GO = 2L * CLIENTS;

    private static final Duration CHECKED_EVERY = Duration.ofSeconds(5);

    private static final long HEAP_SLACK = 16L << 20;

    private Outage() {}

    /** @return what was measured, as a sentence */
    static String run(Path directory, long seed, Duration settling, Duration length)
            throws IOException, InterruptedException {
        StateHome home = StateHome.plain(directory.resolve("home"));
        History history = new History();
        try (Rig rig = Rig.start(directory, home, PhaseUnderTest.REDIS_WRITE, COMMAND_TIMEOUT)) {
            Records records = new Records(rig.api(), history);
            try (Load load = new Load(CLIENTS, rig.api(), records, history, seed, Rig.SURE)) {
                load.resume();
                pause(Duration.ofSeconds(1));
                long failedBefore = Footprint.of(rig.bridge()).failedAtRedis();
                rig.redis().freeze();
                long frozen = System.nanoTime();
                pause(settling);
                Footprint early = Footprint.of(rig.bridge());
                long end = frozen + length.toNanos();
                while (System.nanoTime() + CHECKED_EVERY.toNanos() < end) {
                    pause(CHECKED_EVERY);
                    load.pause();
                    check(records, history, seed);
                    load.resume();
                }
                pause(Duration.ofNanos(end - System.nanoTime()));
                Footprint late = Footprint.of(rig.bridge());
                load.pause();
                String measured =
                        judge(early, late, failedBefore, List.copyOf(rig.api().calls()), frozen, length);
                rig.redis().thaw();
                assertThat(Rig.await(Rig.PATIENCE, rig::isSettled))
                        .as("%s", rig.status())
                        .isTrue();
                check(records, history, seed);
                return measured;
            }
        }
    }

    /** Also keeps the history short. */
    private static void check(Records records, History history, long seed) {
        assertThat(Rig.await(Rig.PATIENCE, () -> readEverything(records))).isTrue();
        assertThat(history.checkAndSettle(new Checker(Rig.SURE), Rig.TTL))
                .as("broken with -Dfaults.seed=%d", seed)
                .isEmpty();
    }

    private static void pause(Duration length) {
        long until = System.nanoTime() + length.toNanos();
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static boolean readEverything(Records records) {
        try {
            return records.readEverything();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String judge(
            Footprint early, Footprint late, long failedBefore, List<Api.Call> calls, long frozen, Duration length) {
        List<Api.Call> during =
                calls.stream().filter(call -> call.end() > frozen).toList();
        long paid = late.failedAtRedis() - failedBefore;
        long slow = during.stream()
                .filter(call -> call.nanos() >= COMMAND_TIMEOUT.toNanos())
                .count();
        String measured = "Redis frozen for " + length.toSeconds() + " s under " + CLIENTS + " clients, which made "
                + during.size() + " calls: " + early + " at first; " + late + " in the end. " + paid
                + " calls to Redis paid the command time-out of " + COMMAND_TIMEOUT.toSeconds() + " s; " + slow
                + " calls took longer than that for whatever reason.";
        assertThat(during).as(measured).allMatch(Api.Call::answered).isNotEmpty();
        assertThat(during.stream().filter(call -> call.outcome() == Outcome.NOT_DONE))
                .as(measured)
                .isEmpty();
        assertThat(paid).as(measured).isPositive().isLessThanOrEqualTo(COME_AND_GO);
        assertThat(late.threads()).as(measured).isLessThanOrEqualTo(early.threads() + COME_AND_GO);
        assertThat(late.sockets()).as(measured).isLessThanOrEqualTo(early.sockets() + COME_AND_GO);
        assertThat(late.calls()).as(measured).isLessThanOrEqualTo(COME_AND_GO);
        assertThat(late.heapBytes()).as(measured).isLessThanOrEqualTo(early.heapBytes() * 3 / 2 + HEAP_SLACK);
        return measured;
    }
}
