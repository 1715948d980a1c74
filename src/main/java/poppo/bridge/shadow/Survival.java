package poppo.bridge.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;
import poppo.bridge.state.FencedStateManager;
import poppo.bridge.state.LocalStateManager;
import poppo.bridge.state.StateCollection;
import poppo.bridge.state.Versioned;

/** Takes every record of the files through the form that Redis keeps it in, in memory, and finds what does not come back. */
final class Survival {
    private static final int PAGE = 1024;

    /** So many losses are named; the others are counted. */
    private static final int NAMED = 10;

    private final LocalStateManager files;
    private final FencedStateManager redis;
    private final List<String> losses = new ArrayList<>();
    private long lost;

    Survival(LocalStateManager files, FencedStateManager redis) {
        this.files = files;
        this.redis = redis;
    }

    /**
     * Looks at all records; runs once.
     *
     * @param stillWanted asked after each chunk; may throw to stop
     * @throws BridgeException.Conflict {@code not-lossless}, with file, record and pointer of what would be lost
     */
    void require(Runnable stillWanted) {
        try (Crew reader = new Crew("bridge-survival", 1)) {
            for (StateCollection collection : StateCollection.values()) {
                Paging pages = new Paging(files, collection, null, reader, PAGE);
                for (List<Versioned> page = pages.next(); !page.isEmpty(); page = pages.next()) {
                    page.forEach(this::look);
                    stillWanted.run();
                }
            }
        }
        if (lost > 0) {
            String more = lost > losses.size() ? " and " + (lost - losses.size()) + " more" : "";
            throw new BridgeException.Conflict(
                    "not-lossless",
                    "Nothing was written, since Redis would not give back what the files hold: "
                            + String.join(", ", losses) + more + "; correct these records in the files and try again");
        }
    }

    private void look(Versioned record) {
        JsonNode image = record.image();
        if (image == null) {
            return;
        }
        JsonNode back = redis.roundTrip(record.key(), image);
        if (image.equals(back)) {
            return;
        }
        lost++;
        if (losses.size() < NAMED) {
            losses.add(files.file(record.key().collection()) + ": " + record.key() + pointers(record, image, back));
        }
    }

    private static String pointers(Versioned record, JsonNode image, @Nullable JsonNode back) {
        String pointers = Comparison.images(record.key(), image, back).differences().stream()
                .map(Difference::pointer)
                .limit(NAMED)
                .collect(Collectors.joining(", "));
        return pointers.isEmpty() ? "" : " at " + pointers;
    }
}
