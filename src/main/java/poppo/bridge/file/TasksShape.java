package poppo.bridge.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import poppo.bridge.state.Json;

/** {@code {"task-id": {…}, …}}; and the older array of objects that hold their id, which stays in them. */
final class TasksShape extends Shape {
    private static final String ID = "id";

    TasksShape() {
        super(1, true);
    }

    @Override
    Loaded.Frame emptyFrame() {
        return Loaded.Frame.of("{\n  ", ",\n  ", "\n}", "{}");
    }

    @Override
    void read(JsonParser parser, Reading reading) throws IOException, WrongShape {
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            readArray(parser, reading);
        } else if (parser.currentToken() == JsonToken.START_OBJECT) {
            readEntries(parser, reading, WHOLE);
        } else {
            throw new WrongShape(WHOLE, "an object of tasks by id, found " + kind(Json.read(parser)));
        }
    }

    private static void readArray(JsonParser parser, Shape.Reading reading) throws IOException, WrongShape {
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            JsonNode task = Json.read(parser);
            object(task, "/" + i);
            String id = task.path(ID).textValue();
            if (id == null) {
                throw new WrongShape("/" + i + "/" + ID, "the task's id (a string)");
            }
            if (reading.has(id)) {
                throw new WrongShape("/" + i + "/" + ID, "another id: '" + id + "' stands in an earlier task");
            }
            reading.add(id, task, "/" + i);
        }
        reading.notice("is an array of tasks; the next write makes it an object by id");
    }

    @Override
    void check(String id, JsonNode image, String at) throws WrongShape {
        object(image, at);
    }
}
