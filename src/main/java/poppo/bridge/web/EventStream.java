package poppo.bridge.web;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One reader of the {@link EventLog}, as text of server-sent events. What it sends is taken from the log when the
 * connection asks for more, in batches; it holds nothing but its place.
 *
 * <p>{@link #drain}, {@link #beat} and {@link #end} are called by the pump's thread only.
 */
final class EventStream implements Publisher<byte[]>, Subscription {
    private static final int BATCH = 64;
    private static final String BEAT = ": alive\n\n";

    private final EventLog log;
    private final Runnable disconnect;
    private final AtomicLong demand = new AtomicLong();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable Subscriber<? super byte[]> reader;
    private volatile @Nullable String pending;
    private long place;

    /**
     * @param after the number of the event that the reader has seen last
     * @param opening sent before everything else
     * @param disconnect closes the connection of a reader that is too slow
     */
    EventStream(EventLog log, long after, String opening, Runnable disconnect) {
        this.log = log;
        this.place = after;
        this.pending = opening;
        this.disconnect = disconnect;
    }

    @Override
    public void subscribe(Subscriber<? super byte[]> subscriber) {
        reader = subscriber;
        subscriber.onSubscribe(this);
    }

    @Override
    public void request(long more) {
        demand.accumulateAndGet(more, (held, added) -> held + added < 0 ? Long.MAX_VALUE : held + added);
        log.signal();
    }

    @Override
    public void cancel() {
        if (ended.compareAndSet(false, true)) {
            log.remove(this);
        }
    }

    /** Sends what there is, as far as the connection takes it. */
    void drain() {
        Subscriber<? super byte[]> subscriber = reader;
        if (subscriber == null || ended.get()) {
            return;
        }
        if (!log.reachesBack(place)) {
            overtaken();
            return;
        }
        while (demand.get() > 0 && !ended.get()) {
            String text = next();
            if (text == null || text.isEmpty()) {
                return;
            }
            demand.updateAndGet(held -> held == Long.MAX_VALUE ? held : held - 1);
            subscriber.onNext(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private @Nullable String next() {
        String first = pending;
        if (first != null) {
            pending = null;
            return first;
        }
        EventLog.Batch batch = log.after(place, BATCH);
        if (batch == null) {
            overtaken();
            return null;
        }
        place = batch.place();
        return batch.text();
    }

    private void overtaken() {
        cancel();
        disconnect.run();
    }

    /** Has something sent although nothing happened. */
    void beat() {
        if (pending == null) {
            pending = BEAT;
        }
        drain();
    }

    /** Ends it; the reader may come back with the id it saw last. */
    void end() {
        Subscriber<? super byte[]> subscriber = reader;
        if (ended.compareAndSet(false, true)) {
            log.remove(this);
            if (subscriber != null) {
                subscriber.onComplete();
            }
        }
    }
}
