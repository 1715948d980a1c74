package poppo.bridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import poppo.bridge.state.Json;

/**
 * Workers that write over HTTP, each on records of its own, and what they were told: knows without the bridge what must
 * be there. A write without an answer may have happened or not; one that was acknowledged must have.
 */
final class EndToEndLedger implements AutoCloseable {
    private static final long ISSUES = 50_000;

    private final EndToEndServe bridge;
    private final String run;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final Map<Integer, CountDownLatch> milestones = new ConcurrentHashMap<>();
    private volatile boolean stopped;
    private volatile boolean ending;
    private volatile Throwable failure;

    /** By issue: the last turn acknowledged, and the last one sent. */
    private final Map<Long, Integer> turns = new ConcurrentHashMap<>();

    private final Map<Long, Integer> sent = new ConcurrentHashMap<>();
    private final Set<Long> completed = ConcurrentHashMap.newKeySet();
    private final Set<Long> processed = ConcurrentHashMap.newKeySet();
    private final Map<Long, Set<String>> comments = new ConcurrentHashMap<>();
    private final Set<String> tasks = ConcurrentHashMap.newKeySet();
    private final Set<String> removed = ConcurrentHashMap.newKeySet();
    private final Set<String> pending = ConcurrentHashMap.newKeySet();

    /** @param run names this ledger's records apart from another's */
    EndToEndLedger(EndToEndServe bridge, String run, int workers) {
        this.bridge = bridge;
        this.run = run;
        for (int i = 0; i < workers; i++) {
            int worker = i;
            Thread thread = new Thread(() -> work(worker), "e2e-worker-" + run + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    private void work(int worker) {
        try {
            for (int round = 1; !stopped; round++) {
                turn(worker, round);
            }
        } catch (IOException gone) {
            if (!ending) {
                failure = gone;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (AssertionError | RuntimeException e) {
            failure = e;
        }
    }

    private void turn(int worker, int round) throws IOException, InterruptedException {
        long mine = ISSUES + worker;
        sent.put(mine, round);
        if (write("PATCH", "issues/" + mine, "{'status':'awaiting-response','turn':" + round + "}")) {
            turns.put(mine, round);
        }
        long other = ISSUES + 1000L * (worker + 1) + round;
        String process = "e2e-" + run + "-" + worker;
        if (write("POST", "issues/" + other + "/checkout", "{'processId':'" + process + "','pid':4711}")
                && write("POST", "issues/" + other + "/checkin", "{'processId':'" + process + "','result':{'n':1}}")) {
            completed.add(other);
        }
        if (write("PUT", "processed-issues/" + other, null)) {
            processed.add(other);
        }
        String comment = "IC_" + run + "_" + round;
        if (write("PUT", "processed-comments/" + mine + "/" + comment, null)) {
            comments.computeIfAbsent(mine, any -> ConcurrentHashMap.newKeySet()).add(comment);
        }
        String task = "task-" + run + "-" + worker + "-" + round;
        if (write("PUT", "running-tasks/" + task, "{'type':'issue','pid':" + round + "}")) {
            tasks.add(task);
        }
        if (round % 3 == 0) {
            String old = "task-" + run + "-" + worker + "-" + (round - 1);
            if (tasks.remove(old) && write("DELETE", "running-tasks/" + old, null)) {
                removed.add(old);
            }
        }
        String waiting = "pending-" + run + "-" + worker + "-" + round;
        if (write("POST", "pending-tasks", "{'id':'" + waiting + "'}")) {
            pending.add(waiting);
        }
    }

    /** @return whether it was acknowledged; a 503 is the bridge's right, any other refusal is not */
    private boolean write(String method, String path, String json) throws IOException, InterruptedException {
        EndToEndServe.Reply reply = bridge.call(method, path, json == null ? null : json.replace('\'', '"'));
        if (reply.status() == 503) {
            refused.incrementAndGet();
            return false;
        }
        reply.done();
        int count = acknowledged.incrementAndGet();
        milestones.forEach((at, latch) -> {
            if (count >= at) {
                latch.countDown();
            }
        });
        return true;
    }

    /** Waits until so many more writes are acknowledged. */
    void awaitMore(int writes) throws InterruptedException {
        int at = acknowledged.get() + writes;
        CountDownLatch latch = milestones.computeIfAbsent(at, any -> new CountDownLatch(1));
        if (acknowledged.get() >= at) {
            latch.countDown();
        }
        assertThat(latch.await(60, TimeUnit.SECONDS))
                .as("%d acknowledged of %d, failure: %s", acknowledged.get(), at, failure)
                .isTrue();
    }

    /** From here on a lost connection is expected: each worker ends with the call it is at. */
    void expectTheEnd() {
        ending = true;
    }

    /** Waits for the workers to end with the bridge. */
    void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(60));
            assertThat(thread.isAlive()).as("%s is stuck", thread.getName()).isFalse();
        }
        if (failure != null) {
            throw new AssertionError("a worker failed", failure);
        }
    }

    void stop() throws InterruptedException {
        stopped = true;
        join();
    }

    int refused() {
        return refused.get();
    }

    /** Everything acknowledged is served. */
    void verify(EndToEndServe now) throws IOException, InterruptedException {
        Map<Long, JsonNode> issues = new TreeMap<>();
        for (long issue : issues()) {
            issues.put(issue, now.get("issues/" + issue).body());
        }
        verify(
                issues,
                now.get("processed-issues").done(),
                now.get("processed-comments").done(),
                now.get("running-tasks").done(),
                now.get("pending-tasks").done());
    }

    /** Everything acknowledged is in the files. */
    void verify(Path directory) throws IOException {
        Map<Long, JsonNode> issues = new TreeMap<>();
        JsonNode all = EndToEndServe.json(directory, "issue-status.json").path("issues");
        for (long issue : issues()) {
            issues.put(issue, all.path(Long.toString(issue)));
        }
        verify(
                issues,
                EndToEndServe.json(directory, "processed-issues.json"),
                EndToEndServe.json(directory, "processed-comments.json"),
                EndToEndServe.json(directory, "running-tasks.json"),
                EndToEndServe.json(directory, "pending-tasks.json"));
    }

    private Set<Long> issues() {
        Set<Long> issues = new TreeSet<>(turns.keySet());
        issues.addAll(completed);
        return issues;
    }

    private void verify(
            Map<Long, JsonNode> issues,
            JsonNode nowProcessed,
            JsonNode nowComments,
            JsonNode nowTasks,
            JsonNode nowPending) {
        List<String> lost = new ArrayList<>();
        turns.forEach((issue, turn) -> {
            int seen = issues.get(issue).path("turn").asInt(-1);
            if (seen < turn || seen > sent.get(issue)) {
                lost.add("issue " + issue + ": turn " + turn + " acknowledged, " + seen + " seen");
            }
        });
        completed.stream()
                .filter(issue -> !issues.get(issue).path("status").asText().equals("completed"))
                .forEach(issue -> lost.add("issue " + issue + " is no longer completed: " + issues.get(issue)));
        Set<Long> there = new TreeSet<>();
        nowProcessed.forEach(number -> there.add(number.longValue()));
        processed.stream()
                .filter(issue -> !there.contains(issue))
                .forEach(issue -> lost.add("processed issue " + issue));
        comments.forEach((issue, ids) -> {
            Set<String> known = new TreeSet<>();
            nowComments.path(Long.toString(issue)).forEach(id -> known.add(id.asText()));
            ids.stream().filter(id -> !known.contains(id)).forEach(id -> lost.add("comment " + id + " of " + issue));
        });
        tasks.stream().filter(task -> !nowTasks.has(task)).forEach(task -> lost.add("running task " + task));
        removed.stream().filter(nowTasks::has).forEach(task -> lost.add("the removal of running task " + task));
        Map<String, Integer> times = new TreeMap<>();
        nowPending.forEach(task -> times.merge(task.path("id").asText(Json.compact(task)), 1, Integer::sum));
        pending.stream()
                .filter(task -> times.getOrDefault(task, 0) != 1)
                .forEach(task ->
                        lost.add("pending task " + task + " is there " + times.getOrDefault(task, 0) + " times"));
        assertThat(lost)
                .as("acknowledged and not there, of %d", acknowledged.get())
                .isEmpty();
    }

    @Override
    public void close() {
        stopped = true;
        try {
            join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
