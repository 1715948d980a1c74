package poppo.bridge.plan;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as plans write them: a whole number and s, m, h or d. */
final class Spans {
    private static final Pattern SPAN = Pattern.compile("(0|[1-9]\\d{0,8})([smhd])");
    private static final Duration LONGEST = Duration.ofDays(366);

    private Spans() {}

    /** Empty for what isn't one, or is longer than a year. */
    static Optional<Duration> parse(String text) {
        Matcher span = SPAN.matcher(text);
        if (!span.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(span.group(1));
        Duration length = switch (span.group(2)) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
        return length.compareTo(LONGEST) > 0 ? Optional.empty() : Optional.of(length);
    }

    /** In the largest unit that gives a whole number. */
    static String text(Duration length) {
        long seconds = length.toSeconds();
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + " s";
        }
        if (seconds % 3600 != 0) {
            return seconds / 60 + " min";
        }
        return seconds % 86_400 != 0 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }
}
