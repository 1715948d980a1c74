package poppo.bridge.plan;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;

/**
 * Posts what plans tell to one address, in order, on a thread of its own: nobody waits for it. What can't be delivered in
 * {@value #TRIES} tries, or comes while {@value #QUEUE} messages wait, is logged and left out. The address may hold a
 * secret and is never shown. Thread-safe.
 */
public final class Webhook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final int TRIES = 3;
    private static final int QUEUE = 100;
    private static final Duration TIME_OUT = Duration.ofSeconds(5);

    private final URI address;
    private final Duration pause;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIME_OUT)
            .build();
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), task -> {
                Thread daemon = new Thread(task, "bridge-webhook");
                daemon.setDaemon(true);
                return daemon;
            });

    public Webhook(URI address) {
        this(address, Duration.ofSeconds(1));
    }

    /** @param pause before the second try; twice as long before the third */
    Webhook(URI address, Duration pause) {
        this.address = requireAddress(address);
        this.pause = pause;
    }

    /** @throws BridgeException.Invalid for what nothing can be posted to */
    public static URI requireAddress(URI address) {
        boolean isWeb = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
        if (!isWeb || address.getHost() == null) {
            throw new BridgeException.Invalid("webhook", "must be an http:// or https:// address with a host");
        }
        return address;
    }

    /** Has {@code message} posted; returns at once. */
    void tell(JsonNode message) {
        try {
            thread.execute(() -> deliver(Json.compact(message)));
        } catch (RejectedExecutionException e) {
            LOG.warn("A message for the webhook at {} is left out: {} wait already", address.getHost(), QUEUE);
        }
    }

    private void deliver(String message) {
        String failure = "";
        for (int attempt = 0; attempt < TRIES; attempt++) {
            try {
                TimeUnit.NANOSECONDS.sleep(attempt * pause.toNanos());
                int status = post(message);
                if (status / 100 == 2) {
                    return;
                }
                failure = "it answered " + status;
            } catch (IOException e) {
                failure = e.getClass().getSimpleName();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        LOG.warn("The webhook at {} was not told in {} tries: {}", address.getHost(), TRIES, failure);
    }

    private int post(String message) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(TIME_OUT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(message))
                .build();
        return http.send(request, BodyHandlers.discarding()).statusCode();
    }

    /** Gives up what was not delivered yet. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
