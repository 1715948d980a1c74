package poppo.bridge.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import poppo.bridge.state.Json;

/**
 * What is wrong with a plan, and where.
 *
 * @param line counted from 1, as {@code column} is
 */
public record Fault(int line, int column, String message) {
    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.set("line", Json.number(line));
        json.set("column", Json.number(column));
        json.put("message", message);
        return json;
    }

    @Override
    public String toString() {
        return line + ":" + column + ": " + message;
    }
}
