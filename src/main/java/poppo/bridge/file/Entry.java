package poppo.bridge.file;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;

/**
 * One entry of a file. Its JSON is kept as the bytes that stand in the file, since there may be a million of them: they
 * are parsed when asked for, and a rewrite only strings them together.
 *
 * @param number the id as a number where it is one, else -1
 * @param line what stands in the file: the quoted id and a colon where the file is an object, then the value
 * @param valueAt where in {@code line} the value begins
 * @param version changes with the record; 0 where the entry holds no record, only a sign of life
 * @param order its place among those that came in one after the other
 * @param ours whether we wrote this content
 * @param life what it says about a process
 */
@SuppressWarnings("ArrayRecordComponent") // nobody changes the bytes, and two entries are one only if they share them
record Entry(
        String id,
        long number,
        byte[] line,
        int valueAt,
        long version,
        long order,
        boolean ours,
        @Nullable SignOfLife life) {
    static final Comparator<Entry> BY_NUMBER = Comparator.comparingLong(Entry::number);
    static final Comparator<Entry> BY_ID = Comparator.comparing(Entry::id);
    static final Comparator<Entry> BY_ORDER =
            Comparator.comparingLong(Entry::order).thenComparing(BY_ID);

    private static final long ARRAY_INDEXES = 4294967295L;

    /**
     * That a process lives, or holds something.
     *
     * @param processId null for an issue in processing that names no holder
     */
    record SignOfLife(@Nullable String processId, @Nullable Instant lastSeen) {}

    /** Stands where an entry of this id would, in a list by number or by id. */
    static Entry probe(String id) {
        return new Entry(id, numberOf(id), new byte[0], 0, 0, 0, false, null);
    }

    /** The value as it stands in the file. */
    JsonNode value() {
        return Json.parse(valueAt == 0 ? line : Arrays.copyOfRange(line, valueAt, line.length));
    }

    boolean isRecord() {
        return version != 0;
    }

    /** Whether JavaScript lists this id before others that came in earlier; see {@link Json#isArrayIndex}. */
    boolean isArrayIndex() {
        return number >= 0 && number < ARRAY_INDEXES;
    }

    boolean hasLineOf(Entry other) {
        return Arrays.equals(line, other.line);
    }

    Entry with(long newVersion, long newOrder, boolean nowOurs) {
        return new Entry(id, number, line, valueAt, newVersion, newOrder, nowOurs, life);
    }

    /** A canonical decimal as a number, anything else as -1. */
    static long numberOf(String id) {
        int length = id.length();
        if (length == 0 || length > 18 || (length > 1 && id.charAt(0) == '0')) {
            return -1;
        }
        for (int i = 0; i < length; i++) {
            if (id.charAt(i) < '0' || id.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(id);
    }
}
