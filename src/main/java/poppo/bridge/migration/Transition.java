package poppo.bridge.migration;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import poppo.bridge.shadow.Change;

/**
 * A change of phase that was made, and how it was judged.
 *
 * @param gates of all its steps up, in their order
 */
public record Transition(Change change, List<Gate> gates) {
    public ObjectNode toJson() {
        ObjectNode json = change.toJson();
        ArrayNode judged = json.putArray("gates");
        gates.forEach(gate -> judged.add(gate.toJson()));
        return json;
    }
}
