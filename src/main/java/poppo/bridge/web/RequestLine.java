package poppo.bridge.web;

import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Looks at each request line before Micronaut does, which decodes {@code +} in a path to a space and takes bytes that
 * aren't UTF-8 for a replacement character: then two ids would be one. Here a plus stays a plus, and what can't be
 * decoded is refused.
 */
@Singleton
final class RequestLine implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {
    /** What is wrong with a request line; the message is for the caller. */
    static final class Malformed extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    @Override
    public NettyServerCustomizer.Registry onCreated(BeanCreatedEvent<NettyServerCustomizer.Registry> event) {
        NettyServerCustomizer.Registry registry = event.getBean();
        registry.register(new Customizer(null));
        return registry;
    }

    private record Customizer(@Nullable Channel channel) implements NettyServerCustomizer {
        @Override
        public NettyServerCustomizer specializeForChannel(Channel channel, ChannelRole role) {
            return new Customizer(channel);
        }

        @Override
        public void onStreamPipelineBuilt() {
            if (channel != null) {
                channel.pipeline()
                        .addBefore(ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND, "request-line", new Check());
            }
        }
    }

    @ChannelHandler.Sharable
    private static final class Check extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (message instanceof io.netty.handler.codec.http.HttpRequest request
                    && request.decoderResult().isSuccess()) {
                try {
                    request.setUri(checked(request.uri()));
                } catch (Malformed e) {
                    request.setUri("/");
                    request.setDecoderResult(DecoderResult.failure(e));
                }
            }
            super.channelRead(context, message);
        }
    }

    /** The target with every plus in its path written in full, so that nobody takes it for a space. */
    static String checked(String target) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        check(path, "path");
        if (query >= 0) {
            check(target.substring(query), "query");
        }
        return path.replace("+", "%2B") + (query < 0 ? "" : target.substring(query));
    }

    private static void check(String part, String name) {
        ByteBuffer decoded = ByteBuffer.allocate(part.length());
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c <= ' ' || c >= 0x7f || "\"<>\\^`{|}#".indexOf(c) >= 0) {
                throw new Malformed(name + ": a character that must be percent-encoded is not");
            }
            if (c != '%') {
                decoded.put((byte) c);
                continue;
            }
            int high = i + 2 < part.length() ? Character.digit(part.charAt(i + 1), 16) : -1;
            int low = i + 2 < part.length() ? Character.digit(part.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw new Malformed(name + ": '%' must be followed by two hexadecimal digits");
            }
            decoded.put((byte) (high << 4 | low));
            i += 2;
        }
        checkText(decoded.flip(), name);
    }

    private static void checkText(ByteBuffer decoded, String name) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(decoded);
        } catch (CharacterCodingException e) {
            throw new Malformed(name + ": the percent-encoded bytes are not UTF-8");
        }
    }

    /** The target as it came, the scheme and host of an absolute one included. */
    static String target(HttpRequest<?> request) {
        return request instanceof NettyHttpRequest<?> netty
                ? netty.getNativeRequest().uri()
                : request.getPath();
    }

    /** What was wrong with the line or the headers of a request, or null. */
    static @Nullable Throwable failure(HttpRequest<?> request) {
        return request instanceof NettyHttpRequest<?> netty
                ? netty.getNativeRequest().decoderResult().cause()
                : null;
    }
}
