package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import poppo.bridge.shadow.StoreObserver;
import poppo.bridge.state.Json;
import poppo.bridge.state.Served;

@Timeout(60)
class LiveTest {
    private static final Instant START = Instant.parse("2025-06-24T10:00:00Z");

    /** What one page has got, put together as it does that. */
    private static final class Page implements Subscriber<byte[]> {
        final List<String> events = new ArrayList<>();
        ObjectNode state = Json.object();
        Subscription subscription;
        long bytes;

        @Override
        public void onSubscribe(Subscription s) {
            subscription = s;
        }

        @Override
        public void onNext(byte[] chunk) {
            bytes += chunk.length;
            for (String event : new String(chunk, StandardCharsets.UTF_8).split("\n\n")) {
                events.add(event);
                String data = event.substring(event.indexOf("data: ") + 6);
                if (event.contains("event: state")) {
                    state = Bridge.object(data);
                } else if (event.contains("event: patch")) {
                    apply(state, Json.parse(data));
                }
            }
        }

        @Override
        public void onError(Throwable t) {
            throw new AssertionError(t);
        }

        @Override
        public void onComplete() {
            events.add("end");
        }
    }

    private static void apply(ObjectNode target, JsonNode patch) {
        patch.fields().forEachRemaining(field -> {
            JsonNode value = field.getValue();
            if (value.isNull()) {
                target.remove(field.getKey());
            } else if (value.isObject()) {
                ObjectNode inner = target.path(field.getKey()).isObject()
                        ? (ObjectNode) target.get(field.getKey())
                        : target.putObject(field.getKey());
                apply(inner, value);
            } else {
                target.set(field.getKey(), value);
            }
        });
    }

    private static LiveState live(Bridge bridge, Pulse pulse) {
        ProjectHandle handle = new ProjectHandle(
                "default", bridge.shadow, bridge.shadow, bridge.migration, bridge.plans, null, null, null, null);
        return new LiveState(handle, pulse, new EventLog(30, 1000, 100, Runnable::run));
    }

    private static Page open(LiveState live, Runnable disconnect) {
        Page page = new Page();
        live.open(disconnect).subscribe(page);
        page.subscription.request(1000);
        return page;
    }

    @Test
    void everyPageGetsTheWholeStateOnceAndThenWhatChanged() throws InterruptedException {
        try (Bridge bridge = new Bridge()) {
            LiveState live = live(bridge, new Pulse());
            Page early = open(live, () -> {});
            live.turn(START);
            assertThat(early.state.at("/status/phase").asText()).isEqualTo("file");
            Page late = open(live, () -> {});
            assertThat(late.state).isEqualTo(early.state);
            bridge.migration.audit().note("backfill", "operator", "asked for", Json.object());
            bridge.migration.backfill("operator").await();
            for (int i = 1; i < 20; i++) {
                live.turn(START.plusSeconds(i));
                assertThat(late.state).isEqualTo(early.state);
            }
            assertThat(early.state.path("time").asLong())
                    .isEqualTo(START.plusSeconds(19).getEpochSecond());
            assertThat(early.state.path("journal").toString()).contains("asked for");
            assertThat(early.state.path("status")).isEqualTo(Bridge.object(Json.compact(bridge.migration.status())));
            assertThat(early.events.stream().filter(event -> event.contains("event: state")))
                    .hasSize(1);
            assertThat(late.events.stream().filter(event -> event.contains("event: state")))
                    .hasSize(1);
        }
    }

    @Test
    void aSecondWithoutNewsIsAFewBytes() {
        try (Bridge bridge = new Bridge()) {
            LiveState live = live(bridge, new Pulse());
            Page page = open(live, () -> {});
            live.turn(START);
            long before = page.bytes;
            for (int i = 1; i <= 10; i++) {
                live.turn(START.plusSeconds(i));
            }
            assertThat((page.bytes - before) / 10).isBetween(1L, 200L);
        }
    }

