package poppo.bridge.web;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Answers of one project's calls by their {@code Idempotency-Key}, for 24 hours and within this run of the bridge: the
 * same key with the same request is answered the same without being executed again, and waits for the first while that
 * is under way. An answer that isn't {@linkplain Answer#isFinal() final} is not kept, so another try is executed.
 *
 * <p>Bounded: when it is full of keys that may still come again, new ones are refused; nothing is forgotten silently.
 * Thread-safe.
 */
final class Idempotency {
    static final int MAX_KEYS = 10_000;
    static final long MAX_WEIGHT = 64L << 20;
    private static final long KEPT_NANOS = Duration.ofHours(24).toNanos();

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final int maxKeys;
    private final long maxWeight;
    private final LongSupplier nanoClock;
    private long weight;

    Idempotency() {
        this(MAX_KEYS, MAX_WEIGHT, System::nanoTime);
    }

    Idempotency(int maxKeys, long maxWeight, LongSupplier nanoClock) {
        this.maxKeys = maxKeys;
        this.maxWeight = maxWeight;
        this.nanoClock = nanoClock;
    }

    private static final class Entry {
        final String request;
        final long begun;
        final CompletableFuture<Answer> answer = new CompletableFuture<>();
        long weight;

        Entry(String request, long begun) {
            this.request = request;
            this.begun = begun;
        }
    }

    /**
     * Executes {@code call}, unless the key is known.
     *
     * @param request says which request it is; the same key with another one is refused
     * @param call must complete its answer, never exceptionally
     */
    CompletableFuture<Answer> answer(String key, String request, Supplier<CompletableFuture<Answer>> call) {
        Entry entry;
        synchronized (entries) {
            forgetExpired();
            Entry known = entries.get(key);
            if (known != null) {
                return known.request.equals(request) ? known.answer : CompletableFuture.completedFuture(reused());
            }
            if (entries.size() >= maxKeys || weight >= maxWeight) {
                return CompletableFuture.completedFuture(full());
            }
            entry = new Entry(request, nanoClock.getAsLong());
            entries.put(key, entry);
        }
        call.get().thenAccept(answer -> settle(key, entry, answer));
        return entry.answer;
    }

    private void settle(String key, Entry entry, Answer answer) {
        synchronized (entries) {
            if (!answer.isFinal()) {
                entries.remove(key, entry);
            } else if (entries.get(key) == entry) {
                entry.weight = answer.weight();
                weight += entry.weight;
            }
        }
        entry.answer.complete(answer);
    }

    private void forgetExpired() {
        long now = nanoClock.getAsLong();
        for (Iterator<Entry> oldest = entries.values().iterator(); oldest.hasNext(); ) {
            Entry entry = oldest.next();
            if (now - entry.begun < KEPT_NANOS || !entry.answer.isDone()) {
                return;
            }
            weight -= entry.weight;
            oldest.remove();
        }
    }

    private static Answer reused() {
        return Answer.problem(
                Problem.of(
                        409,
                        "idempotency-key-reused",
                        "The key belongs to another request",
                        "This Idempotency-Key came with another request in the last 24 hours; use a new one"),
                false);
    }

    private Answer full() {
        long oldest = entries.values().iterator().next().begun;
        long seconds =
                Duration.ofNanos(KEPT_NANOS - (nanoClock.getAsLong() - oldest)).toSeconds();
        return Answer.problem(
                        Problem.unavailable(
                                "No more Idempotency-Key can be remembered until the oldest is 24 hours old;"
                                        + " nothing was done. Send the request without a key if it may be executed twice"),
                        false)
                .retryAfter(Math.max(1, seconds));
    }
}
