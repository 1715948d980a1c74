package poppo.bridge.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Limits;

/**
 * How the HTTP service works.
 *
 * @param host the address it binds to; another one than loopback needs tokens
 * @param port 0 takes any free one
 * @param tokens when there are any, every call but {@code /health} needs one
 * @param allowedHosts names accepted in {@code Host} and {@code Origin} besides those of loopback, without port; where
 *     the address is not loopback and this is empty, they aren't looked at: there the tokens protect
 * @param callThreads calls of workers that run at one time
 * @param callQueue calls that may wait for that; one more is answered 503 at once
 * @param eventStreams open event streams of one project; one more is answered 503
 */
public record WebOptions(
        String host,
        int port,
        List<Token> tokens,
        List<String> allowedHosts,
        int callThreads,
        int callQueue,
        int eventStreams) {
    public static final int DEFAULT_PORT = 7379;

    /** The longest body, in bytes. */
    static final int MAX_BODY = 1 << 20;

    public WebOptions {
        tokens = List.copyOf(tokens);
        allowedHosts = List.copyOf(allowedHosts);
        if (port < 0 || port > 65535) {
            throw new BridgeException.Invalid("bridge.port", "must be from 0 to 65535");
        }
        requirePositive("bridge.web.call-threads", callThreads);
        requirePositive("bridge.web.call-queue", callQueue);
        requirePositive("bridge.web.event-streams", eventStreams);
        allowedHosts.forEach(name -> Limits.id("bridge.web.allowed-hosts", name));
        requireDistinct(tokens);
        if (!isLoopback(host) && tokens.isEmpty()) {
            throw new BridgeException.Invalid(
                    "bridge.host",
                    "'" + host + "' is not loopback, so everybody could drive the bridge; set bridge.security.tokens,"
                            + " or bind to 127.0.0.1");
        }
    }

    /** Loopback on the default port, open to this host's users. */
    public static WebOptions defaults() {
        return new WebOptions("127.0.0.1", DEFAULT_PORT, List.of(), List.of(), 64, 1024, 256);
    }

    public WebOptions withAddress(String otherHost, int otherPort) {
        return new WebOptions(otherHost, otherPort, tokens, allowedHosts, callThreads, callQueue, eventStreams);
    }

    public WebOptions withTokens(List<Token> otherTokens) {
        return new WebOptions(host, port, otherTokens, allowedHosts, callThreads, callQueue, eventStreams);
    }

    public WebOptions withAllowedHosts(List<String> names) {
        return new WebOptions(host, port, tokens, names, callThreads, callQueue, eventStreams);
    }

    public WebOptions withCalls(int threads, int queue) {
        return new WebOptions(host, port, tokens, allowedHosts, threads, queue, eventStreams);
    }

    boolean isLoopback() {
        return isLoopback(host);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new BridgeException.Invalid("bridge.host", "'" + host + "' is no address of this host");
        }
    }

    private static void requirePositive(String field, int value) {
        if (value < 1) {
            throw new BridgeException.Invalid(field, "must be at least 1");
        }
    }

    private static void requireDistinct(List<Token> tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (tokens.get(i).isSameAs(tokens.get(j))) {
                    throw new BridgeException.Invalid("bridge.security.tokens", "every token must be another one");
                }
            }
        }
    }
}
