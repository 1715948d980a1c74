package poppo.bridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Asks a third program to set an issue's labels on GitHub after its status changed (spec/legacy-files.md). It travels as
 * a file in every phase: whoever takes over the status writes takes these over too.
 *
 * @param fileName unique, and matches the {@code label-update-*.json} that its consumer looks for
 */
public record LabelRequest(String fileName, JsonNode content) {
    static LabelRequest of(long issue, @Nullable String oldStatus, String newStatus, Stamp stamp) {
        long millis = stamp.now().toEpochMilli();
        ArrayNode add = Json.array();
        switch (newStatus) {
            case Issue.PROCESSING -> add.add(Issue.PROCESSING);
            case Issue.AWAITING_RESPONSE, Issue.COMPLETED -> add.add(Issue.AWAITING_RESPONSE);
            case Issue.ERROR -> add.add(Issue.ERROR);
            default -> {}
        }
        ArrayNode remove = Json.array();
        if (Issue.PROCESSING.equals(oldStatus)) {
            remove.add(Issue.PROCESSING);
        }
        ObjectNode content = Json.object();
        content.put("requestId", "req-" + millis + "-" + stamp.nonce());
        content.put("timestamp", stamp.time());
        content.set("issueNumber", Json.number(issue));
        content.put("action", "update");
        content.set("addLabels", add);
        content.set("removeLabels", remove);
        content.put("requestedBy", "StatusManager");
        content.put("processId", Long.toString(ProcessHandle.current().pid()));
        return new LabelRequest("label-update-" + millis + "-" + stamp.nonce() + ".json", content);
    }
}
