package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import poppo.bridge.machine.Disk;
import poppo.bridge.shadow.StatusChange;

@Timeout(60)
class EventsTest {
    /** A connection that follows the events, line by line. */
    private static final class Follower implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader lines;

        Follower(Bridge bridge, String headers) throws IOException {
            socket = new Socket("127.0.0.1", bridge.server.port());
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET /v1/projects/default/events HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        /** The lines up to the first that begins so, that one included. */
        String until(String beginning) throws IOException {
            StringBuilder read = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                read.append(line).append('\n');
                if (line.startsWith(beginning)) {
                    return read.toString();
                }
            }
            throw new IOException("ended after " + read);
        }

        String end() throws IOException {
            StringBuilder read = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                read.append(line).append('\n');
            }
            return read.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static void set(Bridge bridge, int issue, String status) {
        bridge.call("PATCH", Bridge.WORKER + "issues/" + issue, "{\"status\":\"" + status + "\"}");
    }

    private static String lastId(String text) {
        String line = text.lines()
                .filter(l -> l.startsWith("id: "))
                .reduce((a, b) -> b)
                .orElseThrow();
        return line.substring(4);
    }

    @Test
    void everyStatusChangeIsSentAndAReaderResumesWhereItLeft() throws IOException {
        try (Bridge bridge = new Bridge()) {
            String seen;
            try (Follower follower = new Follower(bridge, "")) {
                assertThat(follower.until(": connected")).contains("text/event-stream", "X-Bridge-Phase: file");
                set(bridge, 1, "error");
                String first = follower.until("data: ");
                assertThat(first)
                        .contains("event: status", "data: {\"issue\":1,\"status\":\"error\",\"processId\":null,");
                seen = lastId(first);
                bridge.delete(Bridge.WORKER + "issues/1");
                String second = follower.until("data: ");
                assertThat(second).contains("{\"issue\":1,\"status\":null,");
                assertThat(Long.parseLong(lastId(second))).isGreaterThan(Long.parseLong(seen));
            }
            set(bridge, 2, "missed");
            try (Follower follower = new Follower(bridge, "Last-Event-ID: " + seen + "\r\n")) {
                assertThat(follower.until("data: ")).contains("\"status\":null").doesNotContain("reset");
                assertThat(follower.until("data: ")).contains("\"issue\":2,\"status\":\"missed\"");
            }
        }
    }

    @Test
    void anIdThatIsNotKeptResetsTheReaderFirst() throws IOException {
        try (Bridge bridge = new Bridge()) {
            for (String id : List.of("1", "-5", "9223372036854775807")) {
                try (Follower follower = new Follower(bridge, "Last-Event-ID: " + id + "\r\n")) {
                    assertThat(follower.until("data: ")).contains("event: reset");
                    set(bridge, 3, "after-" + id);
                    assertThat(follower.until("data: ")).contains("event: status", "after-" + id);
                }
            }
        }
    }

    @Test
    void stoppingTheBridgeEndsTheStream() throws IOException {
        Bridge bridge = new Bridge();
        try (Follower follower = new Follower(bridge, "")) {
            follower.until(": connected");
            bridge.close();
            assertThat(follower.end()).doesNotContain("event:");
        }
    }

    private static EventLog log(int capacity) {
        return new EventLog(capacity, 1000, 2, Runnable::run);
    }

    private static void append(EventLog log, int times) {
        for (int i = 0; i < times; i++) {
            log.append(new StatusChange(i + 1, "s", null, Instant.EPOCH));
        }
    }

    @Test
    void theRingKeepsTheLatestAndKnowsWhatItLost() {
        EventLog log = log(4);
        append(log, 6);
        assertThat(log.last()).isEqualTo(1006);
        assertThat(log.reachesBack(1001)).isFalse();
        assertThat(log.reachesBack(1002)).isTrue();
        assertThat(log.reachesBack(1006)).isTrue();
        assertThat(log.reachesBack(1007)).isFalse();
        assertThat(log.after(1001, 10)).isNull();
        EventLog.Batch batch = log.after(1002, 3);
        assertThat(batch.place()).isEqualTo(1005);
        assertThat(batch.text()).contains("id: 1003\n", "id: 1005\n").doesNotContain("id: 1006\n");
    }

    /** Takes as many as it asks for. */
    private static final class Reader implements Subscriber<byte[]> {
        final List<String> got = new ArrayList<>();
        Subscription subscription;

        @Override
        public void onSubscribe(Subscription s) {
            subscription = s;
        }

        @Override
        public void onNext(byte[] bytes) {
            got.add(new String(bytes, StandardCharsets.UTF_8));
        }

        @Override
        public void onError(Throwable t) {
            throw new AssertionError(t);
        }

