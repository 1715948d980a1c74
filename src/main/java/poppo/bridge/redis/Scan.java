package poppo.bridge.redis;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Goes through all keys of the server with {@code SCAN}: for sweeps, and never for the call of a worker. */
final class Scan {
    private static final String START = "0";
    private static final String COUNT = "1000";

    private Scan() {}

    /** Hands on the names that {@code pattern} matches, some at a time; one may come twice. */
    static void names(RedisLink link, String pattern, Consumer<List<String>> names) {
        String cursor = START;
        do {
            List<?> reply = (List<?>)
                    Objects.requireNonNull(link.read(Step.keyless("SCAN", cursor, "MATCH", pattern, "COUNT", COUNT)));
            cursor = String.valueOf(reply.get(0));
            names.accept(Records.flat(reply.get(1)));
        } while (!cursor.equals(START));
    }
}
