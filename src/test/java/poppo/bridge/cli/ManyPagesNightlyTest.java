package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poppo.bridge.redis.RedisServerProcess;

/** What open pages cost the workers: the same load with and without them, in turns. */
@Tag("nightly")
@Timeout(300)
class ManyPagesNightlyTest {
    private static final int PAGES = 50;
    private static final int WORKERS = 8;
    private static final int TURNS = 25;
    private static final Duration OPENING = Duration.ofSeconds(1);
    private static final Duration TURN = Duration.ofSeconds(2);

    @TempDir
    Path home;

    private final LongAdder done = new LongAdder();
    private volatile boolean isOver;

    @Test
    void fiftyOpenPagesTakeLessThanATwentiethOfTheThroughput() throws Exception {
        Path state = EndToEndServe.copyOf("state-2025-06-24", home.resolve("state"));
        try (RedisServerProcess redis = RedisServerProcess.start(home.resolve("redis"));
                EndToEndServe serve = EndToEndServe.start(state, "--redis-uri", redis.uri())) {
            serve.job("backfill");
            serve.done("PUT", "migration/phase", "{'phase':'redis-write'}");
            List<Thread> workers = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                int first = 10_000 + i * 1000;
                workers.add(new Thread(() -> work(serve, first)));
            }
            workers.forEach(Thread::start);
            rest(TURN);
            double[] ratios = new double[TURNS];
            LongAdder bytes = new LongAdder();
            for (int turn = 0; turn < TURNS; turn++) {
                // Now the one first and now the other, so that a machine that grows slower or faster favours neither.
                boolean pagesFirst = turn % 2 == 0;
                double one = rate(serve, pagesFirst ? PAGES : 0, bytes);
                double other = rate(serve, pagesFirst ? 0 : PAGES, bytes);
                ratios[turn] = pagesFirst ? one / other : other / one;
            }
            isOver = true;
            for (Thread worker : workers) {
                worker.join();
            }
            Arrays.sort(ratios);
            double median = ratios[TURNS / 2];
            double perPage = bytes.sum() / (double) (TURNS * OPENING.plus(TURN).toSeconds() * PAGES);
            System.out.printf(
                    "%d pages: throughput %.3f of that without (from %.3f to %.3f), %.0f bytes a second to each%n",
                    PAGES, median, ratios[0], ratios[TURNS - 1], perPage);
            assertThat(perPage).isBetween(10.0, 5_000.0);
            assertThat(median).isGreaterThan(0.95);
        }
    }

    private void work(EndToEndServe serve, int first) {
        for (int i = 0; !isOver; i++) {
            try {
                if (serve.call("PATCH", "issues/" + (first + i % 100), "{\"status\":\"s" + i + "\"}")
                                .status()
                        == 200) {
                    done.increment();
                }
            } catch (IOException | InterruptedException e) {
                return;
            }
        }
    }

    /** Writes a second, while so many pages follow. */
    private double rate(EndToEndServe serve, int pages, LongAdder bytes) {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest feed = HttpRequest.newBuilder(URI.create(serve.url() + "/v1/projects/default/migration/live"))
                .build();
        List<CompletableFuture<?>> open = new ArrayList<>();
        for (int i = 0; i < pages; i++) {
            open.add(client.sendAsync(
                    feed, BodyHandlers.ofByteArrayConsumer(chunk -> chunk.ifPresent(read -> bytes.add(read.length)))));
        }
        rest(OPENING);
        long start = System.nanoTime();
        long before = done.sum();
        rest(TURN);
        double rate = (done.sum() - before) / ((System.nanoTime() - start) / 1e9);
        open.forEach(page -> page.cancel(true));
        return rate;
    }

    private static void rest(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
