package poppo.bridge.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;

/**
 * What is asked of a backfill.
 *
 * @param rate records a second at most; 0 for as fast as the workers' latency allows
 * @param dryRun counts only, and writes nothing anywhere
 */
public record BackfillRequest(long rate, boolean dryRun) {
    public static final BackfillRequest PLAIN = new BackfillRequest(0, false);

    public BackfillRequest {
        if (rate < 0 || rate > Limits.MAX_ISSUE) {
            throw new BridgeException.Invalid(
                    "rate", "must be a whole number of records a second from 1, or 0 for no limit");
        }
    }

    /** The body of {@code POST backfill}. */
    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.set("rate", Json.number(rate));
        json.put("dryRun", dryRun);
        return json;
    }
}
