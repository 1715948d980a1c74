package poppo.bridge.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** The ways in which a side is measured. */
final class Meter {
    private static final long ROUND = TimeUnit.MILLISECONDS.toNanos(Integer.getInteger("bench.millis", 1000));
    private static final int LEAST_CALLS = 3;
    private static final int BATCH = 1000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What the last call gave, so that the compiler can't leave it out. */
    static Object sink;

    private Meter() {}

    /**
     * One step of a cycle.
     *
     * @param name null: it is not measured
     */
    record Step(String name, Body body) {}

    /** Done by each thread again and again. */
    @FunctionalInterface
    interface Body {
        /** @param thread from 0 on */
        void call(int thread) throws Exception;
    }

    /** For calls too short to be timed one by one: {@code ns} and {@code bytes} allocated by each, on average. */
    static Map<String, Double> perCall(Supplier<Object> call) {
        long calls = 0;
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        long end = start;
        while (end - start < ROUND) {
            for (int i = 0; i < BATCH; i++) {
                sink = call.get();
            }
            calls += BATCH;
            end = System.nanoTime();
        }
        return Map.of(
                "ns",
                (double) (end - start) / calls,
                "bytes",
                (double) (THREADS.getCurrentThreadAllocatedBytes() - bytes) / calls);
    }

    /** As {@link #cycles}, of one step: {@code p50}, {@code p99}, and the {@code rate} of all threads together. */
    static Map<String, Double> calls(int threads, Body body) throws Exception {
        return cycles(threads, new Step("", body));
    }

    /**
     * Times each call. For each step {@code p50} and {@code p99}, behind its name and a space where it has one; the {@code rate}
     * a second of all measured steps of all threads, and how many {@code calls} that were.
     */
    static Map<String, Double> cycles(int threads, Step... cycle) throws Exception {
        long start = System.nanoTime();
        List<Callable<List<Histogram>>> work = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int number = thread;
            work.add(() -> repeat(number, cycle, start + ROUND));
        }
        List<List<Histogram>> found = threads == 1 ? List.of(work.get(0).call()) : onThreads(work);
        double seconds = (System.nanoTime() - start) / 1e9;
        return figures(cycle, found, seconds);
    }

    private static List<Histogram> repeat(int thread, Step[] cycle, long until) throws Exception {
        List<Histogram> times = new ArrayList<>();
        for (Step step : cycle) {
            times.add(new Histogram(3));
        }
        for (int done = 0; done < LEAST_CALLS || System.nanoTime() - until < 0; done++) {
            for (int i = 0; i < cycle.length; i++) {
                long start = System.nanoTime();
                cycle[i].body.call(thread);
                times.get(i).recordValue(System.nanoTime() - start);
            }
        }
        return times;
    }

    private static List<List<Histogram>> onThreads(List<Callable<List<Histogram>>> work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(work.size());
        try {
            List<List<Histogram>> found = new ArrayList<>();
            for (Future<List<Histogram>> each : executor.invokeAll(work)) {
                found.add(each.get());
            }
            return found;
        } finally {
            executor.shutdown();
        }
    }

    private static Map<String, Double> figures(Step[] cycle, List<List<Histogram>> found, double seconds) {
        Map<String, Double> figures = new LinkedHashMap<>();
        double calls = 0;
        for (int i = 0; i < cycle.length; i++) {
            if (cycle[i].name == null) {
                continue;
            }
            Histogram all = new Histogram(3);
            for (List<Histogram> thread : found) {
                all.add(thread.get(i));
            }
            String before = cycle[i].name.isEmpty() ? "" : cycle[i].name + " ";
            figures.put(before + "p50", (double) all.getValueAtPercentile(50));
            figures.put(before + "p99", (double) all.getValueAtPercentile(99));
            calls += all.getTotalCount();
        }
        figures.put("calls", calls);
        figures.put("rate", calls / seconds);
        return figures;
    }
}
