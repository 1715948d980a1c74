package poppo.bridge.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every command takes, before or after its name. */
final class GlobalOptions {
    private static final String DEFAULT_URL = "http://127.0.0.1:7379";
    private static final String DEFAULT_PROJECT = "default";

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Print the API's JSON instead of text for people.")
    private boolean json;

    @Option(
            names = "--url",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = "Of the running bridge; default " + DEFAULT_URL + ".")
    private @Nullable String url;

    @Option(
            names = "--project",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            description = "The project; default '" + DEFAULT_PROJECT + "'.")
    private @Nullable String project;

    @Option(
            names = "--token-file",
            scope = ScopeType.INHERIT,
            paramLabel = "F",
            description = "File with the operator's token, where the bridge asks for one.")
    private @Nullable Path tokenFile;

    boolean isJson() {
        return json;
    }

    String project() {
        return project == null ? DEFAULT_PROJECT : project;
    }

    /** The project as it was given; null where the default applies. */
    @Nullable
    String givenProject() {
        return project;
    }

    /** A client of the bridge that the options name. */
    BridgeClient client() {
        if (project().isBlank()) {
            throw CommandFailure.usage("--project is empty; give the project's name, or leave the option out");
        }
        return new BridgeClient(address(), project(), token());
    }

    private URI address() {
        String text = url == null ? DEFAULT_URL : url;
        try {
            URI address = new URI(text);
            String scheme = String.valueOf(address.getScheme());
            boolean plain = address.getRawQuery() == null && address.getRawFragment() == null;
            if ((scheme.equals("http") || scheme.equals("https"))
                    && address.getHost() != null
                    && address.getRawUserInfo() == null
                    && plain) {
                return address;
            }
        } catch (URISyntaxException e) {
            throw notAnAddress(text);
        }
        throw notAnAddress(text);
    }

    private static CommandFailure notAnAddress(String text) {
        return CommandFailure.usage("--url '" + text + "' is no address of a bridge; give one like " + DEFAULT_URL);
    }

    private @Nullable String token() {
        if (tokenFile == null) {
            return null;
        }
        try {
            String token = Files.readString(tokenFile).strip();
            if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                throw CommandFailure.usage(
                        "--token-file " + tokenFile + " must hold one token of printable characters without spaces");
            }
            return token;
        } catch (IOException e) {
            throw CommandFailure.usage("--token-file " + tokenFile + " can't be read ("
                    + e.getClass().getSimpleName() + "); check its name and your right to read it");
        }
    }
}
