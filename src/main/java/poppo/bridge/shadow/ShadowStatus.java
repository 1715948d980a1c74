package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;
import poppo.bridge.state.Stamp;

/**
 * What an operator sees of the shadow manager, in the words of spec/http-api.md.
 *
 * @param standing where the project stands
 * @param breakerReason null while closed
 * @param nextTry when Redis is asked again; null while it is believed, and when that is due at once
 * @param dirtyRecords known one by one
 * @param dirtyCollections those of which nothing is known yet
 * @param unknownOutcomes of the dirty records, those whose write to Redis may or may not have happened
 * @param mismatches by which dual writes and shadow reads disagreed so far
 * @param stageComparisons dual writes and reads compared since the rollout moved last, and {@code stageMismatches} how
 *     many of them disagreed
 * @param fallbacks operations and reads that Redis should have served and the files did
 * @param mirrorLagMillis how long the oldest write has been waiting that the files on the disk don't have yet
 * @param mirrorLagRecords how many records the files on the disk don't have as they are
 * @param journalRefusals writes refused because the journal had no room
 * @param failOvers how often the belief was taken from Redis since the start, and {@code returns}, given back
 */
public record ShadowStatus(
        Standing standing,
        String breaker,
        @Nullable String breakerReason,
        @Nullable Instant nextTry,
        int dirtyRecords,
        int dirtyCollections,
        long unknownOutcomes,
        long comparisons,
        long mismatches,
        long noise,
        long stageComparisons,
        long stageMismatches,
        long foreignWrites,
        long fallbacks,
        long mirrorLagMillis,
        int mirrorLagRecords,
        long journalBytes,
        long journalRefusals,
        long failOvers,
        long returns) {

    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("phase", standing.phase().label());
        json.put("authority", standing.authority().label());
        json.set("epoch", Json.number(standing.epoch()));
        json.set("readPercent", Json.number(standing.rollout().readPercent()));
        json.set("writePercent", Json.number(standing.rollout().writePercent()));
        ObjectNode state = Json.object().put("state", breaker);
        if (breakerReason != null) {
            state.put("reason", breakerReason);
        }
        if (nextTry != null) {
            state.put("nextTry", Stamp.time(nextTry));
        }
        json.set("breaker", state);
        json.set("dirtyRecords", Json.number(dirtyRecords));
        json.set("dirtyCollections", Json.number(dirtyCollections));
        json.set("unknownOutcomes", Json.number(unknownOutcomes));
        json.set("mirrorLagMillis", Json.number(mirrorLagMillis));
        json.set("mirrorLagRecords", Json.number(mirrorLagRecords));
        json.set("journalBytes", Json.number(journalBytes));
        json.set("journalRefusals", Json.number(journalRefusals));
        json.set("failOvers", Json.number(failOvers));
        json.set("returns", Json.number(returns));
        json.set("comparisons", Json.number(comparisons));
        json.set("mismatches", Json.number(mismatches));
        json.set("noise", Json.number(noise));
        json.set("stageComparisons", Json.number(stageComparisons));
        json.set("stageMismatches", Json.number(stageMismatches));
        json.set("foreignWrites", Json.number(foreignWrites));
        json.set("fallbacks", Json.number(fallbacks));
        return json;
    }
}
