package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Disk;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.Json;
import poppo.bridge.state.MalformedJsonException;

/**
 * {@code .bridge/standing.json}: the phase flag, the epoch and how the bridge stopped, through restarts. What it can't
 * understand is an error, never a default. Not thread-safe; its owner serializes.
 */
final class StandingFile {
    private static final int FORMAT = 1;

    private final Disk disk;
    private final Path file;

    StandingFile(Disk disk, Path bridgeDirectory) {
        this.disk = disk;
        this.file = bridgeDirectory.resolve("standing.json");
    }

    /**
     * What was stored.
     *
     * @param cleanStop how the two stores were left; null after a crash
     * @param acknowledged a revision of Redis that was acknowledged: the last one, or one of the last second before a crash
     */
    record Stored(Standing standing, @Nullable CleanStop cleanStop, long acknowledged) {}

    /**
     * The two stores as a bridge left them in order.
     *
     * @param revision of Redis
     * @param files their {@linkplain poppo.bridge.state.LocalStateManager#mark mark}
     */
    record CleanStop(long revision, String files) {}

    /** Reads it; a directory that no bridge has been on yet stands at its beginning. */
    Stored load() {
        if (!Files.exists(file)) {
            return new Stored(Standing.initial(), null, 0);
        }
        try {
            return decode(Json.parse(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new BridgeException.Unavailable(file + " can't be read: " + e + "; check its permissions", e);
        } catch (MalformedJsonException | BridgeException.Invalid e) {
            throw new BridgeException.Corrupt(
                    file + ": " + e.getMessage()
                            + "; correct it, or remove it to begin in phase file (only if the files are complete)",
                    e);
        }
    }

    private static Stored decode(JsonNode json) {
        if (json.path("format").asInt() != FORMAT) {
            throw new BridgeException.Invalid("/format", "expected " + FORMAT + ", written by this version");
        }
        Rollout rollout = new Rollout(
                Phase.of(json.path("phase").asText()), whole(json, "readPercent"), whole(json, "writePercent"));
        JsonNode epoch = json.path("epoch");
        if (!epoch.canConvertToExactIntegral() || epoch.longValue() < 1) {
            throw new BridgeException.Invalid("/epoch", "expected a whole number from 1");
        }
        Standing standing = new Standing(
                rollout, epoch.longValue(), false, yesOrNo(json, "filesBehind"), yesOrNo(json, "backfilled"));
        if (!rollout.phase().keepsFiles() && !standing.filesBehind()) {
            throw new BridgeException.Invalid("/filesBehind", "in phase '" + rollout.phase() + "' it can only be true");
        }
        return new Stored(standing, cleanStop(json), json.path("acknowledged").asLong());
    }

    private static @Nullable CleanStop cleanStop(JsonNode json) {
        if (!json.has("cleanStop")) {
            return null;
        }
        JsonNode revision = json.path("cleanStop").path("revision");
        if (!revision.isIntegralNumber()) {
            throw new BridgeException.Invalid("/cleanStop/revision", "expected a whole number");
        }
        return new CleanStop(
                revision.longValue(), json.path("cleanStop").path("files").asText());
    }

    private static boolean yesOrNo(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isBoolean()) {
            throw new BridgeException.Invalid("/" + field, "expected true or false");
        }
        return value.booleanValue();
    }

    private static int whole(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.canConvertToInt() || !value.isIntegralNumber()) {
            throw new BridgeException.Invalid("/" + field, "expected a whole number from 0 to 100");
        }
        return value.intValue();
    }

    /**
     * Makes {@code standing} durable.
     *
     * @throws BridgeException.Unavailable when it can't; then the earlier content stands
     */
    void save(Standing standing, @Nullable CleanStop cleanStop, long acknowledged) {
        ObjectNode json = Json.object();
        json.set("format", Json.number(FORMAT));
        json.put("phase", standing.phase().label());
        json.set("readPercent", Json.number(standing.rollout().readPercent()));
        json.set("writePercent", Json.number(standing.rollout().writePercent()));
        json.set("epoch", Json.number(standing.epoch()));
        json.put("authority", standing.authority().label());
        json.put("filesBehind", standing.filesBehind());
        json.put("backfilled", standing.backfilled());
        json.set("acknowledged", Json.number(acknowledged));
        if (cleanStop != null) {
            ObjectNode left = Json.object().put("files", cleanStop.files());
            left.set("revision", Json.number(cleanStop.revision()));
            json.set("cleanStop", left);
        }
        try {
            disk.replace(file, Json.pretty(json).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new BridgeException.Unavailable(
                    file + " can't be written: " + e + "; check the disk's space and permissions", e);
        }
    }
}
