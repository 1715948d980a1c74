package poppo.bridge.web;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import io.micronaut.context.ApplicationContextConfiguration;
import io.micronaut.context.DefaultApplicationContext;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.env.PropertySource;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.inject.BeanDefinitionReference;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.List;
import java.util.Map;

/**
 * Micronaut with the bridge's settings and nothing else of the bridge: one endpoint at the paths of checkout and checkin.
 * What the bridge's HTTP service is measured beside.
 */
public final class BareServer {
    private BareServer() {}

    /** What the endpoint does. */
    @FunctionalInterface
    public interface Endpoint {
        void call(String operation, long issue, String process);
    }

    /** Serves until the JVM ends. */
    public static void serve(int port, Endpoint endpoint) {
        WebOptions options = WebOptions.defaults().withAddress("127.0.0.1", port);
        ApplicationContextBuilder settings = ApplicationContext.builder()
                .deduceEnvironment(false)
                .deduceCloudEnvironment(false)
                .environmentPropertySource(false)
                .enableDefaultPropertySources(false)
                .bootstrapEnvironment(false)
                .banner(false);
        ApplicationContext context = new Bare((ApplicationContextConfiguration) settings);
        context.getEnvironment().addPropertySource(PropertySource.of(BridgeServer.properties(options)));
        context.registerSingleton(Endpoint.class, endpoint);
        context.start();
        context.getBean(EmbeddedServer.class).start();
    }

    /** Without the bridge's own beans, its filters above all. */
    private static final class Bare extends DefaultApplicationContext {
        Bare(ApplicationContextConfiguration configuration) {
            super(configuration);
        }

        @Override
        protected List<BeanDefinitionReference> resolveBeanDefinitionReferences() {
            return super.resolveBeanDefinitionReferences().stream()
                    .filter(bean -> !bean.getBeanDefinitionName().startsWith("poppo.")
                            || bean.getBeanDefinitionName().contains(BareServer.class.getSimpleName()))
                    .toList();
        }
    }

    /** Waits for the store on another thread than the event loop's, as whoever waits has to. */
    @Controller("/v1/projects/default/issues")
    @Requires(beans = Endpoint.class)
    static final class Issues {
        private final Endpoint endpoint;

        Issues(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        @Post("/{n}/{operation}")
        @ExecuteOn(TaskExecutors.BLOCKING)
        Map<String, Object> call(@PathVariable long n, @PathVariable String operation, @Body Map<String, Object> body) {
            endpoint.call(operation, n, (String) body.get("processId"));
            return Map.of("issue", n, "status", operation);
        }
    }
}
