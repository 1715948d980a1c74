package poppo.bridge.web;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.state.Limits;

/**
 * Executes calls off the event loop: workers' and operators' each on threads of their own, so that an operator gets
 * through when workers fill theirs. When all are busy and the queue is full, a call is refused at once with 503.
 */
@Singleton
final class Calls {
    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);
    private static final String KEY = "Idempotency-Key";
    private static final int OPERATOR_THREADS = 8;
    private static final int OPERATOR_QUEUE = 64;
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Projects projects;
    private final ThreadPoolExecutor workers;
    private final ThreadPoolExecutor operators;

    Calls(Projects projects, WebOptions options) {
        this.projects = projects;
        this.workers = pool("worker", options.callThreads(), options.callQueue());
        this.operators = pool("operator", OPERATOR_THREADS, OPERATOR_QUEUE);
    }

    private ThreadPoolExecutor pool(String name, int threads, int queue) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 60, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queue), task -> {
                    Thread daemon = new Thread(task, "bridge-" + name + "-" + number.incrementAndGet());
                    daemon.setDaemon(true);
                    return daemon;
                });
        pool.allowCoreThreadTimeOut(true);
        projects.metrics().watch(name, pool);
        return pool;
    }

    /** A worker's call without a body. */
    CompletionStage<HttpResponse<?>> worker(
            HttpRequest<?> request, String project, Function<ProjectHandle, Answer> call) {
        return worker(request, project, null, call);
    }

    /** A worker's call. */
    CompletionStage<HttpResponse<?>> worker(
            HttpRequest<?> request, String project, byte @Nullable [] body, Function<ProjectHandle, Answer> call) {
        String key = key(request);
        if (key == null) {
            return submit(workers, () -> call.apply(project(project))).thenApply(Calls::response);
        }
        return keyed(key, id -> {
            ProjectHandle handle = project(project);
            return handle.idempotency()
                    .worker(
                            id,
                            fingerprint(request, body),
                            work -> submit(workers, work),
                            handle.state(),
                            state -> call.apply(handle.withState(state)));
        });
    }

    /** An operator's call without a body. */
    CompletionStage<HttpResponse<?>> operator(
            HttpRequest<?> request, String project, Function<ProjectHandle, Answer> call) {
        return operator(request, project, null, call);
    }

    /** An operator's call; it may take as long as a phase change takes. */
    CompletionStage<HttpResponse<?>> operator(
            HttpRequest<?> request, String project, byte @Nullable [] body, Function<ProjectHandle, Answer> call) {
        String key = key(request);
        if (key == null) {
            return submit(operators, () -> call.apply(project(project))).thenApply(Calls::response);
        }
        return keyed(key, id -> {
            ProjectHandle handle = project(project);
            return handle.idempotency()
                    .operator(
                            id, fingerprint(request, body), work -> submit(operators, work), () -> call.apply(handle));
        });
    }

    /** A call about no project. */
    CompletionStage<HttpResponse<?>> plain(Supplier<Answer> call) {
        return submit(operators, call).thenApply(Calls::response);
    }

    private static HttpResponse<?> response(Answer answer) {
        return answer.toResponse();
    }

    ProjectHandle project(String name) {
        return projects.find(name).orElseThrow(() -> new Refusal(Problem.notFound("There is no project of this name")));
    }

    /** The key of a call that may change something; null for none. */
    private static @Nullable String key(HttpRequest<?> request) {
        return request.getMethod().permitsRequestBody() || isDelete(request)
                ? request.getHeaders().get(KEY)
                : null;
    }

    private static CompletionStage<HttpResponse<?>> keyed(
            String key, Function<String, CompletableFuture<Answer>> call) {
        CompletableFuture<Answer> answer;
        try {
            answer = call.apply(Limits.id(KEY, key));
        } catch (RuntimeException e) {
            answer = CompletableFuture.completedFuture(Failures.answer(e));
        }
        return answer.thenApply(Calls::response);
    }

    private static boolean isDelete(HttpRequest<?> request) {
        return request.getMethodName().equals("DELETE");
    }

    /** The same for the same request, and for no other one. */
    private static String fingerprint(HttpRequest<?> request, byte @Nullable [] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((request.getMethodName() + " " + request.getUri() + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(body == null ? new byte[0] : body);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static CompletableFuture<Answer> submit(ThreadPoolExecutor pool, Supplier<Answer> call) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        try {
            pool.execute(() -> answer.complete(execute(call)));
        } catch (RejectedExecutionException e) {
            String why = pool.isShutdown()
                    ? "The bridge is stopping; nothing was done"
                    : "As many calls are waiting as may; nothing was done, try again";
            answer.complete(Answer.problem(Problem.unavailable(why), false));
        }
        return answer;
    }

    private static Answer execute(Supplier<Answer> call) {
        try {
            return call.get();
        } catch (RuntimeException | Error e) {
            return Failures.answer(e);
        }
    }

    /** Takes no more calls, and waits for those under way. */
    void stop() {
        workers.shutdown();
        operators.shutdown();
        try {
            if (!workers.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)
                    || !operators.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("Calls are still under way after {} s and go on without a caller", GRACE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
