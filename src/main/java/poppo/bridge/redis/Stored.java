package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.Served;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/**
 * A record as it stands in Redis: what a commit must still find there.
 *
 * @param meta {@code <revision> <hint>}, or null where the record isn't there or a plain client wrote it
 * @param content the reply of the command that reads it, flat; empty where there is none
 * @param plainSet whether a plain client made a set of what the bridge keeps as a sorted set
 * @param image null where there is no such record
 */
record Stored(
        RecordKey key,
        @Nullable String meta,
        List<String> content,
        boolean plainSet,
        @Nullable JsonNode image,
        long order) {
    private static final String ABSENT = "";

    static Stored absent(RecordKey key) {
        return new Stored(key, null, List.of(), false, null, 0);
    }

    static boolean isAbsent(String version) {
        return version.equals(ABSENT);
    }

    static long revision(@Nullable String meta) {
        if (meta == null) {
            return 0;
        }
        try {
            return Long.parseLong(meta.substring(0, meta.indexOf(' ')));
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            throw new BridgeException.Corrupt(
                    "the bridge's own metadata in Redis reads '" + meta
                            + "', which it never wrote: refill Redis from the files",
                    e);
        }
    }

    long revision() {
        return revision(meta);
    }

    /** What follows the revision, or null. */
    @Nullable
    String hint() {
        return meta == null ? null : meta.substring(meta.indexOf(' ') + 1);
    }

    /** Another one whenever the content is, also when a plain client changed it and no revision tells. */
    String version() {
        if (plainSet && key.collection() == StateCollection.PROCESSED_ISSUES) {
            // The content is that of all records; of this one it says only whether it is there, and where.
            return "plain-" + order;
        }
        return meta == null && content.isEmpty() ? ABSENT : revision() + "-" + fingerprint();
    }

    /** A hash gives its fields in any order. */
    private String fingerprint() {
        return key.collection() == StateCollection.ISSUES || key.collection() == StateCollection.PROCESSES
                ? Digest.fingerprintOfPairs(content)
                : Digest.fingerprint(content);
    }

    Versioned toVersioned() {
        return new Versioned(key, image, version(), order, Served.REDIS);
    }
}
