package poppo.bridge.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;
import org.testcontainers.DockerClientFactory;

/**
 * For tests that need containers: each is skipped with the reason where none can be had. How many ran, on which servers,
 * and how many were skipped and why stands in {@code target/testcontainers.txt} in the end.
 *
 * <p>Images that the environment names must start. Where it names none, one that can't be pulled is a reason to skip.
 */
public final class Docker implements ExecutionCondition, TestWatcher {
    private static final Path SUMMARY = Path.of("target", "testcontainers.txt");
    private static final Map<String, RedisContainer> SHARED = new LinkedHashMap<>();
    private static final TreeSet<String> VERSIONS = new TreeSet<>();
    private static @Nullable Optional<String> missing;
    private static int passed;
    private static int failed;
    private static int skipped;

    /** A server of this image for the whole run. */
    static synchronized RedisContainer shared(String image) {
        return SHARED.computeIfAbsent(image, RedisContainer::start);
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestMethod().isEmpty()) {
            return ConditionEvaluationResult.enabled("each test is asked for itself, so that each is counted");
        }
        return missing()
                .map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("Docker answers"));
    }

    /** Why no container can be had; empty if it can. */
    private static synchronized Optional<String> missing() {
        if (missing == null) {
            missing = look();
        }
        return missing;
    }

    private static Optional<String> look() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            return Optional.of("no Docker answers here; the same contract runs on local redis-server processes");
        }
        if (RedisContainer.isNamed()) {
            return Optional.empty();
        }
        try {
            RedisContainer.images().forEach(Docker::shared);
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of("Docker answers, but can't run " + RedisContainer.images()
                    + " here, and BRIDGE_TEST_REDIS_IMAGES names no others");
        }
    }

    /** The contract ran on this version. */
    static synchronized void ranOn(String version) {
        VERSIONS.add(version);
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        count(context, 1, 0, 0);
    }

    @Override
    public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
        count(context, 0, 1, 0);
    }

    @Override
    public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
        count(context, 0, 0, 1);
    }

    @Override
    public void testDisabled(ExtensionContext context, Optional<String> reason) {
        count(context, 0, 0, 1);
    }

    private static synchronized void count(ExtensionContext context, int good, int bad, int left) {
        passed += good;
        failed += bad;
        skipped += left;
        context.getRoot()
                .getStore(ExtensionContext.Namespace.GLOBAL)
                .getOrComputeIfAbsent(AtEnd.class, key -> new AtEnd(), AtEnd.class);
    }

    /** Closed by JUnit when all tests are over. */
    private static final class AtEnd implements AutoCloseable {
        @Override
        public void close() {
            synchronized (Docker.class) {
                SHARED.values().forEach(RedisContainer::close);
                SHARED.clear();
                write(summary());
            }
        }

        private static String summary() {
            String counts = "Testcontainers: " + (passed + failed) + " tests ran (" + failed + " failed), " + skipped
                    + " skipped";
            return counts
                    + missing()
                            .map(reason -> ": " + reason)
                            .orElse("; the contract ran on " + String.join(", ", VERSIONS))
                    + "\n";
        }

        private static void write(String text) {
            try {
                Files.createDirectories(SUMMARY.getParent());
                Files.writeString(SUMMARY, text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