        @Override
        public void onComplete() {
            got.add("end");
        }
    }

    @Test
    void aReaderGetsNoMoreThanItAsksForAndIsDisconnectedWhenItFallsBehind() {
        EventLog log = log(100);
        AtomicInteger disconnected = new AtomicInteger();
        EventStream stream = new EventStream(log, log.last(), "opening\n\n", disconnected::incrementAndGet);
        assertThat(log.add(stream)).isTrue();
        Reader reader = new Reader();
        stream.subscribe(reader);
        append(log, 3);
        assertThat(reader.got).isEmpty();
        reader.subscription.request(2);
        assertThat(reader.got).hasSize(2);
        assertThat(reader.got.get(0)).isEqualTo("opening\n\n");
        assertThat(reader.got.get(1)).contains("id: 1001\n", "id: 1003\n");
        append(log, 100);
        assertThat(disconnected).hasValue(0);
        append(log, 1);
        assertThat(disconnected).hasValue(1);
        assertThat(log.streams()).isZero();
    }

    @Test
    void aHeartbeatIsACommentAndStreamsAreBounded() {
        EventLog log = log(100);
        EventStream stream = new EventStream(log, log.last(), "o", () -> {});
        log.add(stream);
        assertThat(log.add(new EventStream(log, 0, "", () -> {}))).isTrue();
        assertThat(log.add(new EventStream(log, 0, "", () -> {}))).isFalse();
        Reader reader = new Reader();
        stream.subscribe(reader);
        reader.subscription.request(10);
        log.beat();
        assertThat(reader.got).containsExactly("o", ": alive\n\n");
        stream.end();
        stream.end();
        assertThat(reader.got).containsExactly("o", ": alive\n\n", "end");
    }

    @Test
    void aReaderResumesAtTheNextBridgeAsIfNothingHadBeen() throws IOException {
        try (Bridge bridge = new Bridge()) {
            String seen;
            try (Follower follower = new Follower(bridge, "")) {
                follower.until(": connected");
                set(bridge, 1, "seen");
                seen = lastId(follower.until("data: "));
            }
            set(bridge, 2, "missed");
            bridge.restart(new Disk());
            set(bridge, 3, "later");
            try (Follower follower = new Follower(bridge, "Last-Event-ID: " + seen + "\r\n")) {
                String missed = follower.until("data: ");
                assertThat(missed).contains("\"missed\"").doesNotContain("reset");
                assertThat(Long.parseLong(lastId(missed))).isEqualTo(Long.parseLong(seen) + 1);
                assertThat(follower.until("data: ")).contains("\"later\"");
            }
        }
    }

    @TempDir
    Path home;

    private EventLog open(long micros) {
        return EventLog.after(new EventsFile(new Disk(), home).take(micros), 100, 2, Runnable::run);
    }

    @Test
    void afterAKillNothingIsTakenForKnownAndNoIdComesAgainThoughTheClockWentBack() {
        EventLog log = open(5000);
        append(log, 3);
        long first = log.last();
        EventLog next = open(100);
        assertThat(next.last()).isGreaterThan(first);
        assertThat(next.reachesBack(first)).isFalse();
    }

    @Test
    void anEventAfterTheOthersWereKeptMakesTheNextBridgeSayReset() {
        EventsFile file = new EventsFile(new Disk(), home);
        EventLog log = EventLog.after(file.take(5000), 100, 2, Runnable::run);
        append(log, 2);
        file.keep(log.keep(file::lose));
        append(log, 1);
        long last = log.last();
        EventLog next = open(100);
        assertThat(next.reachesBack(last)).isFalse();
        assertThat(next.last()).isGreaterThan(last);
    }

    @Test
    void whatWasKeptIsTakenOnce() {
        EventsFile file = new EventsFile(new Disk(), home);
        EventLog log = EventLog.after(file.take(5000), 4, 2, Runnable::run);
        append(log, 6);
        file.keep(log.keep(file::lose));
        EventLog next = open(100);
        assertThat(next.last()).isEqualTo(5006);
        assertThat(next.reachesBack(5002)).isTrue();
        assertThat(next.reachesBack(5001)).isFalse();
        assertThat(next.after(5004, 10).text()).startsWith("id: 5005\n").contains("id: 5006\n");
        assertThat(open(100).reachesBack(5006)).isFalse();
    }

    @Test
    void moreIdsAreSetAsideBeforeThoseRunOut() {
        EventsFile file = new EventsFile(new Disk(), home);
        long start = file.take(5000).last();
        file.reserve(start + EventsFile.BLOCK - 1);
        assertThat(open(100).last()).isGreaterThanOrEqualTo(start + EventsFile.BLOCK - 1);
    }
}
