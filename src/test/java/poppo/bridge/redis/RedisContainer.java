package poppo.bridge.redis;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A Redis in a container, with a network of its own, at a port of the loopback interface that stays the same when the
 * network is cut and joined again.
 */
final class RedisContainer implements AutoCloseable {
    private static final String NAMED = System.getenv("BRIDGE_TEST_REDIS_IMAGES");
    private static final int PORT = 6379;

    private final DockerClient docker = DockerClientFactory.instance().client();
    private final Network network = Network.newNetwork();
    private final GenericContainer<?> container;
    private final String image;
    private final @Nullable String volume;
    private final int port;

    /** @param volume holds its data, which outlives the container; null for none */
    @SuppressWarnings("resource") // closed with this
    private RedisContainer(String image, @Nullable String volume, int port) {
        this.image = image;
        this.volume = volume;
        this.port = port;
        this.container = new GenericContainer<>(DockerImageName.parse(image))
                .withNetwork(network)
                .withExposedPorts(PORT)
                .withCommand("--appendonly", "yes", "--appendfsync", "always", "--dir", "/data")
                .withCreateContainerCmdModifier(create -> {
                    var host = Objects.requireNonNull(create.getHostConfig());
                    Ports ports = new Ports();
                    ports.bind(ExposedPort.tcp(PORT), loopback(port));
                    host.withPortBindings(ports);
                    if (volume != null) {
                        host.withBinds(new Bind(volume, new Volume("/data")));
                    }
                })
                .waitingFor(Wait.forLogMessage(".*Ready to accept connections.*", 1));
        container.start();
    }

    /** Those that the environment names, parted by commas; else one that everybody can pull. */
    static List<String> images() {
        return NAMED == null
                ? List.of("redis:7.2")
                : Arrays.stream(NAMED.split(",")).map(String::strip).toList();
    }

    /** Whether somebody said which images there are: then one that can't be started is a failure. */
    static boolean isNamed() {
        return NAMED != null;
    }

    static RedisContainer start(String image) {
        return new RedisContainer(image, null, freePort());
    }

    static RedisContainer startOn(String image, String volume) {
        return new RedisContainer(image, volume, freePort());
    }

    private static Ports.Binding loopback(int port) {
        return Ports.Binding.bindIpAndPort("127.0.0.1", port);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("there is no free port", e);
        }
    }

    String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** Freezes it: connections stay, nothing answers. */
    void pause() {
        docker.pauseContainerCmd(container.getContainerId()).exec();
    }

    void unpause() {
        docker.unpauseContainerCmd(container.getContainerId()).exec();
    }

    /** Takes its network away: the server runs on, and nobody reaches it. */
    void disconnect() {
        docker.disconnectFromNetworkCmd()
                .withNetworkId(network.getId())
                .withContainerId(container.getContainerId())
                .exec();
    }

    void connect() {
        docker.connectToNetworkCmd()
                .withNetworkId(network.getId())
                .withContainerId(container.getContainerId())
                .exec();
    }

    /** Kills it and starts it again, with the same file system. */
    void restart() {
        docker.killContainerCmd(container.getContainerId()).exec();
        docker.startContainerCmd(container.getContainerId()).exec();
    }

    /** Another container in its place, at the same port; of the data only the volume is left. */
    RedisContainer replaced() {
        close();
        return new RedisContainer(image, volume, port);
    }

    @Override
    public void close() {
        container.stop();
        network.close();
    }
}
