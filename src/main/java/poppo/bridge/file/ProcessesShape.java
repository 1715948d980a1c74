package poppo.bridge.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;

/**
 * {@code {"<id>": {"record": {…}|null, "lastSeen": "ISO"}}}: the bridge's own file, since the legacy ones know no
 * processes. The record is null for a process that only sends heartbeats.
 */
final class ProcessesShape extends Shape {
    private static final String RECORD = "record";
    private static final String LAST_SEEN = "lastSeen";

    ProcessesShape() {
        super(1, true);
    }

    @Override
    Loaded.Frame emptyFrame() {
        return Loaded.Frame.of("{\n  ", ",\n  ", "\n}", "{}");
    }

    @Override
    void read(JsonParser parser, Reading reading) throws IOException, WrongShape {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new WrongShape(WHOLE, "an object of processes by id, found " + kind(Json.read(parser)));
        }
        readEntries(parser, reading, WHOLE);
    }

    @Override
    void checkValue(String id, JsonNode value, String at) throws WrongShape {
        object(value, at);
        if (!value.path(RECORD).isNull()) {
            check(id, value.path(RECORD), at + "/" + RECORD);
        }
    }

    @Override
    void check(String id, JsonNode image, String at) throws WrongShape {
        object(image, at);
    }

    @Override
    @Nullable
    JsonNode image(JsonNode value) {
        JsonNode image = value.path(RECORD);
        return image.isObject() ? image : null;
    }

    @Override
    @Nullable
    JsonNode value(@Nullable JsonNode image, @Nullable Entry old, @Nullable Instant seen) {
        Instant latest = Heartbeats.later(old == null ? null : lastSeen(old.value()), seen);
        if (image == null && latest == null) {
            return null;
        }
        ObjectNode value = Json.object();
        value.set(RECORD, image == null ? Json.nullValue() : image);
        value.put(LAST_SEEN, latest == null ? null : Stamp.time(latest));
        return value;
    }

    @Override
    boolean isSameRecord(Entry one, Entry other) {
        return Objects.equals(image(one.value()), image(other.value()));
    }

    private static @Nullable Instant lastSeen(JsonNode value) {
        String text = value.path(LAST_SEEN).textValue();
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Such an entry speaks of the process itself. */
    @Override
    Entry.@Nullable SignOfLife life(String id, JsonNode value) {
        Instant seen = lastSeen(value);
        return seen == null ? null : new Entry.SignOfLife(id, seen);
    }
}
