package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of an issue's record that have a meaning to the bridge; all others it only keeps. The fields are
 * those of spec/legacy-files.md; each may be absent, null or of another type than expected, which reads as null here.
 */
public record Issue(JsonNode json) {
    public static final String STATUS = "status";
    public static final String PROCESS_ID = "processId";
    public static final String PID = "pid";
    public static final String TASK_TYPE = "taskType";
    public static final String START_TIME = "startTime";
    public static final String LAST_HEARTBEAT = "lastHeartbeat";
    public static final String END_TIME = "endTime";
    public static final String LAST_UPDATED = "lastUpdated";
    public static final String METADATA = "metadata";
    public static final String RESULT = "result";
    public static final String REASON = "reason";

    public static final String PROCESSING = "processing";
    public static final String AWAITING_RESPONSE = "awaiting-response";
    public static final String COMPLETED = "completed";
    public static final String ERROR = "error";
    /** What an orphan becomes when it is released: nobody's, and free to be checked out again. */
    public static final String PENDING = "pending";

    public @Nullable String status() {
        return json.path(STATUS).textValue();
    }

    public @Nullable String processId() {
        return json.path(PROCESS_ID).textValue();
    }

    public @Nullable String taskType() {
        return json.path(TASK_TYPE).textValue();
    }

    public boolean isProcessing() {
        return PROCESSING.equals(status());
    }

    /** When its holder was last heard of according to the record itself; null when it doesn't say. */
    public @Nullable Instant lastHeartbeat() {
        return instant(LAST_HEARTBEAT);
    }

    public @Nullable Instant lastUpdated() {
        return instant(LAST_UPDATED);
    }

    public @Nullable Instant startTime() {
        return instant(START_TIME);
    }

    private @Nullable Instant instant(String field) {
        String text = json.path(field).textValue();
        if (text == null) {
            return null;
        }
        try {
            return IsoTime.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Whether the record's own heartbeat is younger than {@code ttl}. */
    public boolean hasFreshHeartbeat(Instant now, Duration ttl) {
        Instant last = lastHeartbeat();
        return last != null && now.minus(ttl).isBefore(last);
    }

    /** The process that holds the record as it stands in {@code image}, or null. */
    public static @Nullable String holder(@Nullable JsonNode image) {
        if (image == null) {
            return null;
        }
        Issue issue = new Issue(image);
        return issue.isProcessing() ? issue.processId() : null;
    }

    /** Whether {@code image} is an issue in status {@code processing}. */
    public static boolean isProcessing(@Nullable JsonNode image) {
        return image != null && new Issue(image).isProcessing();
    }
}
