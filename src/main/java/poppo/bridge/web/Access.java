package poppo.bridge.web;

import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may call (spec/http-api.md, Access). On loopback {@code Host} and {@code Origin} must name this host, so that no web
 * page from elsewhere drives the bridge, by DNS rebinding or by a cross-site request; with tokens every call but the
 * health checks and the operator's page, which is the same for everybody and asks for one itself, needs one.
 */
@Singleton
final class Access {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String BEARER = "bearer ";

    private final WebOptions options;

    Access(WebOptions options) {
        this.options = options;
    }

    /**
     * What of a request says who calls.
     *
     * @param target as it stands in the request line, usually only a path
     */
    record Caller(
            String target,
            List<String> hosts,
            List<String> origins,
            List<String> authorizations,
            boolean needsOperator,
            boolean isOpen) {}

    /** Why a request is refused, or null. */
    @Nullable
    Problem refuse(Caller caller) {
        Problem wrongPlace = refusePlace(caller);
        return wrongPlace != null ? wrongPlace : refuseBearer(caller);
    }

    private @Nullable Problem refusePlace(Caller caller) {
        boolean checked = options.isLoopback() || !options.allowedHosts().isEmpty();
        if (!checked) {
            return null;
        }
        if (caller.hosts().size() != 1) {
            return Problem.forbidden("A request needs one Host header, naming this host");
        }
        Authority host = authority(caller.hosts().get(0));
        if (host == null || !isOurs(host) || !isTargetOurs(caller.target())) {
            return Problem.forbidden("Host names another host than this one; call it localhost, 127.0.0.1 or [::1]"
                    + " (or configure its name as an allowed host)");
        }
        boolean sameOrigin = caller.origins().stream().allMatch(origin -> isSameOrigin(origin, host));
        return sameOrigin ? null : Problem.forbidden("Origin is another site; the bridge serves no web page's scripts");
    }

    private boolean isOurs(Authority authority) {
        return LOOPBACK.contains(authority.name())
                || options.allowedHosts().stream().anyMatch(allowed -> allowed.equalsIgnoreCase(authority.name()));
    }

    private boolean isTargetOurs(String target) {
        if (target.startsWith("/") || target.equals("*")) {
            return true;
        }
        Authority named = origin(target);
        return named != null && isOurs(named);
    }

    /** A page this bridge served itself: under any of our names, but on the port that was called. */
    private boolean isSameOrigin(String origin, Authority host) {
        Authority from = origin(origin);
        return from != null && isOurs(from) && from.port() == host.port();
    }

    /**
     * A name and a port.
     *
     * @param name in lower case; an IPv6 address with its brackets
     */
    private record Authority(String name, int port) {}

    private static @Nullable Authority authority(String text) {
        return origin("http://" + text);
    }

    private static @Nullable Authority origin(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            String name = uri.getHost();
            boolean web = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
            if (!web || name == null || uri.getRawUserInfo() != null) {
                return null;
            }
            int standard = scheme.equalsIgnoreCase("https") ? 443 : 80;
            return new Authority(name.toLowerCase(Locale.ROOT), uri.getPort() < 0 ? standard : uri.getPort());
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private @Nullable Problem refuseBearer(Caller caller) {
        if (options.tokens().isEmpty() || caller.isOpen()) {
            return null;
        }
        Role role = role(caller.authorizations());
        if (role == null) {
            return Problem.unauthorized("Send the header Authorization: Bearer, with a token of this bridge");
        }
        return caller.needsOperator() && role != Role.OPERATOR
                ? Problem.forbidden("This needs an operator's token")
                : null;
    }

    /** Looks at every token, whichever matches, so that time tells nothing. */
    private @Nullable Role role(List<String> authorizations) {
        if (authorizations.size() != 1
                || !authorizations.get(0).toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            return null;
        }
        String secret = authorizations.get(0).substring(BEARER.length()).strip();
        Role found = null;
        for (Token token : options.tokens()) {
            found = token.matches(secret) ? token.role() : found;
        }
        return found;
    }
}
