package poppo.bridge.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.io.IOException;
import poppo.bridge.state.Json;

/** A file that is one record: pending tasks, last run. Without the record there is no file. */
final class SingleShape extends Shape {
    private final String id;
    private final JsonNodeType type;
    private final String expected;

    SingleShape(String id, JsonNodeType type, String expected) {
        super(0, false);
        this.id = id;
        this.type = type;
        this.expected = expected;
    }

    @Override
    boolean isSingle() {
        return true;
    }

    @Override
    Loaded.Frame emptyFrame() {
        return Loaded.Frame.of("", "", "", "");
    }

    @Override
    void read(JsonParser parser, Reading reading) throws IOException, WrongShape {
        reading.add(id, Json.read(parser), WHOLE);
    }

    @Override
    void check(String record, JsonNode image, String at) throws WrongShape {
        if (image.getNodeType() != type) {
            throw new WrongShape(at, expected + ", found " + kind(image));
        }
    }
}
