package poppo.bridge.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import poppo.bridge.state.Json;

/**
 * One condition of a phase change, judged on evidence.
 *
 * @param measured what was found
 * @param bound what is asked for
 */
public record Gate(String name, boolean passed, String measured, String bound) {
    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("name", name);
        json.put("passed", passed);
        json.put("measured", measured);
        json.put("bound", bound);
        return json;
    }

    @Override
    public String toString() {
        return (passed ? "passed " : "FAILED ") + name + ": " + measured + " (asked: " + bound + ")";
    }
}
