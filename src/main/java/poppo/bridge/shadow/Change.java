package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import poppo.bridge.state.Json;

/**
 * What a phase change did.
 *
 * @param copied records brought into agreement before the flag moved
 * @param pause how long operations were held up
 */
public record Change(Rollout from, Rollout to, long epoch, long compared, long copied, Duration pause) {
    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("from", from.phase().label());
        json.put("to", to.phase().label());
        json.set("readPercent", Json.number(to.readPercent()));
        json.set("writePercent", Json.number(to.writePercent()));
        json.set("epoch", Json.number(epoch));
        json.set("compared", Json.number(compared));
        json.set("copied", Json.number(copied));
        json.put("pauseMillis", pause.toNanos() / 1_000_000.0);
        return json;
    }
}