    @Test
    void aPageThatDoesNotReadHoldsNothingUpAndIsDisconnectedHalfAMinuteLater() {
        try (Bridge bridge = new Bridge()) {
            LiveState live = live(bridge, new Pulse());
            AtomicInteger disconnected = new AtomicInteger();
            Page reading = open(live, () -> {});
            Page stuck = new Page();
            live.open(disconnected::incrementAndGet).subscribe(stuck);
            for (int i = 0; i < 30; i++) {
                live.turn(START.plusSeconds(i));
            }
            assertThat(disconnected).hasValue(0);
            live.turn(START.plusSeconds(30));
            assertThat(disconnected).hasValue(1);
            assertThat(stuck.events).isEmpty();
            assertThat(reading.state.path("time").asLong())
                    .isEqualTo(START.plusSeconds(30).getEpochSecond());
        }
    }

    @Test
    void whileNobodyLooksOnlyTheHistoryGoesOn() {
        try (Bridge bridge = new Bridge()) {
            LiveState live = live(bridge, new Pulse());
            for (int i = 0; i < 11; i++) {
                live.turn(START.plusSeconds(i));
            }
            assertThat(live.log().last()).isEqualTo(1000);
            assertThat(column(live, "time"))
                    .containsExactly(START.getEpochSecond(), START.getEpochSecond() + 5, START.getEpochSecond() + 10);
        }
    }

    @Test
    void aPointHoldsTheCallsOfItsFiveSeconds() {
        try (Bridge bridge = new Bridge()) {
            Pulse pulse = new Pulse();
            LiveState live = live(bridge, pulse);
            for (int i = 0; i < 100; i++) {
                pulse.called("checkout", Served.REDIS, StoreObserver.Outcome.DONE, i < 98 ? 2_000_000 : 50_000_000);
            }
            pulse.called("read", Served.FILE, StoreObserver.Outcome.FAILED, Long.MAX_VALUE);
            for (int i = 0; i < 6; i++) {
                live.turn(START.plusSeconds(i));
            }
            assertThat(column(live, "redisCalls")).containsExactly(100L, 0L);
            assertThat(column(live, "redisP50").get(0)).isBetween(1_980L, 2_020L);
            assertThat(column(live, "redisP99").get(0)).isBetween(49_500L, 50_500L);
            assertThat(column(live, "redisP99").get(1)).isZero();
            assertThat(column(live, "fileP50").get(0)).isBetween(59_000_000L, 61_000_000L);
        }
    }

    private static List<Long> column(LiveState live, String name) {
        List<Long> values = new ArrayList<>();
        live.history().toJson().at("/columns/" + name).forEach(value -> values.add(value.asLong()));
        return values;
    }

    @Test
    void theHistoryIsTheLastHourAndNoMore() {
        History history = new History();
        for (long i = 0; i < History.POINTS + 5; i++) {
            long[] point = new long[History.COLUMNS.size()];
            point[0] = i;
            history.add(point);
        }
        JsonNode times = history.toJson().at("/columns/time");
        assertThat(times).hasSize(720);
        assertThat(times.get(0).asLong()).isEqualTo(5);
        assertThat(times.get(719).asLong()).isEqualTo(724);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"a":1}             | {"a":1}               | {}
            {"a":1,"b":2}       | {"a":1}               | {"b":null}
            {"a":{"x":1,"y":2}} | {"a":{"x":1,"y":3}}   | {"a":{"y":3}}
            {"a":{"x":1}}       | {"a":{}}              | {"a":{"x":null}}
            {"a":[1,2]}         | {"a":[1]}             | {"a":[1]}
            {"a":1}             | {"a":{"x":1}}         | {"a":{"x":1}}
            {"a":{"x":1}}       | {"a":1}               | {"a":1}
            """)
    void aPatchIsWhatChanged(String from, String to, String patch) {
        assertThat(Json.compact(MergePatch.between(Json.parse(from), Json.parse(to))))
                .isEqualTo(patch);
    }

    @Test
    void theFeedAndTheHistoryAreServed() {
        try (Bridge bridge = new Bridge()) {
            assertThat(bridge.get(Bridge.OPERATOR + "/history")
                            .json()
                            .path("everySeconds")
                            .asInt())
                    .isEqualTo(5);
            try (Stream<String> lines = bridge.lines(Bridge.OPERATOR + "/live")) {
                List<String> begin = lines.filter(line -> line.startsWith("event: "))
                        .limit(3)
                        .toList();
                assertThat(begin).containsExactly("event: state", "event: patch", "event: patch");
            }
            assertThat(bridge.get("/v1/projects/none/migration/live").status()).isEqualTo(404);
        }
    }
}
