package poppo.bridge.redis;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One Redis command, sent as it is or as a part of a {@link Commit}.
 *
 * @param key the one key it touches, or null
 * @param args what follows the key
 */
record Step(String command, @Nullable String key, List<String> args) {
    /** More would overflow the stack of the server's script interpreter; even, so that pairs stay together. */
    private static final int MOST_ARGS = 1000;

    static Step of(String command, String key, String... args) {
        return new Step(command, key, List.of(args));
    }

    static Step of(String command, String key, List<String> args) {
        return new Step(command, key, args);
    }

    static Step keyless(String command, String... args) {
        return new Step(command, null, List.of(args));
    }

    /** The same command with its arguments spread over as many as the script can take. */
    List<Step> split() {
        if (args.size() <= MOST_ARGS) {
            return List.of(this);
        }
        List<Step> parts = new ArrayList<>();
        for (int from = 0; from < args.size(); from += MOST_ARGS) {
            parts.add(new Step(command, key, args.subList(from, Math.min(from + MOST_ARGS, args.size()))));
        }
        return parts;
    }
}
