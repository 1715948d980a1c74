package poppo.bridge.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.Json;
import poppo.bridge.state.Operation;
import poppo.bridge.state.Stamp;

/** Short names for what these tests say over and over. */
final class Given {
    static final Stamp.Source STAMPS = new Stamp.Source(Clock.systemUTC());

    private Given() {}

    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    static Stamp stamp() {
        return STAMPS.next();
    }

    static Stamp stampAt(Instant now) {
        return new Stamp(now, STAMPS.next().order(), "nonce");
    }

    static Operation checkout(long issue, String process) {
        return new Operation.Checkout(issue, process, 1L, "t", null);
    }

    static Operation checkin(long issue, String process) {
        return new Operation.Checkin(issue, process, "completed", null);
    }

    static Operation update(long issue, String fields) {
        return new Operation.UpdateStatus(issue, (ObjectNode) json(fields));
    }

    /** With single quotes, for legibility. */
    static JsonNode json(String text) {
        return Json.parse(text.replace('\'', '"'));
    }

    static String text(@Nullable JsonNode image) {
        return image == null ? "nothing" : Json.compact(image).replace('"', '\'');
    }
}
