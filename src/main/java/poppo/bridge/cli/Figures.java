package poppo.bridge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** How figures are written for people. */
final class Figures {
    private Figures() {}

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** The number in a field; a dash where the bridge gives none. */
    static String count(JsonNode json, String field) {
        return json.path(field).isNumber() ? count(json.path(field).longValue()) : "-";
    }

    /** {@code one} or {@code many} of something. */
    static String count(long value, String one) {
        return count(value) + " " + one + (value == 1 ? "" : "s");
    }

    static String seconds(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }

    static String millis(double millis) {
        return millis < 10
                ? String.format(Locale.ROOT, "%.1f ms", millis)
                : String.format(Locale.ROOT, "%,d ms", Math.round(millis));
    }
}
