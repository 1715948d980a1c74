package poppo.bridge.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import poppo.bridge.state.Json;

/**
 * One thing the doctor looked at.
 *
 * @param fix what to do; empty where nothing needs doing
 */
public record Finding(String check, Level level, String found, String fix) {
    /** How bad it is. An error keeps the phase from moving on. */
    public enum Level {
        OK,
        WARNING,
        ERROR
    }

    public static Finding ok(String check, String found) {
        return new Finding(check, Level.OK, found, "");
    }

    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("check", check);
        json.put("level", level.name().toLowerCase(java.util.Locale.ROOT));
        json.put("found", found);
        json.put("fix", fix);
        return json;
    }
}
