package poppo.bridge.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a bridge takes at a moment, seen from outside.
 *
 * @param heapBytes what is reachable: after a garbage collection
 * @param calls being executed or waiting for it
 * @param failedAtRedis calls that were made to Redis so far and got no answer: they paid the command time-out, or were cut short
 */
record Footprint(long threads, long sockets, long heapBytes, long calls, long failedAtRedis) {
    private static final Pattern THREADS = Pattern.compile("Threads:\\s*(\\d+)");
    private static final Pattern USED = Pattern.compile("used (\\d+)K");
    private static final Pattern CALLS = Pattern.compile("(?m)^poppo_calls_(?:running|waiting)\\{[^}]*} ([0-9.E]+)$");

    private static final Pattern FAILED_AT_REDIS = Pattern.compile(
            "(?m)^poppo_store_calls_seconds_count\\{[^}]*outcome=\"(?:failed|unknown)\"[^}]*store=\"redis\"[^}]*} ([0-9.E]+)$");

    static Footprint of(BridgeUnderTest bridge) throws InterruptedException {
        try {
            Path process = Path.of("/proc", Long.toString(bridge.pid()));
            Matcher threads = THREADS.matcher(Files.readString(process.resolve("status")));
            if (!threads.find()) {
                throw new IllegalStateException("/proc tells no number of threads");
            }
            String metrics = metrics(bridge.url());
            return new Footprint(
                    Long.parseLong(threads.group(1)),
                    sockets(process),
                    heap(bridge.pid()),
                    sum(CALLS, metrics),
                    sum(FAILED_AT_REDIS, metrics));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long sockets(Path process) throws IOException {
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            return files.filter(Footprint::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    private static long heap(long pid) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Commands.run(jcmd, Long.toString(pid), "GC.run");
        List<String> info =
                Commands.run(jcmd, Long.toString(pid), "GC.heap_info").lines().toList();
        // The collection moved all that lives into the old generation; the young one has what the load made since.
        return info.stream()
                .filter(line -> line.contains("tenured generation") && line.contains("total"))
                .map(USED::matcher)
                .filter(Matcher::find)
                .mapToLong(used -> Long.parseLong(used.group(1)) * 1024)
                .sum();
    }

    private static String metrics(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url + "/prometheus")).build(), BodyHandlers.ofString())
                .body();
    }

    private static long sum(Pattern pattern, String metrics) {
        return (long) pattern.matcher(metrics)
                .results()
                .mapToDouble(metric -> Double.parseDouble(metric.group(1)))
                .sum();
    }

    @Override
    public String toString() {
        return threads + " threads, " + sockets + " sockets, " + heapBytes / 1024 + " KiB of heap after a collection, "
                + calls + " calls";
    }
}
