package poppo.bridge.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import poppo.bridge.state.Json;
import poppo.bridge.state.Limits;

/** {@code [12, 7, …]}: processed issue numbers in the order they came in. */
final class NumbersShape extends Shape {
    private static final int LONGEST_NUMBER = 40;

    NumbersShape() {
        super(1, false);
    }

    @Override
    Loaded.Frame emptyFrame() {
        return Loaded.Frame.of("[\n  ", ",\n  ", "\n]", "[]");
    }

    @Override
    void read(JsonParser parser, Reading reading) throws IOException, WrongShape {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new WrongShape(WHOLE, "an array of issue numbers, found " + kind(Json.read(parser)));
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            JsonNode found = Json.read(parser);
            String id = Long.toString(number(found, "/" + i));
            if (reading.has(id)) {
                reading.notice("holds " + id + " more than once; the next write keeps the first");
            } else {
                reading.add(id, Json.number(id), "/" + i);
            }
        }
    }

    /** Any spelling of a whole number is one, as it would be in JavaScript: 1e3 is 1000. */
    static long number(JsonNode found, String at) throws WrongShape {
        BigDecimal number = found.isNumber() && found.asText().length() <= LONGEST_NUMBER ? found.decimalValue() : null;
        if (number == null || !isIssueNumber(number)) {
            throw new WrongShape(
                    at, "an issue number (a whole number from 1 to " + Limits.MAX_ISSUE + "), found " + kind(found));
        }
        return number.longValueExact();
    }

    private static boolean isIssueNumber(BigDecimal number) {
        return number.compareTo(BigDecimal.ONE) >= 0
                && number.compareTo(BigDecimal.valueOf(Limits.MAX_ISSUE)) <= 0
                && number.stripTrailingZeros().scale() <= 0;
    }

    @Override
    void check(String id, JsonNode image, String at) throws WrongShape {
        if (!id.equals(image.asText()) || !image.isNumber()) {
            throw new WrongShape(at, "the number " + id + ", found " + kind(image));
        }
    }
}
