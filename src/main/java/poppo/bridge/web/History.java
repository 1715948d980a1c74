package poppo.bridge.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.LongStream;
import poppo.bridge.state.Json;

/**
 * The last hour of one project, a point each {@value #SECONDS} s, for the charts of its page. A ring of fixed size in
 * memory, filled from the bridge's start on: a restart begins anew, and what is to be kept for longer belongs into
 * Prometheus. Thread-safe.
 */
final class History {
    static final int SECONDS = 5;
    static final int POINTS = 3600 / SECONDS;

    /** Of each point: when it ends, what happened in it, and how it stands at its end. Times in µs. */
    static final List<String> COLUMNS = List.of(
            "time",
            "fileCalls",
            "fileP50",
            "fileP99",
            "redisCalls",
            "redisP50",
            "redisP99",
            "mismatches",
            "fallbacks",
            "journalBytes",
            "mirrorLagMillis",
            "dirtyRecords");

    private final long[][] ring = new long[POINTS][];
    private long added;

    /** One value for each of {@link #COLUMNS}. */
    synchronized void add(long... point) {
        if (point.length != COLUMNS.size()) {
            throw new IllegalArgumentException(point.length + " values for " + COLUMNS.size() + " columns");
        }
        ring[(int) (added % POINTS)] = point;
        added++;
    }

    /** All points, oldest first: an array for each column, which is shorter than an object for each point. */
    ObjectNode toJson() {
        List<long[]> points = points();
        ObjectNode columns = Json.object();
        for (int i = 0; i < COLUMNS.size(); i++) {
            ArrayNode column = columns.putArray(COLUMNS.get(i));
            for (long[] point : points) {
                column.add(Json.number(point[i]));
            }
        }
        ObjectNode json = Json.object();
        json.set("everySeconds", Json.number(SECONDS));
        json.set("columns", columns);
        return json;
    }

    private synchronized List<long[]> points() {
        long first = Math.max(0, added - POINTS);
        return LongStream.range(first, added)
                .mapToObj(number -> ring[(int) (number % POINTS)])
                .toList();
    }

    /** A point as the page gets it live. */
    static ArrayNode toJson(long... point) {
        ArrayNode values = Json.array();
        for (long value : point) {
            values.add(Json.number(value));
        }
        return values;
    }
}
