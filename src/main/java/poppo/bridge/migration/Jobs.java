package poppo.bridge.migration;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;

/** Runs one job at a time on a daemon thread, and remembers the last {@value #KEPT}. Thread-safe. */
final class Jobs implements AutoCloseable {
    static final String BACKFILL = "backfill";
    static final String DIFF = "diff";

    private static final int KEPT = 50;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread daemon = new Thread(task, "bridge-jobs");
        daemon.setDaemon(true);
        return daemon;
    });
    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final Map<EndedJob, LongAdder> ended = new ConcurrentHashMap<>();
    private final String run = Long.toString(System.currentTimeMillis(), 36);
    private @Nullable Job last;
    private int started;

    /** @throws BridgeException.Conflict {@code job-running} while another one is */
    synchronized Job start(String kind, long total, Job.Work work) {
        Job running = running();
        if (running != null) {
            throw new BridgeException.Conflict(
                    "job-running", "job " + running.id() + " is running; wait for it or cancel it");
        }
        Job job = new Job(kind + "-" + run + "-" + ++started, kind, total);
        jobs.put(job.id(), job);
        if (jobs.size() > KEPT) {
            jobs.remove(jobs.keySet().iterator().next());
        }
        last = job;
        thread.execute(() -> run(job, work));
        return job;
    }

    private void run(Job job, Job.Work work) {
        try {
            job.run(work);
        } finally {
            ended.computeIfAbsent(new EndedJob(job.kind(), job.state().label()), kind -> new LongAdder())
                    .increment();
        }
    }

    /** How often a job ended so. */
    long ended(EndedJob how) {
        LongAdder times = ended.get(how);
        return times == null ? 0 : times.sum();
    }

    synchronized @Nullable Job running() {
        return last != null && last.state() == Job.State.RUNNING ? last : null;
    }

    synchronized Optional<Job> find(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    @Override
    public void close() {
        Job running = running();
        if (running != null) {
            running.cancel();
        }
        thread.shutdown();
    }
}
