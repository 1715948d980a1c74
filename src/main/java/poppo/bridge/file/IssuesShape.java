package poppo.bridge.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Issue;
import poppo.bridge.state.Json;

/**
 * {@code {"issues": {"123": …}, "lastSync": …}}, with whatever else stands beside these two; and the older
 * {@code {"123": …}} without a wrapper.
 */
final class IssuesShape extends Shape {
    static final String ISSUES = "issues";
    static final String LAST_SYNC = "lastSync";

    IssuesShape() {
        super(2, true);
    }

    @Override
    Loaded.Frame emptyFrame() {
        ObjectNode top = Json.object();
        top.putNull(ISSUES);
        top.putNull(LAST_SYNC);
        return frame(top);
    }

    @Override
    void read(JsonParser parser, Reading reading) throws IOException, WrongShape {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new WrongShape(WHOLE, "an object {\"issues\": …, \"lastSync\": …}");
        }
        ObjectNode top = Json.object();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            top.set(name, name.equals(ISSUES) ? readIssues(parser, reading) : Json.read(parser));
        }
        if (!top.has(ISSUES)) {
            unwrap(top, reading);
        } else {
            reading.framedBy(frame(Json.inJavaScriptOrder(top)));
        }
    }

    /** Reads the wrapped issues and returns what holds their place at the top. */
    private JsonNode readIssues(JsonParser parser, Reading reading) throws IOException, WrongShape {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new WrongShape("/" + ISSUES, "an object, found " + kind(Json.read(parser)));
        }
        reading.forgetEntries();
        readEntries(parser, reading, "/" + ISSUES);
        return Json.nullValue();
    }

    private static void unwrap(ObjectNode top, Shape.Reading reading) throws WrongShape {
        ObjectNode wrapped = Json.object();
        wrapped.putNull(ISSUES);
        wrapped.set(LAST_SYNC, top.has(LAST_SYNC) ? top.get(LAST_SYNC) : Json.nullValue());
        for (Map.Entry<String, JsonNode> field : top.properties()) {
            if (!field.getKey().equals(LAST_SYNC)) {
                reading.add(field.getKey(), field.getValue(), WrongShape.step(field.getKey()));
            }
        }
        reading.framedBy(frame(wrapped));
        reading.notice("has no \"issues\" wrapper; the next write adds it");
    }

    /** Splits the document around the place of the issues. */
    private static Loaded.Frame frame(ObjectNode top) {
        StringBuilder head = new StringBuilder();
        StringBuilder tail = new StringBuilder();
        StringBuilder out = head;
        char separator = '{';
        for (Map.Entry<String, JsonNode> field : top.properties()) {
            out.append(separator).append("\n  ");
            separator = ',';
            Json.appendString(out, field.getKey());
            out.append(": ");
            if (field.getKey().equals(ISSUES)) {
                out = tail;
            } else {
                Json.appendPretty(out, field.getValue(), 1);
            }
        }
        tail.append("\n}");
        return Loaded.Frame.of(head + "{\n    ", ",\n    ", "\n  }" + tail, head + "{}" + tail);
    }

    @Override
    void check(String id, JsonNode image, String at) throws WrongShape {
        issueNumber(id, at);
        object(image, at);
    }

    @Override
    Entry.@Nullable SignOfLife life(String id, JsonNode value) {
        Issue issue = new Issue(value);
        return issue.isProcessing() ? new Entry.SignOfLife(issue.processId(), issue.lastHeartbeat()) : null;
    }
}
