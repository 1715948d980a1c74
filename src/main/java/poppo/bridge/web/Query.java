package poppo.bridge.web;

import io.micronaut.http.HttpRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poppo.bridge.state.BridgeException;

/** Reads a request's query parameters; each may stand once. */
record Query(HttpRequest<?> request) {
    @Nullable
    String text(String name) {
        List<String> values = request.getParameters().getAll(name);
        if (values.size() > 1) {
            throw new BridgeException.Invalid(name, "must be given once");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    long number(String name, long otherwise, long from, long to) {
        String text = text(name);
        if (text == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= from && number <= to && Long.toString(number).equals(text)) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new BridgeException.Invalid(name, "must be a whole number from " + from + " to " + to);
        }
        throw new BridgeException.Invalid(name, "must be a whole number from " + from + " to " + to);
    }

    int limit() {
        return (int) number("limit", 100, 1, 1000);
    }

    /** An ISO-8601 duration that must be there. */
    Duration duration(String name) {
        String text = text(name);
        if (text == null) {
            throw new BridgeException.Invalid(name, "is missing; an example is PT24H");
        }
        try {
            Duration duration = Duration.parse(text);
            if (!duration.isNegative() && duration.compareTo(Duration.ofDays(36500)) <= 0) {
                return duration;
            }
        } catch (DateTimeException e) {
            throw new BridgeException.Invalid(name, "must be an ISO-8601 duration like PT24H");
        }
        throw new BridgeException.Invalid(name, "must be from PT0S to P36500D");
    }
}
