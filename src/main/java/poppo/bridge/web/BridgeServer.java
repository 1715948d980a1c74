package poppo.bridge.web;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import poppo.bridge.state.BridgeException;

/**
 * The HTTP service of a bridge, from {@link #start} to {@link #stop}. It is configured by its {@link WebOptions} and
 * nothing else: no file, environment variable or system property of Micronaut's is read.
 */
public final class BridgeServer implements AutoCloseable {
    private final ApplicationContext context;
    private final EmbeddedServer server;

    private BridgeServer(ApplicationContext context, EmbeddedServer server) {
        this.context = context;
        this.server = server;
    }

    /**
     * Serves {@code projects}, whose stores are open; returns when it can be called.
     *
     * @throws BridgeException.Unavailable when the address can't be bound to
     */
    public static BridgeServer start(WebOptions options, Projects projects) {
        ApplicationContext context = ApplicationContext.builder()
                .deduceEnvironment(false)
                .deduceCloudEnvironment(false)
                .environmentPropertySource(false)
                .enableDefaultPropertySources(false)
                .bootstrapEnvironment(false)
                .banner(false)
                .properties(properties(options))
                .singletons(options, projects)
                .build();
        try {
            context.start();
            // From the first call on, and not only from when somebody asks for them: what they tell of may not lack
            // any.
            context.getBean(Events.class);
            context.getBean(Live.class);
            return new BridgeServer(
                    context, context.getBean(EmbeddedServer.class).start());
        } catch (RuntimeException e) {
            context.close();
            throw new BridgeException.Unavailable(
                    "The bridge can't serve on " + options.host() + ":" + options.port() + ": " + reason(e)
                            + "; is another one running there?",
                    e);
        }
    }

    private static String reason(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    static Map<String, Object> properties(WebOptions options) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("micronaut.application.name", "poppo-bridge");
        properties.put("micronaut.server.host", options.host());
        properties.put("micronaut.server.port", options.port() == 0 ? -1 : options.port());
        properties.put("micronaut.server.max-request-size", WebOptions.MAX_BODY);
        properties.put("micronaut.server.max-request-buffer-size", WebOptions.MAX_BODY);
        properties.put("micronaut.server.netty.request-decompression-enabled", false);
        properties.put("micronaut.server.netty.max-initial-line-length", 8192);
        properties.put("micronaut.server.netty.max-header-size", 16384);
        properties.put("micronaut.server.netty.keep-alive-on-server-error", true);
        properties.put("micronaut.metrics.enabled", false);
        properties.put("endpoints.all.enabled", false);
        return properties;
    }

    /** The port it listens on. */
    public int port() {
        return server.getPort();
    }

    public URI uri() {
        return server.getURI();
    }

    /** Ends event streams and calls under way, and gives the port free. The projects stay open. */
    public void stop() {
        context.getBean(Events.class).stop();
        context.getBean(Live.class).stop();
        context.getBean(Calls.class).stop();
        context.getBean(Events.class).keep();
        server.stop();
        context.close();
    }

    @Override
    public void close() {
        stop();
    }
}
