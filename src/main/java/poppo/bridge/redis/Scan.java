package poppo.bridge.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Goes through all keys of the server with {@code SCAN}: for sweeps, and never for the call of a worker. */
final class Scan {
    private static final String START = "0";
    private static final String COUNT = "1000";

    private Scan() {}

    /**
     * Hands on the names that begin with {@code prefix}, some at a time; one may come twice.
     *
     * @param filter further arguments of the command
     */
    static void names(RedisLink link, String prefix, List<String> filter, Consumer<List<String>> names) {
        String cursor = START;
        do {
            List<String> arguments = new ArrayList<>(List.of(cursor, "MATCH", prefix + "*", "COUNT", COUNT));
            arguments.addAll(filter);
            List<?> reply = (List<?>) Objects.requireNonNull(link.read(new Step("SCAN", null, arguments)));
            cursor = String.valueOf(reply.get(0));
            names.accept(Records.flat(reply.get(1)));
        } while (!cursor.equals(START));
    }
}
