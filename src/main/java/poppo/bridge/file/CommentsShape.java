package poppo.bridge.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** {@code {"123": ["IC_…", …], …}}: an issue's processed comments. */
final class CommentsShape extends Shape {
    CommentsShape() {
        super(1, true);
    }

    @Override
    Loaded.Frame emptyFrame() {
        return Loaded.Frame.of("{\n  ", ",\n  ", "\n}", "{}");
    }

    @Override
    void read(JsonParser parser, Reading reading) throws IOException, WrongShape {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new WrongShape(
                    WHOLE, "an object of issue numbers, found " + kind(poppo.bridge.state.Json.read(parser)));
        }
        readEntries(parser, reading, WHOLE);
    }

    @Override
    void check(String id, JsonNode image, String at) throws WrongShape {
        issueNumber(id, at);
        if (!image.isArray()) {
            throw new WrongShape(at, "an array of comment ids, found " + kind(image));
        }
        for (int i = 0; i < image.size(); i++) {
            if (!image.get(i).isTextual()) {
                throw new WrongShape(at + "/" + i, "a comment id (a string), found " + kind(image.get(i)));
            }
        }
    }
}
